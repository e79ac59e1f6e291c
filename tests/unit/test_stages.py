"""How cases get on, against pandas over the tables: funnel, time per step, who waits where, who hands on and sends back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from data import queries, stages
from data.indicators.ask import ask
from data.questions import STEPS
from data.selection import Selection
from tests import district
from tests.oracle import Oracle

ADDRESSES = ("window=all", "window=30d", "area=999901002&window=all", "source=hotline&window=30d&department=城管局")
TIMES = ("accepted", "registered", "dispatched", "disposed", "verified", "closed")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Oracle]:
    """A random district where every step may have a time, in any order, and any may be missing."""
    path = district.build(tmp_path_factory.mktemp("stages") / "full.duckdb", 4000)
    rng = np.random.default_rng(3)
    with duckdb.connect(str(path)) as connection:
        count = connection.execute("SELECT count(*) FROM event").fetchall()[0][0]
        after = np.cumsum(rng.integers(-600, 40_000, (count, len(TIMES))), axis=1)
        frame = pd.DataFrame({"event_ix": range(count)} | {step: after[:, at] for at, step in enumerate(TIMES)})
        lost = {step: rng.random(count) < 0.3 for step in TIMES}
        connection.register("given", frame.mask(pd.DataFrame(lost).assign(event_ix=False)[frame.columns]))
        listed = ", ".join(f"{step}_at = event.reported_at + to_seconds(given.{step}::BIGINT)" for step in TIMES)
        connection.execute(f"UPDATE event SET {listed} FROM given WHERE given.event_ix = event.event_ix")
    return path, Oracle(path)


def chosen(oracle: Oracle, address: str) -> pd.DataFrame:
    """The selection's events, void ones and duplicates included."""
    rows = oracle.events
    end = oracle.today
    first = end - pd.Timedelta(days=30) if "30d" in address else rows["day"].min()
    rows = rows[(rows["day"] >= first) & ((rows["day"] < end) if "30d" in address else (rows["day"] <= end))]
    if "area" in address:
        rows = rows[rows["area_ix"].isin(oracle.below("999901002"))]
    if "source" in address:
        rows = rows[(rows["source"] == "hotline") & (rows["department"] == "城管局")]
    return rows


