"""The loader with real workers: newest first, superseded ones unanswered, and never on the event loop."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from textual.message import Message

from cullr.pool import RenderOrder
from cullr.settings import Limits
from cullr.tui.pictures.loader import Loaded, PictureLoader
from cullr_tests import pictures


class Mailbox:
    """What was posted, from whichever thread."""

    def __init__(self) -> None:
        self.messages: list[Loaded] = []
        self.threads: set[int] = set()

    def post(self, message: Message) -> None:
        assert isinstance(message, Loaded)
        self.threads.add(threading.get_ident())
        self.messages.append(message)

    def wait(self, count: int, seconds: float = 20.0) -> list[Loaded]:
        deadline = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < deadline, f"only {len(self.messages)} of {count} came"
            time.sleep(0.005)
        return self.messages


@contextmanager
def loading(workers: int = 1, seconds: float = 30.0, room: int = 1 << 20) -> Iterator[tuple[PictureLoader, Mailbox]]:
    mailbox = Mailbox()
    loader = PictureLoader(Limits(seconds=seconds), mailbox.post, workers, room)
    try:
        yield loader, mailbox
    finally:
        loader.close()


def order(folder: Path, number: int) -> RenderOrder:
    path = folder / f"{number}.jpg"
    if not path.exists():
        pictures.save(path, pictures.scene(number, 160, 120))
    return RenderOrder(str(path), "iterm", 20, 10)


def test_nothing_is_started_before_the_first_order() -> None:
    before = threading.active_count()
    with loading(2):
        assert threading.active_count() == before


def test_a_request_is_answered_once_and_then_at_hand(tmp_path: Path) -> None:
    with loading() as (loader, mailbox):
        wanted = order(tmp_path, 1)
        assert loader.request("left", wanted) is None
        (loaded,) = mailbox.wait(1)
        assert (loaded.key, loaded.order, loaded.why) == ("left", wanted, None)
        assert loaded.rendered is not None and loaded.rendered.data[:2] == b"\xff\xd8"
        assert loader.request("right", wanted) is loaded.rendered
        time.sleep(0.1)
        assert len(mailbox.messages) == 1
        assert threading.get_ident() not in mailbox.threads


def test_only_the_newest_request_of_a_key_is_answered(tmp_path: Path) -> None:
    """The worker is kept busy by a file that never opens, while the cursor runs over five photos."""
    os.mkfifo(tmp_path / "hang.jpg")
    with loading(seconds=1.0) as (loader, mailbox):
        loader.request("busy", RenderOrder(str(tmp_path / "hang.jpg"), "iterm", 20, 10))
        time.sleep(0.3)
        orders = [order(tmp_path, number) for number in range(5)]
        for wanted in orders:
            loader.request("pane", wanted)
        found = mailbox.wait(2)
        time.sleep(0.2)
        assert [(loaded.key, loaded.order) for loaded in found[1:]] == [("pane", orders[-1])]
        assert found[0].why == "took longer than 1 s to decode (limits.seconds)"


def test_what_was_superseded_while_it_was_rendered_is_not_shown(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hang.jpg")
    with loading(seconds=0.5) as (loader, mailbox):
        loader.request("pane", RenderOrder(str(tmp_path / "hang.jpg"), "iterm", 20, 10))
        time.sleep(0.2)
        wanted = order(tmp_path, 1)
        loader.request("pane", wanted)
        assert [loaded.order for loaded in mailbox.wait(1)] == [wanted]
        time.sleep(0.5)
        assert len(mailbox.messages) == 1


def test_a_picture_at_hand_supersedes_one_that_is_still_awaited(tmp_path: Path) -> None:
    """Back to a photo already seen: the one in between must not appear over it."""
    with loading() as (loader, mailbox):
        seen = order(tmp_path, 1)
        loader.request("pane", seen)
        mailbox.wait(1)
        loader.request("pane", order(tmp_path, 2))
        assert loader.request("pane", seen) is not None
        loader.request("other", order(tmp_path, 3))
        assert [loaded.key for loaded in mailbox.wait(2)] == ["pane", "other"]
        time.sleep(0.1)
        assert len(mailbox.messages) == 2


def test_a_cancelled_key_hears_nothing(tmp_path: Path) -> None:
    with loading() as (loader, mailbox):
        loader.request("pane", order(tmp_path, 1))
        loader.cancel("pane")
        loader.request("other", order(tmp_path, 2))
        assert [loaded.key for loaded in mailbox.wait(1)] == ["other"]


def test_what_is_asked_for_comes_before_what_is_expected(tmp_path: Path) -> None:
    expected = [order(tmp_path, number) for number in range(40)]
    asked = order(tmp_path, 99)
    with loading() as (loader, mailbox):
        loader.prefetch(expected)
        loader.request("pane", asked)
        mailbox.wait(1)
        waiting = sum(loader.request(n, one) is None for n, one in enumerate(expected))
        assert waiting > 30, "the request overtook the rest of the prefetch"
        mailbox.wait(1 + waiting)


def test_no_sharper_picture_is_made_before_anothers_first_look(tmp_path: Path) -> None:
    first = [replace(order(tmp_path, number), budget=4 << 10) for number in range(3)]
    sharp = [order(tmp_path, number) for number in range(3)]
    with loading() as (loader, mailbox):
        loader.hold(on=True)
        for number in range(3):
            loader.request(f"first {number}", first[number])
            loader.request(f"sharp {number}", sharp[number])
        loader.hold(on=False)
        assert [each.key for each in mailbox.wait(6)] == [
            *(f"first {n}" for n in (2, 1, 0)),
            *(f"sharp {n}" for n in (2, 1, 0)),
        ]


def test_prefetched_pictures_are_at_hand_without_a_message(tmp_path: Path) -> None:
    expected = [order(tmp_path, number) for number in range(3)]
    with loading() as (loader, mailbox):
        loader.prefetch(expected)
        deadline = time.monotonic() + 20
        while not all(one in loader._kept for one in expected):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert mailbox.messages == []
        assert loader.request("pane", expected[0]) is not None


def test_two_keys_may_want_the_same_picture(tmp_path: Path) -> None:
    with loading(2) as (loader, mailbox):
        wanted = order(tmp_path, 1)
        loader.request("left", wanted)
        loader.request("right", wanted)
        assert {loaded.key for loaded in mailbox.wait(2)} == {"left", "right"}


def test_the_longest_unused_picture_makes_room(tmp_path: Path) -> None:
    orders = [order(tmp_path, number) for number in range(4)]
    with loading() as (loader, mailbox):
        for number, wanted in enumerate(orders):
            loader.request("pane", wanted)
            mailbox.wait(number + 1)
        sizes = [len(loaded.rendered.data) for loaded in mailbox.messages if loaded.rendered]
    with loading(room=sum(sizes) - 1) as (loader, mailbox):
        for number, wanted in enumerate(orders):
            loader.request("pane", wanted)
            mailbox.wait(number + 1)
        assert loader.request("pane", orders[0]) is None
        assert loader.request("other", orders[3]) is not None
        mailbox.wait(5)


def test_a_broken_picture_says_why_and_the_next_one_comes(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with loading() as (loader, mailbox):
        loader.request("pane", RenderOrder(str(tmp_path / "broken.jpg"), "iterm", 20, 10))
        (loaded,) = mailbox.wait(1)
        assert loaded.rendered is None and loaded.why
        loader.request("pane", order(tmp_path, 1))
        assert mailbox.wait(2)[1].rendered is not None


def test_closing_ends_threads_and_workers(tmp_path: Path) -> None:
    before = threading.active_count()
    with loading(2) as (loader, mailbox):
        loader.request("pane", order(tmp_path, 1))
        mailbox.wait(1)
        assert threading.active_count() == before + 2
    assert threading.active_count() == before
    loader.request("pane", order(tmp_path, 2))
    assert threading.active_count() == before
