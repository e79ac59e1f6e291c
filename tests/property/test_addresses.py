"""Any selection comes back from its address, any address is read without an error, and is canonical once written."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import SelectionError
from data.selection import KEYS, Selection

texts = st.text(st.characters(min_codepoint=33, max_codepoint=0x9FFF, categories=("L", "N", "P")), min_size=1, max_size=30)
names = st.lists(texts, max_size=3, unique=True).map(lambda found: tuple(sorted(found)))
days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))


def around(corner: tuple[int, int]) -> tuple[tuple[float, float, float, float], tuple[tuple[float, float], ...]]:
    """A box and a ring at a corner given in tenths of a degree."""
    west, south = corner[0] / 10, corner[1] / 10
    east, north = (corner[0] + 5) / 10, (corner[1] + 5) / 10
    return (west, south, east, north), ((west, south), (east, south), (west, north))


selections = st.builds(
    lambda corner, **chosen: Selection(bbox=around(corner)[0], polygon=around(corner)[1], **chosen),
    corner=st.tuples(st.integers(-1790, 1780), st.integers(-890, 880)),
    domain=names,
    department=names,
    area=st.none() | texts.filter(lambda text: "," not in text and "\\" not in text),
    from_day=st.none() | days,
    hours=st.none() | st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda pair: pair[0] != pair[1]),
    weekday=st.sets(st.integers(1, 7)).map(lambda found: tuple(sorted(found))),
)


@given(selection=selections)
@settings(max_examples=200, deadline=None)
def test_round_trip(selection: Selection) -> None:
    found = Selection.parse_strict(selection.query())
    assert found == selection
    assert found.query() == selection.query()


@given(query=st.lists(st.tuples(st.sampled_from(sorted(KEYS)) | st.text(max_size=8), st.text(max_size=40)), max_size=8))
@settings(max_examples=300, deadline=None)
def test_anything_is_read(query: list[tuple[str, str]]) -> None:
    address: dict[str, list[str]] = {}
    for key, value in query:
        address.setdefault(key, []).append(value)
    selection, notes = Selection.parse(address)
    assert Selection.parse_strict(selection.query()) == selection
    if notes:
        with pytest.raises(SelectionError):
            Selection.parse_strict(address)
    else:
        assert Selection.parse_strict(address) == selection


@given(query=st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(query: str) -> None:
    selection, _ = Selection.parse(query)
    assert Selection.parse_strict(selection.query()) == selection
