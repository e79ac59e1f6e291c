"""The short way to a value gives what the long way gives, or nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.config import Config
from data.ingest import geoparquet, plain, readers, times, values
from data.ingest.fields import EVENT
from data.ingest.intake import Intake
from data.ingest.rules import REPAIR
from tests.unit.reading import NOW

ODD = (
    "",
    " ",
    "-",
    "无",
    "null",
    "NaN",
    "n/a",
    "inf",
    "1e5",
    "1_000",
    "0x1F",
    "+5",
    "-0",
    ".5",
    "5.",
    "１２",
    '="007"',
    "'007",
    "1,234",
    "12.0",
    "1.1E+14",
    "是",
)
MARKS = "0123456789-/: TZ+.年月日上午eE\u3000\u200b"


def mutated(pattern: str) -> st.SearchStrategy[str]:
    """Texts of a form, and the same with one character replaced, left out or added."""
    form = st.from_regex(pattern, fullmatch=True)
    places = st.tuples(form, st.integers(0, 30), st.text(MARKS, max_size=2), st.integers(0, 1))
    return st.one_of(form, places.map(lambda given: given[0][: given[1]] + given[2] + given[0][given[1] + given[3] :]))


TIMES = mutated(r"(19|20|0|9)[0-9]{1,3}[-/][01]?[0-9][-/][0-3]?[0-9][ T][ 0-2]?[0-9]:[0-5][0-9](:[0-6][0-9])?(Z|[+-]0[0-9](:[03]0)?)?")
NUMBERS = mutated(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
CODES = mutated(r"[A-Za-z0-9][A-Za-z0-9_/:().-]{0,20}")
WORDS = st.sampled_from(sorted({word for item in EVENT for key, words in item.words.items() for word in (key, key.upper(), *words)}))


@pytest.fixture(scope="module")
def put() -> Iterator[Callable[[list[str], list[str], values.Parameters], list[Any]]]:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")

    def rows(cells: list[str], expressions: list[str], parameters: values.Parameters) -> list[Any]:
        statement = f"SELECT {', '.join(expressions)} FROM (SELECT unnest($cells::VARCHAR[]) AS c)"
        named = duckdb.extract_statements(statement)[0].named_parameters
        return connection.execute(
            statement, {name: value for name, value in {**parameters.values, "cells": cells}.items() if name in named}
        ).fetchall()

    yield rows
    connection.close()


@given(cells=st.lists(st.one_of(TIMES, st.sampled_from(ODD)), min_size=1, max_size=60))
@settings(max_examples=25, deadline=None)
def test_instants(put: Any, cells: list[str]) -> None:
    parameters = values.Parameters()
    form = values.half_width("c", parameters)
    long = [times.has_offset(form), times.epoch(form), times.local_instant(form, parameters)]
    repaired = times.forms_of_time(
        "c", serial=REPAIR["serial_date"], since_1970=REPAIR["epoch"], month_first=REPAIR["month_first"], day_first=REPAIR["day_first"]
    )
    for cell, (short, offset, epoch, local, bits, odd) in zip(
        cells, put(cells, [plain.instant("c"), *long, repaired, values.odd_characters("c", 1, 2)], parameters), strict=True
    ):
        if short is not None:
            assert (offset, epoch, local, bits, odd) == (False, None, short, 0, 0), cell
    assert put(["2024-01-03 08:05:00", "2024/1/3 8:05"], [f"{plain.instant('c')} IS NULL"], parameters) == [(False,), (False,)]


@given(cells=st.lists(st.one_of(NUMBERS, st.sampled_from(ODD)), min_size=1, max_size=60))
@settings(max_examples=25, deadline=None)
def test_numbers_and_counts(put: Any, cells: list[str]) -> None:
    parameters = values.Parameters()
    nothing, odd = values.is_nothing("c", is_varied=True), values.odd_characters("c", 1, 2)
    expressions = [plain.number("c"), "TRY_CAST(c AS DOUBLE)", values.number("c"), plain.count("c"), values.count("c"), nothing, odd]
    for cell, (short, degrees, number, short_count, count, is_nothing, bits) in zip(
        cells, put(cells, expressions, parameters), strict=True
    ):
        if short is not None:
            assert (degrees, number, is_nothing, bits) == (short, short, False, 0), cell
        if short_count is not None:
            assert (count, is_nothing, bits) == (short_count, False, 0), cell


@given(cells=st.lists(st.one_of(CODES, NUMBERS, st.sampled_from(ODD)), min_size=1, max_size=60))
@settings(max_examples=25, deadline=None)
def test_codes(put: Any, cells: list[str]) -> None:
    parameters = values.Parameters()
    form = values.unwrapped(values.half_width("c", parameters))
    nothing = values.is_nothing("c", is_varied=True)
    for cell, (short, long, is_nothing, exponent) in zip(
        cells, put(cells, [plain.code("c"), values.code(form), nothing, values.exponent("c")], parameters), strict=True
    ):
        if short is not None:
            assert (long, is_nothing, exponent) == (short, False, False), cell


@given(cells=st.lists(st.one_of(WORDS, st.sampled_from(ODD)), min_size=1, max_size=60))
@settings(max_examples=30, deadline=None)
def test_choices(put: Any, cells: list[str]) -> None:
    for item in (item for item in EVENT if item.type == "choice"):
        parameters = values.Parameters()
        expressions = [
            plain.choice("c", item),
            values.choice(values.half_width("c", parameters), item, parameters),
            values.is_nothing("c", is_varied=True),
        ]
        for cell, (short, long, is_nothing) in zip(cells, put(cells, expressions, parameters), strict=True):
            if short is not None:
                assert (long, is_nothing) == (short, False), (item.name, cell)


TEXTS = st.one_of(
    st.sampled_from(
        [
            "占道经营",
            " 噪声 ",
            "电话13812345678",
            "京A12345学",
            "ＡＢＣ１２３４５６７８９０",
            "a\u200bb",
            "=SUM(A1)",
            "#REF!",
            " 源\u200b",
            "长" * 300,
            "卡号6222 0212 3456 7890",
        ]
    ),
    st.sampled_from(ODD),
)
COLUMNS = {
    "event_id": CODES, "reported_at": TIMES, "closed_at": TIMES, "category": TEXTS, "area_code": CODES, "description": TEXTS,
    "title": TEXTS, "source": TEXTS, "department": TEXTS, "lon": NUMBERS, "lat": NUMBERS, "satisfaction": WORDS, "rework_count": NUMBERS,
}  # fmt: skip
GOOD = {
    "event_id": "SJ{}", "reported_at": "2024-01-03 08:05:00", "closed_at": "2024-01-04 08:05:00", "category": "占道经营",
    "lon": "104.{}", "lat": "30.4", "satisfaction": "满意", "area_code": "510118001001", "description": "市民反映{}", "rework_count": "0",
    "title": "占道经营", "source": "热线", "department": "综合执法局",
}  # fmt: skip


def good(rows: int) -> pd.DataFrame:
    return pd.DataFrame([{name: cell.format(row) for name, cell in GOOD.items()} for row in range(rows)])


def each_odd_cell() -> pd.DataFrame:
    """A row for every odd cell in every column."""
    frame = good(len(ODD) * len(COLUMNS))
    for row, (name, cell) in enumerate(itertools.product(COLUMNS, ODD)):
        frame.loc[row, name] = cell
    return frame


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Good rows with odd cells here and there."""
    frame = good(40)
    for row, name in draw(st.lists(st.tuples(st.integers(0, 39), st.sampled_from(sorted(COLUMNS))), max_size=30, unique=True)):
        frame.loc[row, name] = draw(st.one_of(COLUMNS[name], st.sampled_from(ODD)))
    return frame


