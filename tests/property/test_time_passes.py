"""The same rows on two days: numbers differ only where the rule asks whether a deadline has passed, and ``diff`` names the cases."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.indicators.ask import ask
from data.indicators.definition import Definition, shipped
from data.store.build import build
from data.store.diff import diff
from data.store.store import Store
from data.view import View
from tests import city
from tests.city import City
from tests.property.test_city import random_selection

SELECTIONS = 80
LATER = dt.timedelta(days=21)
ADD_TO_ALL = {"due_for_disposal", "due_for_closing"}
ADD_BELOW = {
    "disposal_rate", "disposal_on_time_rate", "closing_rate", "closing_on_time_rate", "overdue_open", "on_time_with_backlog",
    "rework_rate", "postpone_rate",
}  # fmt: skip
"""What depends on the day: those whose denominator is the cases that are due."""
ADD_ABOVE = {"overdue_open"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Store, str, str]:
    folder: Path = tmp_path_factory.mktemp("time")
    config = city.write(folder)
    ids = []
    for as_of in (city.AS_OF, city.AS_OF + LATER):
        config.write_text(city.CONFIG.replace("2026-06-20T09:00:00", f"{as_of:%Y-%m-%dT%H:%M:%S}"), encoding="utf-8")
        ids.append(str(build(config, folder / "store").snapshot))
    return City(folder), Store(folder / "store"), ids[0], ids[1]


def fallen_due(oracle: City) -> set[str]:
    """Cases that are open and whose target lies between the two days, from the file."""
    rows = oracle.rows[~oracle.rows["is_closed"]]
    return set(rows.loc[(rows["target"] >= city.AS_OF) & (rows["target"] < city.AS_OF + LATER), "case_enquiry_id"])


def test_diff_tells_of_nothing_but_the_cases_that_fell_due(built: tuple[City, Store, str, str]) -> None:
    oracle, store, first, second = built
    found = diff(store, first, second)
    assert not any(found[kind] for kind in ("new", "closed", "reopened", "withdrawn", "restated"))
    listed = [case for entry in found["fell_due"] for case in entry["cases"]]
    assert len(listed) == sum(entry["n"] for entry in found["fell_due"]) == len(set(listed))
    assert set(listed) == fallen_due(oracle)
    assert len(listed) > 10


@pytest.mark.parametrize("definition", shipped(), ids=lambda definition: definition.key)
def test_a_number_differs_by_the_cases_that_fell_due_and_by_nothing_else(
    built: tuple[City, Store, str, str], definition: Definition
) -> None:
    oracle, store, first, second = built
    fallen, rng = fallen_due(oracle), np.random.default_rng(9)
    moved = 0
    with store.lease(first) as earlier, store.lease(second) as later:
        for _ in range(SELECTIONS):
            chosen, selection = random_selection(rng)
            if "deadline" in chosen:  # the filter itself asks what time it is
                continue
            rows = oracle.selected(chosen)
            due = rows[rows["case_enquiry_id"].isin(fallen)]
            more, waiting = int(due["is_handled"].sum()), len(due)
            before, after = (ask(View(snapshot, definition), selection)["indicators"] for snapshot in (earlier, later))
            for key, number in before.items():
                context = f"{key} of {selection.query()}"
                now: dict[str, Any] = after[key]
                if key not in ADD_TO_ALL | ADD_BELOW | ({"composite_score"} if set(definition.terms) & ADD_BELOW else set()):
                    assert now == number, context
                    continue
                if not waiting:
                    assert now == number, context
                    continue
                if key == "composite_score":
                    moved += now["value"] != number["value"]
                    continue
                added = waiting if key == "on_time_with_backlog" else more
                assert now["n"] - number["n"] == added, context
                assert number["excluded"].get("not_due", 0) - now["excluded"].get("not_due", 0) == added, context
                above = added if key in ADD_TO_ALL | ADD_ABOVE else 0
                assert now["numerator"] - number["numerator"] == above, context
                moved += added > 0
    assert moved > 100
