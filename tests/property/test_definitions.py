"""Random definitions over random selections: days from noon to noon, call-back rules, scores and comparisons against pandas."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import pytest

from data import days, queries
from data.answers import Answers
from data.comparison import KINDS
from data.due import due_until
from data.indicators.ask import ask, previous_numbers
from data.indicators.compared import comparison
from data.indicators.definition import Definition
from data.indicators.registry import INDICATORS
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.view import View
from data.window import window
from tests import district
from tests.oracle import Oracle
from tests.property.test_ask import random_selection, same

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples" / "definitions"
RATES = {"response": "response_rate", "resolution": "resolution_rate", "satisfaction": "satisfaction_rate"}
CALLED = ("response_rate", "resolution_rate", "satisfaction_rate", "composite_score")


class Known(NamedTuple):
    """A snapshot, and its tables as the oracle read them before."""

    snapshot: Snapshot
    oracle: Oracle


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """A random district whose reports are spread over more than two years."""
    file = district.build(tmp_path_factory.mktemp("definitions") / "random.duckdb", 4000, seed=5)
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE event SET reported_at = $now - ($now - reported_at) * 10", {"now": district.AS_OF})
        local = "(reported_at + INTERVAL 8 HOUR)"
        connection.execute(f"UPDATE event SET day = CAST({local} AS DATE), hour_of_week = (isodow({local}) - 1) * 24 + hour({local})")
    oracle = Oracle(file)  # first: DuckDB opens one file with one set of settings
    return Known(Snapshot(file), oracle)


def random_definition(rng: np.random.Generator) -> tuple[Definition, dict[str, Any]]:
    """A definition file, and what it says as plain values for the oracle."""
    a, b = sorted(rng.integers(0, 11, 2) / 10)
    said: dict[str, Any] = {
        "begins": int(rng.choice([0, 6, 12, 12, 17])),
        "named_by": str(rng.choice(["begin", "end"])),
        "effective": [word for word in ("rated", "closed") if rng.random() < 0.4],
        "unrated": str(rng.choice(["counts", "left_out", "satisfied"])),
        "needs_contact": bool(rng.random() < 0.5),
        "basically": float(rng.choice([0.6, 0.8, 0.9, 1.0])),
        "minimum_n": int(rng.choice([1, 10, 50])),
        "weights": {"response": a, "satisfaction": b - a, "resolution": 1 - b},
        "points": {"closing_rate": 60, "rework_rate": -25, "postpone_rate": -15} if rng.random() < 0.3 else {},
        "assessment_day": int(rng.choice([1, 19, 26])),
    }
    text = f"""
