"""What the store must stand, in a short run; `benchmarks/kill.py` and `benchmarks/churn.py` are the long ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def measured(name: str, *arguments: object) -> dict[str, Any]:
    command = [sys.executable, str(BENCHMARKS / name), *(str(argument) for argument in arguments), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ran.stdout, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    assert found["failures"] == []
    assert ran.returncode == 0
    assert found["reads"] > 100
    return found


@pytest.mark.slow
def test_a_build_killed_at_random_moments_leaves_a_store_that_verifies() -> None:
    found = measured("kill.py", "--kills", 12)
    assert sum(found["ends"].values()) == 12
    assert found["ends"]["killed"] > 2


@pytest.mark.slow
def test_a_disk_full_at_random_moments_leaves_a_store_that_verifies() -> None:
    found = measured("kill.py", "--kills", 7, "--full-disk", "--seed", 3)
    assert sum(found["ends"].values()) == 7
    assert found["ends"]["StoreFull"] > 0


@pytest.mark.slow
def test_readers_meet_no_error_while_snapshots_come_and_go() -> None:
    found = measured("churn.py", "--publications", 20, "--events", 2000, "--flat-mb", 100)
    assert found["publications"] == 20
