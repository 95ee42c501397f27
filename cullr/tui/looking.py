"""Keys of the main screen that open another one, or say where a photo is."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, get_args

from cullr.model import ShotId
from cullr.report import words
from cullr.session.desk import OpenGroup
from cullr.tui.keys import key_of
from cullr.tui.review_screen import ReviewScreen
from cullr.tui.terminal import Pictures, choose
from cullr.tui.theme import DARK, LIGHT

if TYPE_CHECKING:
    from cullr.tui.screens.marking import Rater


def compare(screen: ReviewScreen, rate: Rater, *, difference: bool = False, zoom: bool = False) -> None:
    """The current shot beside the one it competes with."""
    from cullr.tui.screens.compare import CompareScreen

    group = screen.settled()
    if group is None or screen.pane.current is None:
        screen.say("There is no group here to compare.", "care")
        return
    pair = opponents(group, screen.pane.current.id)
    drawn = screen.loader, screen.terminal, screen.shelf
    page = CompareScreen(screen.desk, group, pair, *drawn, difference=difference, rate=rate)
    screen.app.push_screen(page, screen.refresh_group)
    if zoom:
        page.call_after_refresh(page.action_full_size)


def opponents(group: OpenGroup, shot: ShotId) -> list[ShotId]:
    """This shot and the first kept one; for a kept shot, the next of the group."""
    others = [each.id for each in group.shots if each.id != shot]
    kept = {each.shot for each in group.proposals if each.keep}
    if shot not in kept:
        best = next((each for each in others if each in kept), others[0])
        return [best, shot]
    place = [each.id for each in group.shots].index(shot)
    return [shot, group.shots[(place + 1) % len(group.shots)].id]


def survey(screen: ReviewScreen, rate: Rater) -> None:
    from cullr.tui.screens.survey import SurveyScreen

    group = screen.settled()
    if group is None:
        screen.say("There is no group here to survey.", "care")
    else:
        at = [each.id for each in group.shots].index(screen.pane.current.id) if screen.pane.current else 0
        drawn = screen.loader, screen.terminal, screen.shelf
        page = SurveyScreen(screen.desk, group, *drawn, at=at, rate=rate)
        screen.app.push_screen(page, screen.refresh_group)


def history(screen: ReviewScreen) -> None:
    from cullr.tui.screens.history import HistoryScreen

    screen.app.push_screen(HistoryScreen(screen.desk), screen.refresh_group)


def rules(screen: ReviewScreen) -> None:
    from cullr.tui.screens.rules import RulesScreen

    screen.app.push_screen(RulesScreen(screen.desk), screen.refresh_group)


def skipped(screen: ReviewScreen) -> None:
    from cullr.tui.screens.skipped import SkippedScreen

    screen.app.push_screen(SkippedScreen(screen.desk), screen.refresh_group)


def pause(screen: ReviewScreen) -> None:
    """Let the encoder rest, or go on: it takes most of the machine."""
    desk, key = screen.desk, key_of(screen, "pause")
    if not desk.embeds:
        screen.say('No encoder is on: start with `cullr --encoder auto`, or put encoder = "auto" into cullr.toml.')
        return
    desk.pause(on=not desk.paused)
    screen.header.tell(*screen.streaming.headline())
    if desk.paused:
        screen.say(f"Embedding pauses; what it made is kept. {key} lets it go on, also another day.")
    else:
        screen.say("Embedding goes on.")


def copy_path(screen: ReviewScreen) -> None:
    """By OSC 52, which reaches the clipboard of the machine the person sits at."""
    shot = screen.pane.current
    if screen.settled() is None or shot is None:
        screen.say("There is no photo here.", "care")
        return
    screen.app.copy_to_clipboard(os.fsencode(screen.desk.path(shot)).decode("utf-8", "backslashreplace"))
    screen.say(f"Copied the path of {words.path(shot)}. (Terminals without OSC 52: `cullr report` prints it.)")


def next_way(screen: ReviewScreen) -> None:
    """Detection is wrong somewhere: let the person go through all ways of showing pictures."""
    ways = get_args(Pictures)
    wanted = ways[(ways.index(screen.terminal.pictures) + 1) % len(ways)]
    terminal = choose(screen.probed, wanted)
    screen.terminal = terminal
    screen.pane.set_class(terminal.pictures == "none", "plain")
    for picture in screen.pane.pictures():
        picture.use(terminal)
    key = key_of(screen, "pictures")
    if terminal.pictures != wanted:
        screen.say("This terminal shows no pictures.", "care")
    else:
        screen.say(
            {"none": f"Pictures are off. {key} turns them on."}.get(
                wanted, f"Pictures by {wanted}. {key} tries the next way."
            )
        )


def theme(screen: ReviewScreen) -> None:
    chosen, word = (LIGHT, "light") if screen.app.current_theme.dark else (DARK, "dark")
    screen.app.theme = chosen.name
    screen.say(f'The {word} theme. To keep it: theme = "{word}" under [tui] in cullr.toml.')


CLOSER: Mapping[str, Callable[[ReviewScreen, Rater], None]] = {
    "compare": compare,
    "difference": lambda screen, rate: compare(screen, rate, difference=True),
    "zoom": lambda screen, rate: compare(screen, rate, zoom=True),
    "survey": survey,
}
WAYS: Mapping[str, Callable[[ReviewScreen], None]] = {
    "history": history,
    "rules": rules,
    "skipped": skipped,
    "pause": pause,
    "pictures": next_way,
    "copy_path": copy_path,
    "theme": theme,
}
"""What the bindings' `look('…')` means; where shots are looked at they are rated, too."""