def staged(path: Path) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Rows of a file as they are staged, the reasons against them, and the warnings."""
    # As it is written, what stands in for an empty cell would be read otherwise.
    source = {"name": " 源\u200b", "kind": "event", "path": path.name, "department": " "}
    config = Config.parse({"name": "示范区", "levels": ["district", "grid"], "source": [source]}, path.parent)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        intake = Intake(connection, config, path.parent, NOW)
        report = intake.take(config.sources[0], 0, 0, path)
        intake.close()
        rows = connection.execute("SELECT COLUMNS(*) FROM stage ORDER BY row_no").df()
        reasons = intake.quarantine.table().sort_values(["row_no", "code", "column_name"], ignore_index=True)
    return rows[sorted(rows)], reasons, sorted(report.warnings)


@given(frame=tables(), is_parquet=st.booleans())
@example(frame=each_odd_cell(), is_parquet=True)
@example(frame=each_odd_cell(), is_parquet=False)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_files_that_go_both_ways_say_the_same(tmp_path_factory: pytest.TempPathFactory, frame: pd.DataFrame, *, is_parquet: bool) -> None:
    said = []
    for fewest, streamed_mb in ((0, 10**9), (10**9, 10**9), (10**9, 0)):
        path = tmp_path_factory.mktemp("both") / ("events.parquet" if is_parquet else "events.csv")
        frame.to_parquet(path) if is_parquet else frame.to_csv(path, index=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(plain, "FEWEST", fewest)
            patch.setattr(readers, "STREAMED_MB", streamed_mb)
            patch.setattr(plain, "_MOST_ODD", 1.0)
            patch.setattr(plain, "MOST_LEFT", 1.0)
            patch.setattr(geoparquet, "_BYTES_OF_AN_ENTRY", 1000)
            said.append(staged(path))
    for other in said[1:]:
        pd.testing.assert_frame_equal(said[0][0], other[0])
        pd.testing.assert_frame_equal(said[0][1], other[1])
        assert said[0][2] == other[2]


@pytest.mark.parametrize("odd", ["", ",,,,,,,,,\n", "\n\n", 'X1,"2024-01-03 08:05:00\n'], ids=["whole", "blank", "empty", "never closed"])
def test_rows_that_are_staged_as_they_are_read_keep_their_numbers_and_their_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    frame = good(60)
    frame.loc[7, "event_id"], frame.loc[9, "event_id"], frame.loc[11, "closed_at"] = " SJ7 ", "SJ8", "2024年1月4日"
    lines = frame.to_csv(index=False).splitlines(keepends=True)
    path = tmp_path / "events.csv"
    path.write_text("".join([*lines[:31], odd, *lines[31:]]), encoding="utf-8")
    monkeypatch.setattr(readers, "STREAMED_MB", 0)
    config = Config.parse({"name": "示范区", "source": [{"name": "源", "kind": "event", "path": path.name}]}, tmp_path)
    with duckdb.connect() as connection:
        intake = Intake(connection, config, tmp_path, NOW)
        report = intake.take(config.sources[0], 0, 0, path)
        intake.close()
        held = dict(connection.execute("SELECT row_no, event_id FROM stage WHERE codes = 0").fetchall())
        cells = intake.originals(0, [8, 12, 60]).cells
    faulty = odd.startswith("X1")
    assert report.rows_in == 60 + faulty
    ids = frame["event_id"].str.strip().tolist()
    assert [held[row] for row in range(1, 31)] == ids[:30]
    assert [held[row + faulty] for row in range(31, 61)] == ids[30:]
    assert cells[8] == tuple(frame.loc[7])
    assert cells[12] == tuple(frame.loc[11])
    assert cells[60] == tuple(frame.loc[58 if faulty else 59])
