"""A download gives the whole file or an error soon, and leaves nothing half-done behind."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from pathlib import Path

import pytest

from cullr.embed import download
from cullr.embed.download import Patience
from cullr.errors import Failed
from cullr_tests.embed.hub import closed_port, serving

BODY = bytes(range(256)) * 20_000


@pytest.fixture(autouse=True)
def online(monkeypatch: pytest.MonkeyPatch, no_weights_of_the_person: None) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")


def fetch(address: str, target: Path, **how: object) -> None:
    download.fetch(f"{address}/a/weights.bin", target, **({"patience": Patience(1.0)} | how))  # type: ignore[arg-type]


def test_a_file_arrives_whole_and_tells_its_progress(tmp_path: Path) -> None:
    target, told = tmp_path / "models" / "weights.bin", []
    with serving({"a/weights.bin": BODY}) as hub:
        fetch(hub.address, target, progress=lambda done, size: told.append((done, size)))
    assert target.read_bytes() == BODY
    assert told[-1] == (len(BODY), len(BODY)) and told == sorted(told) and len(told) > 1
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    ("manner", "message"),
    [
        ("cut", "broke off"),
        ("wrong", "damaged"),
        ("huge", "MB free; the weights need"),
        ("silent", "did not answer within 0.3 s"),
        ("403", "answered 403"),
        ("503", "answered 503"),
    ],
)
def test_a_server_that_fails_is_given_up_and_leaves_nothing(tmp_path: Path, manner: str, message: str) -> None:
    with serving({"a/weights.bin": BODY}, manner) as hub, pytest.raises(Failed, match=message) as caught:
        # Only the silent one is to be waited for in vain: a busy machine is late, too.
        fetch(hub.address, tmp_path / "weights.bin", patience=Patience(0.3 if manner == "silent" else 20.0))
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_would_take_too_long_is_given_up_and_says_how_slow_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asked for these weights by name waits for as long as bytes come."""
    monkeypatch.setattr(download, "_TRIED", 0.05)
    with serving({"a/weights.bin": BODY}, "slow") as hub:
        with pytest.raises(Failed, match=r"KB/s: the weights would take too long") as caught:
            fetch(hub.address, tmp_path / "weights.bin", patience=Patience(20.0, 0.2))
        assert list(tmp_path.iterdir()) == []
        fetch(hub.address, tmp_path / "weights.bin", patience=Patience(20.0))
    assert "builtin" in caught.value.remedy
    assert (tmp_path / "weights.bin").read_bytes() == BODY


def test_a_checksum_known_beforehand_outranks_the_servers(tmp_path: Path) -> None:
    right = hashlib.sha256(BODY).hexdigest()
    with serving({"a/weights.bin": BODY}) as hub:
        fetch(hub.address, tmp_path / "right", sha256=right)
        with pytest.raises(Failed, match="damaged"):
            fetch(hub.address, tmp_path / "wrong", sha256="0" * 64)
    assert [path.name for path in tmp_path.iterdir()] == ["right"]


def test_nobody_listening_or_no_such_host_is_said(tmp_path: Path) -> None:
    for address in (f"http://127.0.0.1:{closed_port()}", "http://nobody.invalid"):
        with pytest.raises(Failed, match=r"cannot be reached|did not answer") as caught:
            fetch(address, tmp_path / "weights.bin")
        assert "<" not in caught.value.message


def test_an_address_that_is_none_is_an_error_of_ours_not_a_traceback(tmp_path: Path) -> None:
    for address in ("http://[broken", "nonsense:", "http://a b"):
        with pytest.raises(Failed):
            fetch(address, tmp_path / "weights.bin")


def test_offline_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("1", "true", "ON", "yes"):
        monkeypatch.setenv("HF_HUB_OFFLINE", word)
        with serving({"a/weights.bin": BODY}) as hub:
            with pytest.raises(Failed, match="HF_HUB_OFFLINE"):
                fetch(hub.address, tmp_path / "weights.bin")
            assert hub.asked == []


def test_what_a_killed_download_left_is_cleared_a_day_later(tmp_path: Path) -> None:
    old, young = tmp_path / "weights.binaaaa.part", tmp_path / "weights.binbbbb.part"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    with serving({"a/weights.bin": BODY}) as hub:
        fetch(hub.address, tmp_path / "weights.bin")
    assert {path.name for path in tmp_path.iterdir()} == {"weights.bin", young.name}


def test_a_disk_that_fills_up_meanwhile_is_said_and_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with serving({"a/weights.bin": BODY}) as hub, pytest.raises(Failed, match="no space left in") as caught:
        fetch(hub.address, tmp_path / "weights.bin")
    assert "CULLR_CACHE" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with serving({"a/weights.bin": BODY}) as hub, pytest.raises(Failed):
        fetch(hub.address, tmp_path / "file" / "weights.bin")
