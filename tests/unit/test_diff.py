"""What changed between two snapshots, against plain loops over their tables and against cases worked by hand."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter, defaultdict
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from data.errors import SelectionError
from data.indicators.ask import ask
from data.indicators.definition import Definition, shipped
from data.selection import Selection
from data.store.diff import between
from data.store.snapshot import Snapshot
from data.view import View
from tests import district
from tests.oracle import Oracle

DAYS = [dt.date(2026, 11, day) for day in (2, 5, 11, 17, 19, 20)]
"""Days whose events are edited; the last is the day of ``as_of``, not over yet."""
CHANGED_RATES = {
    "disposal_rate", "disposal_on_time_rate", "closing_rate", "closing_on_time_rate", "overdue_open", "on_time_with_backlog",
    "rework_rate", "postpone_rate", "response_rate", "resolution_rate", "satisfaction_rate", "resolved_locally_rate",
    "due_for_disposal", "due_for_closing", "composite_score",
}  # fmt: skip
INTAKE = {"accepted", "unmapped", "proactive_rate"}


def edited(before: Path, after: Path) -> Path:
    """A later snapshot: rows edited in every way, and all dictionaries numbered afresh."""
    shutil.copy(before, after)
    days = ", ".join(f"DATE '{day}'" for day in DAYS)
    rng = np.random.default_rng(7)
    with duckdb.connect(str(after)) as connection:
        ids = [row[0] for row in connection.execute(f"SELECT event_id FROM event WHERE day IN ({days}) ORDER BY event_id").fetchall()]
        outcomes = connection.execute("SELECT max(outcome_ix) + 1 FROM outcome").fetchone()[0]  # type: ignore[index]
        chosen = iter(rng.permutation(ids))

        def edit(change: str, times: int) -> None:
            for _ in range(times):
                connection.execute(
                    f"UPDATE event SET {change} WHERE event_id = $id",
                    {"id": next(chosen), **({"n": int(rng.integers(outcomes))} if "$n" in change else {})},
                )

        for _ in range(9):
            connection.execute("DELETE FROM event WHERE event_id = ?", [next(chosen)])
        for number in range(14):
            connection.execute("INSERT INTO event SELECT * REPLACE (? AS event_id) FROM event WHERE event_id = ?",
                               [f"N{number:05d}", next(chosen)])  # fmt: skip
        for _ in range(5):  # late news of a place that calls again and again
            connection.execute(
                "INSERT INTO event SELECT event.* REPLACE (event_id || '-' || copy AS event_id) FROM event, range(3) copies(copy)"
                " WHERE event_id = ?",
                [next(chosen)],
            )
        edit("area_ix = (area_ix + 5) % 22", 9)
        edit("day = day + 1, reported_at = reported_at + INTERVAL 1 DAY", 6)
        edit("source_ix = (source_ix + 1) % 4", 6)
        edit("outcome_ix = $n", 60)
        edit("closed_at = closed_at + INTERVAL 1 HOUR", 8)
        edit("closed_at = NULL", 4)
        edit("deadline_at = deadline_at + INTERVAL 3 HOUR", 8)
        edit("title = 'another title'", 5)
        edit("category_ix = (category_ix + 1) % 14", 4)
        # Numbered afresh: a new first street, a new first domain, outcomes and sources in another order.
        for table, column in (("area", "area_ix"), ("category", "category_ix")):
            first = 1 if table == "area" else 0
            connection.execute(f"UPDATE {table} SET last_ix = last_ix + 1, parent_ix = parent_ix + (parent_ix >= {first})::INT")
            connection.execute(f"UPDATE {table} SET {column} = {column} + 1 WHERE {column} >= {first}")
            connection.execute(f"UPDATE event SET {column} = {column} + 1 WHERE {column} >= {first}")
        connection.execute(
            "INSERT INTO area (area_ix, last_ix, parent_ix, depth, level, area_code, name) VALUES (1, 1, 0, 1, 'street', '999901009', '新')"
        )
        connection.execute("INSERT INTO category (category_ix, last_ix, depth, name) VALUES (0, 0, 1, '新领域')")
        for table, column in (("outcome", "outcome_ix"), ("source", "source_ix")):
            high = connection.execute(f"SELECT max({column}) FROM {table}").fetchone()[0]  # type: ignore[index]
            for name in (table, "event"):
                connection.execute(f"UPDATE {name} SET {column} = {high} - {column}")
        connection.execute("UPDATE snapshot SET as_of = as_of + INTERVAL 1 DAY")
        connection.execute("UPDATE event SET event_ix = 100000 - event_ix")
    return after


class Told:
    """One snapshot as a dictionary of cases, with the codes of the areas above each."""

    def __init__(self, path: Path) -> None:
        self.oracle = Oracle(path)
        areas, categories = (table.set_index(key).to_dict("index") for table, key in
                             ((self.oracle.areas, "area_ix"), (self.oracle.categories, "category_ix")))  # fmt: skip
        self.cases: dict[str, dict[str, Any]] = {}
        for row in self.oracle.events.astype(object).where(self.oracle.events.notna(), None).to_dict("records"):
            row["areas"] = self._path(areas, row["area_ix"], "area_code")
            row["categories"] = self._path(categories, row["category_ix"], "name")
            self.cases[row["event_id"]] = row

    @staticmethod
    def _path(table: dict[Any, dict[str, Any]], ix: int, column: str) -> list[str]:
        path: list[str] = []
        at: Any = ix
        while at is not None and not pd.isna(at):
            path.insert(0, table[at][column])
            at = table[at]["parent_ix"]
        return path


def is_rewritten(b: dict[str, Any], a: dict[str, Any], as_of: pd.Timestamp) -> bool:
    """Whether a fact that was given is now another, fact by fact."""
    if (b["is_void"] or b["is_duplicate"]) != (a["is_void"] or a["is_duplicate"]):
        return True
    if any(b[name] and not a[name] for name in
           ("is_registered", "is_dispatched", "is_disposed", "is_closed", "is_reworked", "is_postponed", "is_bounced")):  # fmt: skip
        return True
    if any(b[name] is not None and b[name] != a[name] for name in ("closed_at", "disposed_at")):
        return True
    if b["deadline_at"] != a["deadline_at"] and min(d for d in (b["deadline_at"], a["deadline_at"]) if d is not None) <= as_of:
        return True
    if b["has_call_back"] and any(b[name] != a[name] for name in ("has_call_back", "is_contacted", "is_resolved", "satisfaction")):
        return True
    pairs = (("disposed_on_time", "is_disposed"), ("closed_on_time", "is_closed"), ("is_local", "is_closed"))
    return any(b[over] and a[over] and b[name] is not None and b[name] != a[name] for name, over in pairs)


def blamed(before: Told, after: Told) -> dict[tuple[str, str, dt.date], set[str]]:
    """(kind of indicator, area, day) → cases that may be to blame; ``rates`` of outcomes, ``intake`` and ``turned``."""
    found: dict[tuple[str, str, dt.date], set[str]] = defaultdict(set)
    today = before.oracle.today
    for identity in before.cases.keys() | after.cases.keys():
        b, a = before.cases.get(identity), after.cases.get(identity)
        cells_b = set(product(b["areas"][:2], [b["day"]])) if b else set()
        cells_a = set(product(a["areas"][:2], [a["day"]])) if a else set()
        for area, day in cells_b ^ cells_a:
            for kind in ("rates", "intake", "turned"):
                found[kind, area, day].add(identity)
        if b is None or a is None:
            continue
        rewritten = is_rewritten(b, a, pd.Timestamp(before.oracle.as_of))
        for area, day in cells_b & cells_a:
            if rewritten:
                for kind in ("rates", "intake", "turned"):
                    found[kind, area, day].add(identity)
            if b["is_proactive"] != a["is_proactive"] or b["is_mapped"] != a["is_mapped"]:
                found["turned", area, day].add(identity)
    return {key: ids for key, ids in found.items() if key[2] < today}


def expected_restated(before: Told, after: Told) -> dict[tuple[str, str, str], tuple[Any, Any]]:
    """(indicator, area, day) → values before and after."""
    weights = {"response": 0.1, "satisfaction": 0.4, "resolution": 0.5}
    found = {}
    blame = blamed(before, after)
    for area, day in sorted({(area, day) for _, area, day in blame}):
        was, now = (told.oracle.numbers({"days": (day, day), "area": area}, weights) for told in (before, after))
        for key in CHANGED_RATES | INTAKE:
            kind = "rates" if key in CHANGED_RATES else "intake" if key == "accepted" else "turned"
            if blame.get((kind, area, day)) and was[key][0] != now[key][0]:
                found[key, area, str(day)] = (was[key][0], now[key][0])
    return found


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("two")
    before = district.build(folder / "before.duckdb", 2400)
    return before, edited(before, folder / "after.duckdb")


@pytest.fixture(scope="module")
def told(two: tuple[Path, Path]) -> tuple[Told, Told]:
    return Told(two[0]), Told(two[1])


@pytest.fixture(scope="module")
def snapshots(two: tuple[Path, Path], told: tuple[Told, Told]) -> tuple[Snapshot, Snapshot]:
    del told  # read first: DuckDB refuses a second connection with other settings
    return Snapshot(two[0], {"id": "20261120T033000Z-aaaaaaaa"}), Snapshot(two[1], {"id": "20261121T033000Z-bbbbbbbb"})


def compared(snapshots: tuple[Snapshot, Snapshot], scope: tuple[str, ...] | None = None, **more: Any) -> dict[str, Any]:
    return between(*(View(snapshot, shipped()[0], scope) for snapshot in snapshots), **more)


def ids(entries: list[dict[str, Any]]) -> set[str]:
    return {identity for entry in entries for identity in entry["cases"]}


def test_cases_are_listed_by_area_and_category(snapshots: tuple[Snapshot, Snapshot], told: tuple[Told, Told]) -> None:
    before, after = (side.cases for side in told)
    found = compared(snapshots)
    both = before.keys() & after.keys()
    expected = {
        "new": after.keys() - before.keys(),
        "withdrawn": before.keys() - after.keys(),
        "closed": {key for key in both if not before[key]["is_closed"] and after[key]["is_closed"]},
        "reopened": {key for key in both if before[key]["is_closed"] and not after[key]["is_closed"]},
    }
    assert all(expected.values())
    for kind, wanted in expected.items():
        assert ids(found[kind]) == wanted, kind
        assert sum(entry["n"] for entry in found[kind]) == len(wanted)
        for entry in found[kind]:
            assert "more" not in entry
            for identity in entry["cases"]:
                case = (before if kind == "withdrawn" else after)[identity]
                path = case["categories"][:2]
                assert (entry["area"], entry["domain"], entry["category"]) == (case["areas"][:2][-1], path[0], path[-1])
        groups = [(entry["area"], entry["domain"], entry["category"]) for entry in found[kind]]
        assert len(groups) == len(set(groups))


def test_restated_numbers_are_those_of_an_independent_computation(snapshots: tuple[Snapshot, Snapshot], told: tuple[Told, Told]) -> None:
    found = [entry for entry in compared(snapshots)["restated"] if "category" not in entry and entry["indicator"] != "repeat_rate"]
    got = {(entry["indicator"], entry["area"], entry["day"]): (entry["before"], entry["after"]) for entry in found}
    wanted = expected_restated(*told)
    assert len(got) == len(found)
    for key in wanted.keys() & got.keys():
        assert got[key] == pytest.approx(wanted[key]), key
    assert wanted.keys() <= got.keys()
    blame = blamed(*told)
    for entry in found:
        day = dt.date.fromisoformat(entry["day"])
        kind = "turned" if entry["indicator"] in ("unmapped", "proactive_rate") else "rates"
        assert set(entry) == {"indicator", "area", "day", "before", "after", "cases"}
        assert set(entry["cases"]) <= blame[kind, entry["area"], day], entry
        assert entry["cases"]
    assert got.keys() <= wanted.keys()
    assert {key for key, *_ in got} == CHANGED_RATES | INTAKE


@pytest.mark.parametrize("definition", shipped(), ids=lambda definition: definition.key)
def test_repeat_rates_are_restated_once_the_days_after_are_over(
    snapshots: tuple[Snapshot, Snapshot], told: tuple[Told, Told], definition: Definition
) -> None:
    rule = definition.repeat
    settled = told[0].oracle.today - dt.timedelta(days=rule.days)
    rates: list[dict[tuple[str, str], float]] = []
    standing: list[dict[str, tuple[str, bool]]] = []
    for side in told:
        events = side.oracle.events.assign(repeated=side.oracle.repeated(rule.cases, rule.days, rule.metres))
        events = events[~events["is_void"] & ~events["is_duplicate"] & (events["day"] < settled)]
        events = events.assign(areas=[side.cases[identity]["areas"][:2] for identity in events["event_id"]])
        listed = events.explode("areas")
        rates.append({(area, str(day)): rows["repeated"].mean() for (area, day), rows in listed.groupby(["areas", "day"])})
        standing.append(dict(zip(events["event_id"], zip(events["day"].astype(str), events["repeated"], strict=True), strict=True)))
    expected = {
        key: tuple(None if key not in side else pytest.approx(side[key]) for side in rates)
        for key in rates[0].keys() | rates[1].keys()
        if rates[0].get(key) != rates[1].get(key)
    }
    views = (View(snapshot, definition) for snapshot in snapshots)
    found = [entry for entry in between(*views)["restated"] if entry["indicator"] == "repeat_rate"]
    assert {(entry["area"], entry["day"]): (entry["before"], entry["after"]) for entry in found} == expected
    assert len(found) == len(expected) > 1
    for entry in found:
        assert entry["cases"]
        for identity in entry["cases"]:
            assert standing[0].get(identity) != standing[1].get(identity)


def test_cases_in_another_category_restate_both(snapshots: tuple[Snapshot, Snapshot], told: tuple[Told, Told]) -> None:
    def kinds(case: dict[str, Any]) -> tuple[str, str]:
        return case["categories"][0], case["categories"][:2][-1]

    before, after = told
    counts: list[Counter[tuple[str, str, str, str]]] = [Counter(), Counter()]
    blame: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for side, count in zip(told, counts, strict=True):
        for case in side.cases.values():
            if not case["is_void"] and not case["is_duplicate"]:
                count.update((area, str(case["day"]), *kinds(case)) for area in case["areas"][:2])
    for identity in before.cases.keys() & after.cases.keys():
        b, a = before.cases[identity], after.cases[identity]
        if kinds(b) != kinds(a) and not any(case["is_void"] or case["is_duplicate"] for case in (b, a)):
            for case in (b, a):
                for area in case["areas"][:2]:
                    if case["day"] < before.oracle.today:
                        blame[area, str(case["day"]), *kinds(case)].add(identity)
    expected = {key: (counts[0][key], counts[1][key], sorted(ids)) for key, ids in blame.items() if counts[0][key] != counts[1][key]}
    found = [entry for entry in compared(snapshots)["restated"] if "category" in entry]
    assert {
        (entry["area"], entry["day"], entry["domain"], entry["category"]): (entry["before"], entry["after"], entry["cases"])
        for entry in found
    } == expected
    assert len(found) == len(expected) > 0
    assert {entry["indicator"] for entry in found} == {"accepted"}


def test_before_and_after_are_what_ask_says(snapshots: tuple[Snapshot, Snapshot]) -> None:
    found = compared(snapshots)["restated"]
    named = [entry for entry in found if "category" in entry and entry["domain"] != entry["category"]]
    assert named
    for entry in [entry for entry in found if "category" not in entry][::19] + named[:3]:
        kind = {key: (entry[key],) for key in ("domain", "category") if key in entry}
        selection = Selection.parse_strict(f"from={entry['day']}&to={entry['day']}&area={entry['area']}").with_(**kind)
        for side, snapshot in zip(("before", "after"), snapshots, strict=True):
            number = ask(View(snapshot, shipped()[0]), selection)["indicators"][entry["indicator"]]
            assert entry[side] == pytest.approx(number["value"])


def test_levels_go_as_deep_as_asked(snapshots: tuple[Snapshot, Snapshot]) -> None:
    lengths = {len(entry["area"]) for entry in compared(snapshots, level="grid")["restated"]}
    assert lengths == {6, 9, 12, 15}
    assert {len(entry["area"]) for entry in compared(snapshots, level="district")["restated"]} == {6}
    with pytest.raises(SelectionError, match="street"):
        compared(snapshots, level="borough")


def test_a_scoped_viewer_is_told_of_his_own_areas_alone(snapshots: tuple[Snapshot, Snapshot], told: tuple[Told, Told]) -> None:
    own = "999901002"
    found, whole = compared(snapshots, (own,)), compared(snapshots, level="community")
    inside = [{key: case for key, case in side.cases.items() if own in case["areas"]} for side in told]
    assert ids(found["new"]) == inside[1].keys() - inside[0].keys()
    assert ids(found["withdrawn"]) == inside[0].keys() - inside[1].keys()
    assert {entry["area"][:9] for kind in ("new", "closed", "reopened", "withdrawn", "restated") for entry in found[kind]} == {own}
    told_of = [[{key: value for key, value in entry.items() if key != "cases"} for entry in entries if entry["area"].startswith(own)]
               for entries in (found["restated"], whole["restated"])]  # fmt: skip
    assert told_of[0] == told_of[1]
    for scope in ((), ("unknown",)):
        assert not any(compared(snapshots, scope)[kind] for kind in ("new", "closed", "reopened", "withdrawn", "restated"))


def test_what_is_not_listed_is_counted(snapshots: tuple[Snapshot, Snapshot]) -> None:
    whole, cut = compared(snapshots, level="district"), compared(snapshots, level="district", most=2)
    for kind in ("new", "closed", "restated"):
        for entry, short in zip(whole[kind], cut[kind], strict=True):
            assert short["cases"] == entry["cases"][:2]
            assert short.get("more", 0) == max(0, len(entry["cases"]) - 2)


def test_many_changes_are_read_in_parts(snapshots: tuple[Snapshot, Snapshot], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compared(snapshots)
    monkeypatch.setattr("data.store.changed.READ_TOGETHER", 50)
    assert compared(snapshots) == whole


def test_where_nearly_everything_changed_it_says_so(snapshots: tuple[Snapshot, Snapshot], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compared(snapshots)
    assert "left_out" not in whole
    monkeypatch.setattr("data.store.restated.MOST_BLAMED", 20)
    monkeypatch.setattr("data.store.changed.READ_TOGETHER", 50)
    cut = compared(snapshots)
    others = [entry for entry in whole["restated"] if "category" in entry or entry["indicator"] == "repeat_rate"]
    blamed = {identity for entry in whole["restated"] if entry not in others for identity in entry["cases"]}
    assert cut.pop("left_out")["restated"] >= len(blamed) > 20
    assert cut == {**whole, "restated": others}


def test_backwards_new_is_withdrawn(snapshots: tuple[Snapshot, Snapshot]) -> None:
    forth, back = compared(snapshots), compared((snapshots[1], snapshots[0]))
    assert ids(back["withdrawn"]) == ids(forth["new"])
    assert ids(back["reopened"]) == ids(forth["closed"])
    assert back["from"] == forth["to"]