name = "random"
version = "1"
title = {{ zh = "随机", en = "Random" }}
weights = {{ {", ".join(f"{key} = {value!r}" for key, value in said["weights"].items())} }}
points = {{ {", ".join(f"{key} = {value}" for key, value in said["points"].items())} }}
basically_satisfied = {said["basically"]}
minimum_n = {said["minimum_n"]}
assessment_day = {said["assessment_day"]}
[day]
begins = "{said["begins"]:02d}:00"
named_by = "{said["named_by"]}"
[call_back]
effective = {said["effective"]}
unrated = "{said["unrated"]}"
resolved_needs_contact = {str(said["needs_contact"]).lower()}
""".replace("np.float64(", "").replace(")", "")
    return Definition.parse(text), said


class Ruled(Oracle):
    """The oracle's events under a definition."""

    def __init__(self, oracle: Oracle, said: dict[str, Any]) -> None:
        vars(self).update(vars(oracle))
        self.events = rows = oracle.events.copy()
        self.said = said
        local = rows["reported_at"].dt.tz_localize("UTC").dt.tz_convert(ZoneInfo(district.ZONE)).dt.tz_localize(None)
        later = 24 - said["begins"] if said["named_by"] == "end" and said["begins"] else -said["begins"]
        rows["day"] = (local + pd.Timedelta(hours=later)).dt.date
        self.today = (pd.Timestamp(district.AS_OF) + pd.Timedelta(hours=8 + later)).date()
        if "rated" in said["effective"]:
            rows["has_call_back"] &= rows["satisfaction"] != "unrated"
        if "closed" in said["effective"]:
            rows["has_call_back"] &= rows["is_closed"]
        if said["needs_contact"]:
            rows["is_resolved"] &= rows["is_contacted"]

    def called(self, chosen: dict[str, Any]) -> dict[str, tuple[Any, Any, Any]]:
        """The three rates and the score as their words say."""
        found = self.numbers(chosen, {"response": 0, "resolution": 0, "satisfaction": 0})
        rows = self.selected(chosen)
        called = rows[~rows["is_void"] & ~rows["is_duplicate"] & rows["has_call_back"]]
        counts = called["satisfaction"].value_counts()
        numerator = counts.get("satisfied", 0) + self.said["basically"] * counts.get("basically", 0)
        if self.said["unrated"] == "satisfied":
            numerator += counts.get("unrated", 0)
        n = len(called) - (counts.get("unrated", 0) if self.said["unrated"] == "left_out" else 0)
        found["satisfaction_rate"] = (numerator / n if n else None, numerator, n)
        if self.said["points"]:
            rates = {key: found[key] for key in self.said["points"]}
            score = sum(p * (found[key][0] or 0) if p > 0 else -p * (1 - (found[key][0] or 0)) for key, p in self.said["points"].items())
        else:
            rates = {key: found[key] for key in RATES.values()}
            score = 100 * sum(weight * (found[RATES[rate]][0] or 0) for rate, weight in self.said["weights"].items())
        n = min(rate[2] for rate in rates.values())
        found["composite_score"] = (score if n else None, score * n / 100 if n else None, n)
        return found


def test_every_number_under_random_definitions(known: Known) -> None:
    rng = np.random.default_rng(17)
    for _ in range(14):
        definition, said = random_definition(rng)
        oracle, view = Ruled(known.oracle, said), View(known.snapshot, definition)
        assert days.day_of(view, view.snapshot.as_of) == oracle.today
        assert days.first_and_last(view) == (oracle.events["day"].min(), oracle.events["day"].max())
        for _ in range(3):
            chosen, selection = random_selection(oracle, rng, due_until(view))
            answer, expected = ask(view, selection), oracle.called(chosen)
            del expected["per_10k"]
            for key, (value, numerator, denominator) in expected.items():
                number, context = answer["indicators"][key], f"{key} of {selection.query()} under {said}"
                assert same(number["value"], value), context
                if denominator is not None:
                    assert same(number["n"] if key == "composite_score" else number["denominator"], denominator), context
                if value is not None and denominator is not None:
                    assert same(number["numerator"], numerator), context
                if key in CALLED and value is not None:
                    assert number["shown"] is bool(denominator >= said["minimum_n"]), context
                if key != "composite_score":
                    assert number["n"] + sum(number["excluded"].values()) == len(oracle.selected(chosen)), context


@pytest.mark.parametrize("named_by", ["begin", "end"])
def test_every_question_has_the_days_of_the_definition(known: Known, named_by: str) -> None:
    said = random_definition(np.random.default_rng(1))[1] | {"begins": 12, "named_by": named_by}
    text = (
        'name = "noon"\nversion = "1"\ntitle = { zh = "午", en = "Noon" }\nweights = { response = 0, satisfaction = 1, resolution = 0 }\n'
    )
    definition = Definition.parse(f'{text}[day]\nbegins = "12:00"\nnamed_by = "{named_by}"\n')
    view, oracle = View(known.snapshot, definition), Ruled(known.oracle, said)
    good = oracle.events[~oracle.events["is_void"] & ~oracle.events["is_duplicate"]]
    last, first = oracle.today - dt.timedelta(days=1), oracle.today - dt.timedelta(days=60)
    selection = Selection(from_day=first, to_day=last)
    frame = queries.categories_per_bucket(view, selection, 1)
    by_day = good.groupby("day").size()
    for bucket, n in frame.groupby("bucket")["n"].sum().items():
        day = first + dt.timedelta(days=int(bucket)) if bucket >= 0 else first + dt.timedelta(days=-60 - 1 - int(bucket))
        assert by_day[day] == n, (bucket, day)
    assert frame["n"].sum() == good["day"].between(first - dt.timedelta(days=60), last).sum()
    assert queries.event_count(view, selection) == good["day"].between(first, last).sum()
    assert queries.hours_of_week(view, selection)["n"].sum() == good["day"].between(first, last).sum()
    together, alone = Answers(view, selection, "closing_rate"), Answers(view, selection, is_screen=False)
    for question in (queries.outcomes_per_bucket, queries.sources, queries.categories_per_bucket):
        frames = [sorted(map(tuple, answers(question).astype(int).to_numpy().tolist())) for answers in (together, alone)]
        assert frames[0] == frames[1]
    one_day = Selection(from_day=last, to_day=last)
    assert queries.event_page(view, one_day, limit=1000)["total"] == by_day.get(last, 0)


