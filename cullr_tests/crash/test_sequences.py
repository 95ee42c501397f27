"""Random sequences of commands, kills and a person's own doings on one folder."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from cullr_tests.crash.sequences import Life


def test_random_lives_lose_and_double_nothing() -> None:
    before = Life.finished
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert Life.finished - before >= 40
