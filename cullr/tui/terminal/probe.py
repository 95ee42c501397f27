"""Ask the terminal what it is, in one round trip, before the screen starts; nothing is guessed that it can say itself.

All terminals answer the last question (DA1) and answer in order, so its reply ends the wait and a fast line never
waits for the limit. With 100 ms as the limit an ordinary transatlantic line was taken for a terminal without pictures.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

from cullr.tui.terminal import brands, tmux
from cullr.tui.terminal.brands import Brand
from cullr.tui.terminal.replies import Replies, Sieve
from cullr.tui.terminal.terminal import USUAL_CELL, Pictures, Terminal

SECONDS = 2.0
XTVERSION = "\x1b[>0q"
KITTY = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
CELL_SIZE = "\x1b[16t"
DA2 = "\x1b[>c"
DA1 = "\x1b[c"
PASSTHROUGH_OFF = "tmux holds its pictures back; `tmux set -g allow-passthrough on` lets them through"


def probe(fd_in: int, fd_out: int, timeout: float = SECONDS, env: Mapping[str, str] | None = None) -> Terminal:
    """The terminal behind these two. `typed` holds the keys that were pressed meanwhile."""
    env = os.environ if env is None else env
    if not (os.isatty(fd_in) and os.isatty(fd_out)):
        return Terminal("no terminal", "none", "none: this is not a terminal")
    if env.get("TERM", "") in {"", "dumb", "unknown"}:
        return Terminal("a dumb terminal", "none", f"none: TERM is {env.get('TERM') or 'not set'}")
    if env["TERM"] == "linux":
        return described(Replies(attributes=(0,)), env)
    sieve, typed = _asked(fd_in, fd_out, timeout, question(env))
    replies = sieve.replies
    if replies.cell is None:
        replies = replace(replies, cell=_cell_by_window(fd_out))
    client = tmux.client(env) if "TMUX" in env else None
    return replace(described(replies, env, client), typed=typed, answered=sieve.fenced, begun=sieve.held)


def question(env: Mapping[str, str]) -> str:
    """What is asked. tmux and screen take kitty's question for a window title, Apple's Terminal prints it."""
    silent = env.get("TERM", "").startswith(("tmux", "screen")) or env.get("TERM_PROGRAM") == "Apple_Terminal"
    kitty = "" if silent or "TMUX" in env or "STY" in env else KITTY
    # Whatever an old terminal prints instead of understanding it is wiped: back to where we were, erase below.
    return f"\x1b7{XTVERSION}{kitty}{CELL_SIZE}{DA2}{DA1}\x1b8\x1b[J"


def described(replies: Replies, env: Mapping[str, str], client: tmux.Client | None = None) -> Terminal:
    """The terminal that gave these replies in this environment. Pure: every real terminal is a row in a test."""
    if client is not None:
        return _behind_tmux(replies, env, client)
    brand = _brand(replies, env)
    pictures, why = _pictures(brand, replies)
    return _without_colour(
        Terminal(
            brand.name,
            pictures,
            why,
            truecolor=brand is not brands.APPLE and (brand.truecolor or _promised(env)),
            cell_pixels=replies.cell or USUAL_CELL,
            remote=remote(env),
            blocks=brand.blocks,
            spills=brand.spills,
        ),
        env,
    )


def _brand(replies: Replies, env: Mapping[str, str]) -> Brand:
    if replies.mosh:
        return brands.MOSH
    return brands.named(replies.version) or brands.from_environment(env) or brands.UNKNOWN


def _pictures(brand: Brand, replies: Replies) -> tuple[Pictures, str]:
    """Sixels only where the terminal says so; the other ways by name, unless it answered and kept silent on them."""
    if brand is brands.MOSH:
        return "cells", "cells: mosh carries no pictures"
    silent = replies.attributes is None
    for way in brand.ways:
        if way == "sixel" and replies.sixel:
            return way, "sixel: the terminal says so"
        if way == "kitty" and (replies.kitty or silent):
            return way, f"kitty: this is {brand.name}" + (", although it did not answer in time" if silent else "")
        if way == "iterm":
            return way, f"iterm: this is {brand.name}"
    if silent:
        return "cells", "cells: the terminal did not answer in time"
    return "cells", f"cells: {brand.name} shows no pictures that we know of"


def _behind_tmux(replies: Replies, env: Mapping[str, str], client: tmux.Client) -> Terminal:
    """Placeholders are text to tmux, so kitty's way works; iTerm2's pictures would land beside their place. Sextants
    are no characters to a tmux whose C library is from before 2020."""
    brand = brands.named(client.version) or brands.from_environment({"TERM": client.term}) or brands.UNKNOWN
    pictures: Pictures = "cells"
    if "kitty" in brand.ways:
        pictures = "kitty" if client.passes else "cells"
        why = f"kitty: tmux runs in {brand.name}" if client.passes else f"cells: {PASSTHROUGH_OFF}"
    elif replies.sixel:
        pictures, why = "sixel", "sixel: tmux says so"
    else:
        why = f"cells: tmux in {brand.name} shows no pictures that we know of"
    return _without_colour(
        Terminal(
            f"tmux in {brand.name}",
            pictures,
            why,
            truecolor="RGB" in client.features,
            cell_pixels=replies.cell or USUAL_CELL,
            tmux=True,
            remote=remote(env),
        ),
        env,
    )


def _without_colour(terminal: Terminal, env: Mapping[str, str]) -> Terminal:
    """Without colour Textual turns all text grey, and a placeholder's colour is the number of its picture."""
    if "NO_COLOR" in env and terminal.pictures == "kitty":
        return replace(terminal, pictures="cells", why="cells: NO_COLOR is set")
    return terminal


def _promised(env: Mapping[str, str]) -> bool:
    return env.get("COLORTERM", "") in {"truecolor", "24bit"}


def remote(env: Mapping[str, str]) -> bool:
    """Whether it is reached over a line."""
    return bool(env.keys() & {"SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"})


def _asked(fd_in: int, fd_out: int, timeout: float, text: str) -> tuple[Sieve, bytes]:
    """Write the question and read until the fence or the deadline."""
    sieve, typed = Sieve(), b""
    deadline = time.monotonic() + timeout
    with _unbuffered(fd_in):
        os.write(fd_out, text.encode())
        while not sieve.fenced:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([fd_in], [], [], left)[0]:
                break
            try:
                data = os.read(fd_in, 4096)
            except OSError:
                break  # the line dropped; the screen will find out for itself
            if not data:
                break
            typed += sieve.feed(data)
    return sieve, typed + (sieve.flush() if sieve.fenced else b"")


@contextmanager
def _unbuffered(fd: int) -> Iterator[None]:
    """Every byte at once, no echo, Enter as it is; Ctrl+C still interrupts. What is already typed stays readable."""
    before = termios.tcgetattr(fd)
    mode = termios.tcgetattr(fd)
    mode[0] &= ~(termios.ICRNL | termios.IXON)
    mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
    termios.tcsetattr(fd, termios.TCSANOW, mode)
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSANOW, before)


def _cell_by_window(fd: int) -> tuple[int, int] | None:
    """From the window's size in pixels, which some terminals tell the kernel and sshd hands on."""
    try:
        rows, columns, width, height = struct.unpack("4H", fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8)))
    except OSError:
        return None
    if not (rows and columns and width >= columns and height >= rows):
        return None
    return width // columns, height // rows
