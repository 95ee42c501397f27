"""Textual's driver, with two differences: late replies are no keys, and pictures are painted when a frame wiped them.

A reply to the probe that comes after its limit would be read as keys, and `6` or `2` would keep the wrong photo.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import select
from collections.abc import Callable
from typing import ClassVar

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from cullr.tui.pictures.overlays import Overlays
from cullr.tui.terminal.replies import Sieve
from cullr.tui.terminal.terminal import Terminal

TICK = 0.1
"""Seconds after which a lone Escape is the key and not the beginning of something."""

REST = 0.06
"""Seconds without a wiping frame before pictures are drawn: a closing dialog or a resize is painted twice within
40 ms, and the second frame would make the first one's 60 KiB vain."""


def driver_for(terminal: Terminal) -> type[LinuxDriver]:
    """The driver class to give to the app: `App(driver_class=driver_for(terminal))`."""
    return type("PictureDriver", (PictureDriver,), {"terminal": terminal})


class PictureDriver(LinuxDriver):
    terminal: ClassVar[Terminal]
    _overlays: Overlays | None = None
    _due: asyncio.TimerHandle | None = None

    @property
    def overlays(self) -> Overlays:
        """The pictures that are drawn over blank cells."""
        if self._overlays is None:
            self._overlays = Overlays()
        return self._overlays

    def write(self, data: str) -> None:
        super().write(data)
        if self.overlays.wiped(data):
            if self._due is not None:
                self._due.cancel()
            self._due = self._loop.call_later(REST, self._draw)

    def _draw(self) -> None:
        """The pictures as they now lie. Nothing once the screen is being given back."""
        self._due = None
        if self._writer_thread is not None and not self.exit_event.is_set():
            super().write(self.overlays.drawn())

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
