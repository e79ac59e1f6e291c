"""Every question binds against the empty schema with every filter, gives the columns it declares, and always holds its scope."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from data import bundle, queries
from data.answers import Answers
from data.errors import QueryTimeout
from data.filters import FILTERS, settle
from data.indicators.areas import indicator_per_area
from data.indicators.registry import INDICATORS
from data.question import FOLDER, Question, answer
from data.questions import LINE, MASK, QUESTIONS
from data.schema import create_statements
from data.selection import Selection
from data.view import View
from tests import district

EVERY_FILTER = (
    "area=999901001&grid=999901001001,999901002001&domain=大平安&category=消防,其他&subcategory=消防甲,其他乙&source=hotline,video"
    "&stage=accepted,closed&department=城管局&urgency=normal,critical&deadline=on_time,due_soon&callback=effective,none&duration=0-2000"
    "&hours=22-6&weekday=1,3&q=停车&bbox=120,30,121,31&polygon=_p~iF~ps|U_ulLnnqC_mqNvxq`@&window=week"
)


def lines() -> frozenset[str]:
    """Keys of all lines of ``_selected.sql``."""
    text = (FOLDER / "_selected.sql").read_text(encoding="utf-8")
    return frozenset(re.findall(r"-- (\w+)\s*$", "\n".join(line for line in text.splitlines() if not line.startswith("--")), re.MULTILINE))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> View:
    """The dimensions of a district, and no events."""
    return district.view(district.build(tmp_path_factory.mktemp("empty") / "empty.duckdb", is_empty=True))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random district with events."""
    return district.build(tmp_path_factory.mktemp("full") / "full.duckdb", 3000)


def arguments(question: Question, view: View) -> dict[str, Any]:
    """A value of each declared type."""
    masks = np.ones(len(view.snapshot.outcomes), dtype=bool)
    masks[::2] = False
    bits = "1" * max(len(masks), 10)
    days = queries.days(view, Selection())
    values: dict[str, Any] = {
        "VARCHAR": bits, "INTEGER": 3, "DOUBLE": 0.5, "DOUBLE[]": [0.5, 0.9], "INTEGER[]": [1] * len(view.snapshot.areas),
        "TIMESTAMP": district.AS_OF, "DATE": days["from_day"], MASK: masks, "BIGINT": -(2**63), LINE: True,
    }  # fmt: skip
    if question.name == "part_page":
        values |= {"INTEGER[]": [7] * len(masks)}
    return {name: values[kind] for name, kind in question.parameters.items()}


def ask(question: Question, view: View, selection: Selection) -> Any:
    return question.ask(view, selection, **arguments(question, view))


