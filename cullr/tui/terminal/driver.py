"""Textual's driver, with three differences: a frame writes only what it changes, late replies are no keys, and
pictures are painted when a frame wiped them.

A reply to the probe that comes after its limit would be read as keys, and `6` or `2` would keep the wrong photo.
"""

from __future__ import annotations

import codecs
import os
import select
from collections.abc import Callable
from typing import ClassVar

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from cullr.tui.terminal.overlays import Overlays
from cullr.tui.terminal.replies import Sieve
from cullr.tui.terminal.shown import Shown
from cullr.tui.terminal.terminal import Terminal
from cullr.tui.terminal.turns import PACE, Turns

TICK = 0.1
"""Seconds after which a lone Escape is the key and not the beginning of something."""


def driver_for(terminal: Terminal) -> type[LinuxDriver]:
    """The driver class to give to the app: `App(driver_class=driver_for(terminal))`."""
    return type("PictureDriver", (PictureDriver,), {"terminal": terminal})


class PictureDriver(LinuxDriver):
    terminal: ClassVar[Terminal]
    _overlays: Overlays | None = None
    _shown: Shown | None = None
    _turns: Turns | None = None
    _begun = False

    @property
    def overlays(self) -> Overlays:
        """The pictures that are drawn over blank cells."""
        if self._overlays is None:
            self._overlays = Overlays(self.turns, self._loop.call_later, self._draw)
        return self._overlays

    @property
    def turns(self) -> Turns:
        """Who sends a picture when."""
        if self._turns is None:
            self._turns = Turns(PACE if self.terminal.remote else None, later=self._loop.call_later)
        return self._turns

    @property
    def shown(self) -> Shown:
        """What the terminal shows."""
        if self._shown is None:
            self._shown = Shown()
        return self._shown

    def write(self, data: str) -> None:
        if data == SYNC_START:
            self._begun = True  # a frame that changes nothing needs no beginning either
            return
        if data == SYNC_END and self._begun:
            self._begun = False
            return
        data = self.shown.changes(data, self._cells())
        if not data:
            return
        super().write(SYNC_START + data if self._begun else data)
        self._begun = False
        self.overlays.written(data)

    def _cells(self) -> tuple[int, int]:
        """Columns and rows of the terminal at this moment, which Textual may not have heard of yet."""
        try:
            return os.get_terminal_size(self._file.fileno() if self._file else 2)
        except OSError:
            return 0, 0

    def _draw(self, picture: str) -> None:
        """Nothing once the screen is being given back."""
        if self._writer_thread is not None and not self.exit_event.is_set():
            super().write(picture)

    def run_input_thread(self) -> None:
        """Read keys until the app ends. Bytes that are not UTF-8 are replaced: strict decoding ends the app."""
        parser = XTermParser(self._debug)
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        keys = late(self.terminal)
        self._handle(parser, decode(self.terminal.typed))
        while not self.exit_event.is_set():
            data = b""
            if select.select([self.fileno], [], [], TICK)[0]:
                data = self._read()
                if not data:
                    self.exit_event.wait()  # nothing more will come: the terminal is gone or input was a pipe
                    break
            self._handle(parser, decode(keys(data)))
        for event in parser.feed(""):
            self.process_message(event)

    def _handle(self, parser: XTermParser, text: str) -> None:
        if text:  # an empty text means the end to the parser
            for event in parser.feed(text):
                self.process_message(event)
        for event in parser.tick():
            self.process_message(event)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""


def late(terminal: Terminal) -> Callable[[bytes], bytes]:
    """What to do with each piece of input, empty at a tick: leave it, or take late replies out until the last came."""
    if terminal.answered:
        return _unchanged
    sieve = Sieve()
    sieve.feed(terminal.begun)

    def sieved(data: bytes) -> bytes:
        if sieve.fenced and not sieve.held:
            return data
        return sieve.feed(data) if data else sieve.flush()

    return sieved


def _unchanged(data: bytes) -> bytes:
    return data
