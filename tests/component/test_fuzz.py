"""A short run of benchmarks/fuzz.py: hostile requests by a viewer of one street."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fuzz import Fuzzer


@pytest.mark.slow
def test_hostile_requests_break_and_reveal_nothing(demo_store: Path) -> None:
    report = Fuzzer(demo_store, seed=7).run(400)
    assert report.faults == []
    assert report.answered > 60


@pytest.mark.slow
def test_the_fuzzer_finds_a_planted_leak(demo_store: Path) -> None:
    report = Fuzzer(demo_store, seed=7, is_scoped=False).run(100)
    assert any("outside the scope" in fault for fault in report.faults)
