"""What kind of terminal this is: asked once, before the screen starts."""

from cullr.tui.terminal.probe import SECONDS, probe, remote
from cullr.tui.terminal.terminal import Pictures, Terminal, choose, colour_settings

__all__ = ["SECONDS", "Pictures", "Terminal", "choose", "colour_settings", "probe", "remote"]
