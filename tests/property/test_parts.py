"""Laws of every indicator, over random selections: what it counts, what it leaves out, and how its numbers add up."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data import queries
from data.answers import Answers
from data.due import due_until
from data.errors import SelectionError
from data.indicators import compute, parts
from data.indicators.areas import indicator_per_area
from data.indicators.ask import numbers
from data.indicators.definition import Definition, shipped
from data.indicators.registry import INDICATORS
from data.selection import Selection
from data.store.store import Store
from data.view import View
from data.window import window
from tests import district
from tests.oracle import Oracle
from tests.property.test_ask import random_selection

SELECTIONS = 6
EVENTS = [key for key, indicator in INDICATORS.items() if indicator.measure != "video"]
ADDING = [key for key in EVENTS if INDICATORS[key].measure not in ("score", "duration", "population")]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return district.build(tmp_path_factory.mktemp("parts") / "random.duckdb", 2500, seed=5)


@pytest.fixture(scope="module")
def view(path: Path, oracle: Oracle) -> View:
    """After the oracle has read the file: DuckDB opens one file with one set of settings."""
    del oracle
    return district.view(path)


@pytest.fixture(scope="module")
def oracle(path: Path) -> Oracle:
    return Oracle(path)


@pytest.fixture(scope="module")
def selections(view: View, oracle: Oracle) -> list[tuple[dict[str, Any], Selection]]:
    rng, soon = np.random.default_rng(3), due_until(view)
    drawn = [random_selection(oracle, rng, soon) for _ in range(SELECTIONS)]
    days = (oracle.today - dt.timedelta(days=90), oracle.today)
    whole = {"days": days, "due_until": soon}, Selection(from_day=days[0], to_day=days[1])
    return [whole, *drawn]


def told(view: View, selection: Selection) -> dict[str, dict[str, Any]]:
    """Every indicator's number, as ``ask`` gives it."""
    found = numbers(Answers(view, selection, is_screen=False), list(INDICATORS.values()))
    return {key: dataclasses.asdict(number) for key, number in found.items()}


def cases(view: View, selection: Selection, key: str, part: str, limit: int = 400) -> Iterator[dict[str, Any]]:
    """Every case of a part, page by page."""
    cursor, total, given = None, -1, 0
    while True:
        page = queries.part_page(view, selection, key, part, limit=limit, cursor=cursor)
        assert total in (-1, page["total"])
        total, cursor = page["total"], page["next"]
        given += len(page["events"])
        yield from page["events"]
        if cursor is None:
            break
    assert given == total


@pytest.mark.parametrize("key", EVENTS)
def test_every_outcome_is_in_the_denominator_or_left_out_for_one_reason(view: View, key: str) -> None:
    found = parts.parts(view, Selection(), INDICATORS[key])
    left_out = [part.outcomes for name, part in found.items() if name.startswith(parts.EXCLUDED)]
    assert (np.sum([found["denominator"].outcomes, *left_out], axis=0) == 1).all()
    if "rest" in found and found["rest"].follows_from_outcomes:
        both = np.sum([found["numerator"].outcomes, found["rest"].outcomes], axis=0)
        assert (both == found["denominator"].outcomes).all()


@pytest.mark.parametrize("key", EVENTS)
def test_the_cases_of_the_parts_reproduce_the_number(
    view: View, oracle: Oracle, selections: list[tuple[dict[str, Any], Selection]], key: str
) -> None:
    for chosen, selection in selections[:2]:
        number = told(view, selection)[key]
        names = list(parts.parts(view, selection, INDICATORS[key]))
        listed = {name: list(cases(view, selection, key, name)) for name in names}
        ids = {name: {event["event_id"] for event in events} for name, events in listed.items()}
        assert all(len(ids[name]) == len(listed[name]) for name in names)
        weight = sum(event["weight"] for event in listed["numerator"])
        if number["numerator"] is not None:
            assert math.isclose(weight, number["numerator"], abs_tol=1e-6)
        assert len(ids["denominator"]) == number["n"]
        left_out = {name.removeprefix(parts.EXCLUDED): len(found) for name, found in ids.items() if name.startswith(parts.EXCLUDED)}
        assert {reason: n for reason, n in left_out.items() if n} == number["excluded"]
        outside = [ids[name] for name in names if name.startswith(parts.EXCLUDED)]
        everything = ids["denominator"].union(*outside)
        assert len(ids["denominator"]) + sum(map(len, outside)) == len(everything)
        assert everything == set(oracle.selected(chosen)["event_id"])
        if "rest" in ids:
            assert ids["numerator"] | ids["rest"] == ids["denominator"]
            assert not ids["numerator"] & ids["rest"]
        if INDICATORS[key].measure == "duration" and number["n"]:
            hours = [event["duration_s"] / 3600 for event in listed["numerator"]]
            assert math.isclose(float(np.quantile(hours, INDICATORS[key].share)), number["value"], rel_tol=1e-9)
            assert hours == sorted(hours, reverse=True)


