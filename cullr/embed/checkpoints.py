"""`MODEL::TAG` → the file that holds those weights: already here, or fetched."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cullr.embed import download, extras
from cullr.errors import Failed
from cullr.machine import cache_folder

MISSING = " answered 404"
"""In a server's refusal: only then is the next name worth trying."""
_SAFE, _PLAIN = "open_clip_model.safetensors", "open_clip_pytorch_model.bin"


def here(source: Mapping[str, Any]) -> Path | None:
    """The weights of open_clip's tag entry `source` where they are already: cullr's cache, the hub's, open_clip's."""
    for repo, file in _hub_files(source):
        own = _own(f"{repo}/{file}")
        if own.is_file():
            return own
        shared = _hub_cache(repo, file)
        if shared is not None:
            return shared
    url = source.get("url")
    if url:
        for path in (_own(url), Path("~/.cache/clip").expanduser() / Path(url).name):
            if path.is_file():
                return path
    return None


def out_of_reach(source: Mapping[str, Any], patience: download.Patience) -> str:
    """Why the weights cannot be fetched now, in words; nothing when their server answers in time."""
    why = ""
    for address, _, _ in _places(source):
        try:
            download.probe(address, patience)
            return ""
        except Failed as error:
            why = error.message
            if MISSING not in why:
                break
    return why


def fetched(source: Mapping[str, Any], patience: download.Patience, progress: download.Progress | None = None) -> Path:
    """The weights, downloaded. Raises Failed."""
    problem = Failed("this tag has no address to fetch it from", "Give a local file: MODEL::/path/to/weights.")
    for address, key, sha256 in _places(source):
        target = _own(key)
        try:
            download.fetch(address, target, patience=patience, sha256=sha256, progress=progress)
            return target
        except Failed as error:
            problem = error
            if MISSING not in error.message:
                break
    raise problem


def _places(source: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    """(address, key in the cache, SHA-256 where the address states it), best first."""
    endpoint = (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
    files = _hub_files(source)
    places: list[tuple[str, str, str | None]] = [
        (f"{endpoint}/{r}/resolve/main/{f}", f"{r}/{f}", None) for r, f in files
    ]
    url = source.get("url")
    if url:
        stated = re.search(r"/([0-9a-f]{64})/", url)  # OpenAI's own addresses
        places.append((url, url, stated[1] if stated else None))
    return places


def _hub_files(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(repository, file) to try in turn; safetensors first, as they load three times faster and hold no code."""
    repo, _, file = str(source.get("hf_hub", "")).rpartition("/")
    if not repo:
        return []
    if not file:
        return [(repo, _SAFE), (repo, _PLAIN)]
    stem, _, kind = file.rpartition(".")
    return ([(repo, f"{stem}.safetensors")] if kind in ("bin", "pth") else []) + [(repo, file)]


def _own(key: str) -> Path:
    return cache_folder() / "models" / re.sub(r"[^\w.-]+", "--", key.removeprefix("https://"))


def _hub_cache(repo: str, file: str) -> Path | None:
    if not extras.has("huggingface_hub"):
        return None
    found = extras.require("huggingface_hub").try_to_load_from_cache(repo, file)
    return Path(found) if isinstance(found, str) and Path(found).is_file() else None
