"""The short way to a value gives what the long way gives, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ingest import plain, values
from data.ingest.fields import EVENT
from data.ingest.rules import REPAIR

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
    long = [values.has_offset(form), values.epoch(form), values.local_instant(form, parameters)]
    repaired = values.forms_of_time("c", serial=REPAIR["serial_date"], since_1970=REPAIR["epoch"], month_first=REPAIR["month_first"])
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
