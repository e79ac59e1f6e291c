"""Limits of colour classes: every value in the class that the legend says, none empty."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.classes import letters, limits, steps


def test_fifths_of_many_values() -> None:
    values = np.arange(100.0)
    edges, digits = limits(values)
    assert (edges, digits) == ((20.0, 40.0, 59.0, 79.0), 0)
    text = letters(values, edges)
    assert text[19:21] == "01"  # a value equal to a limit belongs above it
    assert [text.count(letter) for letter in "01234"] == [20, 20, 19, 20, 21]


@pytest.mark.parametrize(
    ("values", "expected"), [([], ()), ([np.nan], ()), ([7.0], ()), ([7.0] * 9, ()), ([0.0, 1.0], (1.0,)), ([3.0, 3.0, 3.0, 8.0], (5.0,))]
)
def test_few_or_equal_values_give_fewer_classes(values: list[float], expected: tuple[float, ...]) -> None:
    assert limits(values)[0] == expected


def test_what_is_not_known_has_no_class() -> None:
    assert letters([np.nan, 1.0, 2.0], (2.0,)) == "-13"


@given(st.lists(st.floats(0, 1e6, allow_nan=False) | st.just(float("nan")), max_size=60), st.integers(0, 2))
def test_no_class_is_empty_and_limits_are_as_round_as_they_say(values: list[float], most: int) -> None:
    edges, digits = limits(values, most)
    assert len(edges) <= 4
    assert list(edges) == sorted(set(edges))
    assert digits <= most
    assert all(round(edge, digits) == edge for edge in edges)
    text = letters(values, edges)
    known = [value for value in values if not math.isnan(value)]
    if known:
        assert set(text) - {"-"} == {str(step) for step in steps(len(edges) + 1)}
    for value, letter in zip(values, text, strict=True):
        if letter != "-":
            assert letter == str(steps(len(edges) + 1)[sum(value >= edge for edge in edges)])