def test_comparisons_count_the_days_they_name(known: Known) -> None:
    rng, indicators = (
        np.random.default_rng(23),
        [INDICATORS[key] for key in ("accepted", "closing_rate", "satisfaction_rate", "proactive_rate")],
    )
    for name in ("7d", "30d", "week", "month", "assessment"):
        definition, said = random_definition(rng)
        oracle, view = Ruled(known.oracle, said | {"weights": definition.weights}), View(known.snapshot, definition)
        for kind in KINDS:
            answers = Answers(view, Selection(window=name, compare=kind), is_screen=False)
            found = comparison(answers, {}, {}, "zh")
            assert found["kind"] == kind
            first, last = (dt.date.fromisoformat(found[key]) for key in ("from", "to"))
            assert last < window(view, answers.selection).from_day
            everything = oracle.events
            if found["cut_at"] is not None:
                oracle.events = everything[everything["reported_at"] < pd.Timestamp(found["cut_at"]).tz_localize(None)]
            expected = oracle.called({"days": (first, last)})
            oracle.events = everything
            for key, number in previous_numbers(answers, indicators).items():
                assert same(number.value, expected[key][0]), (name, kind, key, said)
                assert same(number.numerator, expected[key][1]), (name, kind, key, said)


def test_ask_gives_both_values_and_what_is_due_by_area_and_stage(known: Known) -> None:
    view = View(known.snapshot, Definition.parse((EXAMPLES / "noon.toml").read_text(encoding="utf-8")))
    answer = ask(view, Selection(window="month", compare="last_year"))
    found = answer["comparison"]
    assert found["kind"] == "last_year"
    assert found["cut_at"] is not None
    assert "同进度" in found["sentence"]
    assert found["indicators"]["accepted"]["value"] == answer["indicators"]["accepted"]["value"]
    assert found["indicators"]["accepted"]["before"] > 0
    assert set(answer["targets"]) == {"satisfaction_rate", "median_hours"}
    soon, oracle = answer["due_soon"], known.oracle
    until = pd.Timestamp(due_until(view))
    rows = oracle.selected({"days": (window(view, Selection(window="month")).from_day - dt.timedelta(days=1), oracle.today)})
    begin = pd.Timestamp(days.utc_of(view, days.begin_of(view, window(view, Selection(window="month")).from_day)))
    rows = rows[(rows["reported_at"] >= begin) & ~rows["is_void"] & ~rows["is_duplicate"] & ~rows["is_closed"] & rows["has_deadline"]]
    rows = rows[(rows["deadline_at"] >= oracle.as_of) & (rows["deadline_at"] <= until) & ~rows["is_past_deadline"]]
    assert soon["working_hours"] == 8
    assert soon["n"] == len(rows) == sum(n for area in soon["areas"] for n in area["stages"].values())
    assert soon["unmapped"] == (~rows["is_mapped"]).sum()
    for area in soon["areas"]:
        inside = rows[rows["area_ix"].isin(oracle.below(area["area_code"]))] if area["area_code"] else rows[rows["area_ix"] == 0]
        assert area["stages"] == inside["stage"].value_counts().to_dict()
