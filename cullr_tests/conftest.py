"""Every test runs with its own cache and configuration folders; real photos come from the shared set.

On a machine that holds only this checkout, the tests that need the shared photos cannot run; the header says so and
how many they are. CI has the photos, and there a missing set is an error.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Machines that run tests are shared and slow at times: how long an example takes says nothing here.
settings.register_profile("cullr", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cullr")

SHARED = Path(os.environ.get("CULLR_SHARED_PHOTOS", Path(__file__).resolve().parents[2] / "shared" / "photos"))


@pytest.fixture(scope="session")
def shared_photos() -> Path:
    """The shared set of real photos, beside the checkout; read-only."""
    assert (SHARED / "ground_truth.json").is_file(), f"the shared photos are missing: {SHARED}"
    return SHARED


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the person's own index and settings out of the tests, and the tests out of them."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CULLR_CACHE", str(home / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    return home


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if SHARED.is_dir() or "CI" in os.environ:
        return
    without = [item for item in items if "shared_photos" in getattr(item, "fixturenames", ())]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in without]


def pytest_report_header() -> str:
    if SHARED.is_dir():
        return f"shared photos: {SHARED}"
    return f"shared photos: none at {SHARED}; the tests that read them are deselected"