def cohort(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[~rows["is_void"] & ~rows["is_duplicate"]]


def reached(rows: pd.DataFrame) -> dict[str, pd.Series]:
    closed = rows["is_closed"]
    disposed = closed | rows["is_disposed"]
    dispatched = disposed | rows["is_dispatched"]
    return {"registered": dispatched | rows["is_registered"], "dispatched": dispatched, "disposed": disposed, "closed": closed}


def found(path: Path, address: str) -> stages.Stages:
    return queries.stage_analysis(district.view(path), Selection.parse_strict(address))


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_funnel_is_nested_and_complete(place: tuple[Path, Oracle], address: str) -> None:
    path, oracle = place
    rows = chosen(oracle, address)
    good, funnel = cohort(rows), found(path, address).funnel
    expected = {"reported": len(good)} | {step: int(mask.sum()) for step, mask in reached(good).items()}
    assert {step.step: step.n for step in funnel.steps} == expected
    counts = [step.n for step in funnel.steps]
    assert counts == sorted(counts, reverse=True)
    assert {step.step: step.given for step in funnel.steps[1:]} == {
        step: int(good[f"{step}_at"].notna().sum()) for step in ("registered", "dispatched", "disposed", "closed")
    }
    assert counts[0] + sum(funnel.excluded.values()) == len(rows)
    assert funnel.excluded["void"] == int(rows["is_void"].sum())
    assert sum(funnel.waiting.values()) == counts[0] - counts[-1]
    assert dict(funnel.waiting) == good[~good["is_closed"]].groupby("stage").size().to_dict()


@pytest.mark.parametrize("address", ADDRESSES)
def test_time_per_step_is_taken_where_both_times_are_there(place: tuple[Path, Oracle], address: str) -> None:
    path, oracle = place
    good = cohort(chosen(oracle, address))
    masks = reached(good)
    masks["accepted"] = masks["registered"] | good["accepted_at"].notna()
    masks["verified"] = masks["closed"] | good["verified_at"].notna()
    spells = {spell.step: spell for spell in found(path, address).spells}
    assert list(spells) == [*STEPS, "whole"]
    for step, before in zip((*STEPS, "whole"), ("reported", *STEPS[:-1], "reported"), strict=True):
        ends = good[f"{'closed' if step == 'whole' else step}_at"]
        seconds = (ends - good[f"{before}_at"]).dt.total_seconds()
        there = seconds[seconds >= 0]
        spell = spells[step]
        assert (spell.n, spell.disordered) == (len(there), int((seconds < 0).sum()))
        assert spell.untimed == int((masks["closed" if step == "whole" else step] & seconds.isna()).sum())
        assert spell.median == pytest.approx(float(np.quantile(there, 0.5)) / 3600)
        assert spell.p90 == pytest.approx(float(np.quantile(there, 0.9)) / 3600)
        assert spell.shown is (len(there) >= 30)


@pytest.mark.parametrize("address", ADDRESSES)
def test_open_cases_wait_since_their_last_step(place: tuple[Path, Oracle], address: str) -> None:
    path, oracle = place
    good = cohort(chosen(oracle, address))
    waiting = good[~good["is_closed"]]
    last = waiting[["reported_at", *(f"{step}_at" for step in TIMES[:-1])]].max(axis=1)
    hours = (pd.Timestamp(district.AS_OF) - last).dt.total_seconds() / 3600
    waits = sum((hours >= edge).astype(int) for edge in (24, 72, 168, 720))
    expected = waiting.groupby(["stage", "department_ix", waits.rename("wait")]).size().to_dict()
    frame = found(path, address).waiting
    assert frame.groupby(["stage", "department_ix", "wait"])["n"].sum().to_dict() == expected
    assert frame["n"].sum() == len(waiting)
    view = district.view(path)
    for node, n in frame.groupby("node")["n"].sum().items():
        if node >= 0:
            code = view.snapshot.areas.codes[int(node)]
            assert n == int(waiting["area_ix"].isin(oracle.below(code)).sum())


@pytest.mark.parametrize("address", ADDRESSES)
def test_departments_that_bounce_and_that_are_sent_back(place: tuple[Path, Oracle], address: str) -> None:
    path, oracle = place
    rows = chosen(oracle, address)
    good = cohort(rows)
    result = found(path, address)
    dispatched = reached(good)["dispatched"]
    due = good["is_registered"] & (good["is_closed"] | good["is_past_deadline"])
    for row in (*result.handovers, result.together):
        own = good["department_ix"] == row.department_ix if row.department_ix >= 0 else good["department_ix"].notna()
        bounced = good["is_bounced"].fillna(False).astype(bool)
        assert (row.bounced.numerator, row.bounced.n) == (int((own & dispatched & bounced).sum()), int((own & dispatched).sum()))
        assert (row.reworked.numerator, row.reworked.n) == (int((own & due & good["is_reworked"]).sum()), int((own & due).sum()))
        assert row.bounced.shown is (row.bounced.n >= 30)
        if row.bounced.n:
            low, value, high = row.bounced.low, row.bounced.value, row.bounced.high
            assert low is not None
            assert value is not None
            assert high is not None
            assert low <= value <= high
    assert sum(row.bounced.n for row in result.handovers) == result.together.bounced.n
    assert result.together.bounced.n + sum(result.together.bounced.excluded.values()) == len(rows)
    shown = [row.bounced.value for row in result.handovers if row.bounced.shown]
    assert shown == sorted(shown, key=lambda value: -(value or 0))


def test_ask_gives_all_of_it_and_nothing_of_nothing(place: tuple[Path, Oracle]) -> None:
    path, _ = place
    view = district.view(path)
    answer: dict[str, Any] = json.loads(json.dumps(ask(view, Selection(window="all")), allow_nan=False))["stages"]
    assert set(answer) == {"funnel", "times", "waiting", "handovers"}
    assert sum(row["n"] for row in answer["waiting"]["by_stage"]) == sum(answer["funnel"]["waiting"].values())
    assert sum(row["n"] for row in answer["waiting"]["by_area"]) == sum(row["n"] for row in answer["waiting"]["by_department"])
    empty = ask(view, Selection.parse_strict("q=nobody-wrote-this"))["stages"]
    assert [step["n"] for step in empty["funnel"]["steps"]] == [0] * 5
    assert all(spell["median"] is None and not spell["shown"] for spell in empty["times"])
    assert empty["handovers"]["together"]["bounced"]["value"] is None


def test_where_nothing_was_ever_bounced_no_department_is_said_to_bounce_none(tmp_path: Path) -> None:
    path = district.build(tmp_path / "plain.duckdb", 500)
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE outcome SET is_bounced = false")
    bounced = found(path, "window=all").together.bounced
    assert bounced.caveats == ("C_NOT_RECORDED",)
    assert not bounced.shown