def test_parts_of_a_score_and_of_cameras(view: View) -> None:
    selection = Selection(window="60d")
    with pytest.raises(SelectionError, match="cameras"):
        queries.part_page(view, selection, "video_online_rate", "numerator")
    with pytest.raises(SelectionError, match="choose one of"):
        queries.part_page(view, selection, "accepted", "excluded:nothing")
    answer = told(view, selection)
    points = view.definition.terms
    base = sum(-worth for worth in points.values() if worth < 0)
    assert math.isclose(answer["composite_score"]["value"], base + sum(worth * answer[key]["value"] for key, worth in points.items()))


def test_what_matters_comes_first(view: View) -> None:
    selection = Selection(window="60d")
    events = list(cases(view, selection, "closing_rate", "denominator"))
    weights = [event["weight"] for event in events]
    assert weights == sorted(weights)
    waiting = [event["deadline_at"] for event in events if not event["weight"] and event["closed_at"] is None]
    assert waiting == sorted(waiting, key=lambda instant: (instant is None, instant))
    rated = [event["weight"] for event in cases(view, selection, "satisfaction_rate", "denominator")]
    assert rated == sorted(rated)
    assert set(rated) == {0.0, view.definition.basically_satisfied, 1.0}
    newest = [event["reported_at"] for event in cases(view, selection, "accepted", "denominator")]
    assert newest == sorted(newest, reverse=True)


@pytest.mark.parametrize("cursor", ["x", "1~2", "1~2~", "1~99999999999999999999~a", "1~2~\x00", "~~a", "١~1~a"])
def test_a_cursor_that_no_page_gave_is_refused(view: View, cursor: str) -> None:
    with pytest.raises(SelectionError):
        queries.part_page(view, Selection(), "accepted", "denominator", cursor=cursor)