def test_every_file_is_a_question_and_every_question_a_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} - {"_selected", "_marked"} == set(QUESTIONS)
    assert all((FOLDER / f"{name}.sql").read_text(encoding="utf-8").startswith("-- ") for name in QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_binds_against_the_bare_schema_with_every_line(empty: View, name: str) -> None:
    question = QUESTIONS[name]
    own = frozenset(re.findall(r"-- (\w+)\s*$", question.text, re.MULTILINE))
    given = QUESTIONS["outcomes_per_bucket"].bound(empty, Selection.parse_strict(EVERY_FILTER)).parameters
    given |= {
        "due_from": district.AS_OF,
        "due_until": district.AS_OF,
        "deadline_other": "1",
        "cut_at": district.AS_OF,
        "from_at": district.AS_OF,
    }
    given |= arguments(question, empty)
    with duckdb.connect() as connection:
        for statement in create_statements():
            connection.execute(statement)
        for chosen in (frozenset({"scope"}), lines() | own):
            text = question.statement(chosen)
            named = duckdb.extract_statements(text)[0].named_parameters
            parameters = {key: given.get(key, "1" if key.endswith("_set") else 1) for key in named}
            described = connection.execute(f"DESCRIBE {text}", parameters).fetchall()
            assert {row[0] for row in described} == set(question.columns)


@pytest.mark.parametrize("address", ["", "window=all", EVERY_FILTER])
@pytest.mark.parametrize("name", QUESTIONS)
def test_answers_on_no_events(empty: View, name: str, address: str) -> None:
    frame = ask(QUESTIONS[name], empty, Selection.parse_strict(address))
    assert set(frame.columns) == set(QUESTIONS[name].columns)


def test_every_line_is_owned_and_every_filter_has_a_line(empty: View) -> None:
    bound = QUESTIONS["outcomes_per_bucket"].bound(empty, Selection.parse_strict(EVERY_FILTER)).lines
    owners = {key for row in FILTERS for key in row.keys} | {"scope", "cohort", "window"}
    assert {line.split("_")[0] for line in lines()} <= owners
    assert all(any(line.split("_")[0] in row.keys for line in bound) for row in FILTERS)
    assert bound <= lines()


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_statement_without_the_scope(name: str) -> None:
    with pytest.raises(ValueError, match="scope"):
        QUESTIONS[name].statement(frozenset())
    assert "$scope_low" in QUESTIONS[name].statement(frozenset({"scope"}))


def test_every_column_name_of_a_bundle_stands_in_the_order_of_its_statement(empty: View) -> None:
    selection = Selection.parse_strict(EVERY_FILTER)
    for name in ("outcomes_per_bucket", "categories_per_bucket", "hours_per_source", "counts_per_area", "rates_per_area"):
        assert list(ask(QUESTIONS[name], empty, selection).columns) == list(QUESTIONS[name].columns)


@pytest.mark.parametrize(
    "address", ["", "window=all", "window=week&stage=closed,void", "area=999901002&window=30d&deadline=overdue,not_due"]
)
@pytest.mark.parametrize("indicator", ["closing_rate", "accepted", "composite_score", "video_online_rate", None])
def test_together_is_what_each_gives_alone(full: Path, address: str, indicator: str | None) -> None:
    view, selection = district.view(full), Selection.parse_strict(address)
    together, alone = Answers(view, selection, indicator), Answers(view, selection, is_screen=False)
    for function in (queries.outcomes_per_bucket, queries.categories_per_bucket, queries.sources, queries.hours_of_week):
        frames = [answers(function) for answers in (together, alone)] + [function(view, selection)]
        rows = [sorted(map(tuple, frame[sorted(frame.columns)].astype(int).to_numpy().tolist())) for frame in frames]
        assert rows[0] == rows[1] == rows[2]
        assert rows[0]
    if indicator is not None:
        one, other = together(indicator_per_area, indicator), indicator_per_area(view, selection, indicator)
        assert one.equals(other)


def test_a_bundle_asks_each_question_once(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    view, asked = district.view(full), []
    monkeypatch.setattr(bundle, "answer", lambda view, text, parameters: asked.append(text) or answer(view, text, parameters))
    monkeypatch.setattr("data.question.answer", lambda *_, **__: pytest.fail("put alone"))
    answers = Answers(view, Selection(), "closing_rate")
    for function in (queries.outcomes_per_bucket, queries.sources, queries.hours_of_week, queries.categories_per_bucket):
        answers(function)
    answers(indicator_per_area, "closing_rate")
    answers(indicator_per_area, "closing_rate", 2)
    assert len(asked) == 1


def test_one_bad_question_does_not_take_the_others_with_it(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise duckdb.BinderException("planted")

    monkeypatch.setattr(bundle, "ask", fail)
    assert not Answers(district.view(full), Selection())(queries.sources).empty


def test_a_question_that_takes_too_long_is_stopped(full: Path) -> None:
    with pytest.raises(QueryTimeout, match="narrow"):
        answer(district.view(full), "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b", {}, time_limit_s=0.2)


def test_settle_drops_what_the_snapshot_has_not_with_a_note(empty: View) -> None:
    selection, _ = Selection.parse("area=1&domain=大平安,大建管&source=hotline&department=x&category=消防&grid=2&level=nta")
    settled, notes = settle(empty, selection)
    assert settled == Selection(domain=("大平安",), source=("hotline",), category=("消防",))
    assert len(notes) == 5


@pytest.mark.parametrize("key", INDICATORS)
def test_every_indicator_is_complete(key: str) -> None:
    indicator = INDICATORS[key]
    assert indicator.key == key
    assert all(indicator.names)
    assert all(indicator.formula)
    assert all(all(reason.words) for reason in indicator.reasons)