def test_totals_are_sums_over_any_partition(view: View, selections: list[tuple[dict[str, Any], Selection]]) -> None:
    """Over days, categories at their deepest, areas; the mean of a partition's rates is never what is shown."""
    for _, selection in selections[:3]:
        whole = told(view, selection)
        found = window(view, selection)
        middle = found.from_day + dt.timedelta(days=found.days // 2)
        days = [selection.with_(to_day=middle), selection.with_(from_day=middle + dt.timedelta(days=1))]
        levels = [selection.with_(urgency=(urgency,)) for urgency in ("normal", "urgent", "critical")]
        domains = [selection.with_(domain=(name,)) for name in ("大平安", "大民生", "未分类")]
        for partition in (days, levels if not selection.urgency else [selection], domains if not selection.domain else [selection]):
            answers = [told(view, part) for part in partition]
            for key in ADDING:
                for figure in ("numerator", "denominator", "n"):
                    if whole[key][figure] is not None:
                        total = sum(answer[key][figure] for answer in answers)
                        assert math.isclose(total, whole[key][figure], abs_tol=1e-6), (key, figure, selection.query())
                reasons: dict[str, int] = {}
                for answer in answers:
                    for reason, n in answer[key]["excluded"].items():
                        reasons[reason] = reasons.get(reason, 0) + n
                assert reasons == whole[key]["excluded"]


@pytest.mark.parametrize("key", [key for key in ADDING if INDICATORS[key].interval != "bootstrap"])
def test_areas_and_what_lies_in_none_of_them_add_up(view: View, key: str) -> None:
    selection = Selection(window="60d")
    frame, number = indicator_per_area(view, selection, key), told(view, selection)[key]
    assert math.isclose(frame["numerator"].sum(), number["numerator"])
    assert frame["n"].sum() == number["n"]


def test_a_wider_selection_never_counts_less(view: View, selections: list[tuple[dict[str, Any], Selection]]) -> None:
    for _, selection in selections:
        narrow = told(view, selection)
        changes: list[dict[str, Any]] = [{"from_day": (selection.from_day or dt.date(2026, 1, 1)) - dt.timedelta(days=9)}]
        changes += [{"area": None}] if selection.area else []
        several = ("domain", "source", "stage", "deadline", "callback", "urgency")
        changes += [{name: ()} for name in several if getattr(selection, name)]
        for change in changes:
            wide = told(view, selection.with_(**change))
            for key in ADDING:
                for figure in ("numerator", "denominator", "n"):
                    if narrow[key][figure] is not None:
                        assert wide[key][figure] >= narrow[key][figure] - 1e-9, (key, figure, selection.query(), change)


@pytest.mark.parametrize("definition", shipped(), ids=lambda definition: definition.key)
@pytest.mark.parametrize("address", ["deadline=overdue,late", "callback=effective", "callback=unresolved,unrated", "duration=2-48"])
def test_the_laws_hold_for_what_depends_on_now_and_on_the_definition(view: View, definition: Definition, address: str) -> None:
    other = View(view.snapshot, definition)
    selection = Selection.parse_strict(f"window=60d&{address}")
    answer = told(other, selection)
    found = int(queries.outcomes_per_bucket(other, selection).query("bucket >= 0")["n"].sum())
    assert found
    wider = told(other, selection.with_(deadline=(), callback=(), duration=None))
    partitions = [[selection.with_(weekday=days) for days in ((1, 2, 3, 4, 5), (6, 7))]]
    if not selection.callback:
        partitions.append([selection.with_(callback=(value,)) for value in ("effective", "none")])
    parted = [[told(other, part) for part in partition] for partition in partitions]
    for key in ADDING:
        number = answer[key]
        assert number["n"] + sum(number["excluded"].values()) == found, key
        if INDICATORS[key].unit == "rate":
            assert 0 <= number["numerator"] <= number["denominator"], key
        for figure in ("numerator", "denominator", "n"):
            if number[figure] is not None:
                assert wider[key][figure] >= number[figure] - 1e-9, (key, figure)
                for answers in parted:
                    assert math.isclose(sum(part[key][figure] for part in answers), number[figure], abs_tol=1e-6), (key, figure)


@pytest.mark.parametrize("key", INDICATORS)
def test_an_empty_selection_has_no_value_and_is_no_error(view: View, key: str) -> None:
    selection = Selection(q="nobody wrote this", area="999901001001001")
    number = told(view, selection)[key]
    if INDICATORS[key].unit == "count":
        assert number["value"] == 0
    elif INDICATORS[key].measure not in ("population", "video"):
        assert number["value"] is None
        assert not number["shown"]
    if key in EVENTS:
        for part in parts.parts(view, selection, INDICATORS[key]):
            page = queries.part_page(view, selection, key, part)
            assert (page["total"], page["events"], page["next"]) == (0, [], None)


def test_the_demo_obeys_the_laws_too(demo_store: Path) -> None:
    snapshot = Store(demo_store).current()
    for at, definition in enumerate(snapshot.definitions.values()):
        view, selection = View(snapshot, definition), Selection(window="90d")
        answer = told(view, selection)
        counts = compute.count_outcomes(view, queries.outcomes_per_bucket(view, selection))
        for key in EVENTS if at == 0 else ("satisfaction_rate", "composite_score"):
            total = {
                name: queries.part_page(view, selection, key, name, limit=1)
                for name in parts.parts(view, selection, INDICATORS[key], counts)
            }
            excluded = sum(page["total"] for name, page in total.items() if name.startswith(parts.EXCLUDED))
            assert total["denominator"]["total"] + excluded == counts.sum()
            assert total["denominator"]["total"] == answer[key]["n"]
            if answer[key]["numerator"] is not None and INDICATORS[key].measure != "score":
                assert math.isclose(total["numerator"]["weighted"], answer[key]["numerator"], abs_tol=1e-6)
                assert math.isclose(total["denominator"]["weighted"], answer[key]["numerator"], abs_tol=1e-6)
