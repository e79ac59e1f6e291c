"""What the address names and nothing knows is said, and not-ours words are in the page's language."""

from __future__ import annotations

import json
from typing import Any

import pytest
from plotly.utils import PlotlyJSONEncoder

from dashboard.apology import apology
from dashboard.callbacks import _unknown
from dashboard.charts import bars, masthead
from dashboard.charts.bars import Row
from data.errors import DefinitionError
from data.selection import Selection


def sent(component: Any) -> str:
    """A component as a browser is sent it."""
    return json.dumps(component, cls=PlotlyJSONEncoder)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("indicator=zzz", ["indicator=zzz 不认识，已忽略。"]),
        ("layers=areas,foo&lang=en", ["layers=foo is not known and was left out."]),
        ("indicator=accepted&layers=areas,video", []),
        ("", []),
    ],
)
def test_unknown_indicators_and_layers_are_said(address: str, words: list[str]) -> None:
    assert _unknown(Selection.parse(address)[0]) == words


def test_an_unknown_definition_is_said_in_the_language_of_the_page() -> None:
    error = DefinitionError("This snapshot has no definition 'x@9'.")
    assert "口径" in apology(error, "zh")
    assert apology(error, "en").isascii()


def test_bars_carry_how_many_there_are_for_those_out_of_sight() -> None:
    drawn = sent(bars.draw([Row("a", 1.0), Row("b", 2.0)], "t", "", address="", lang="en", count_all=9))
    assert '"data-all": "9", "data-rest": "{n} more"' in drawn or '"data-rest": "{n} more", "data-all": "9"' in drawn


def test_unclassified_has_an_english_name_and_keeps_its_key() -> None:
    drawn = sent(masthead.domains(["未分类"], [], "lang=en", "en"))
    assert '"Unclassified"' in drawn
    assert "domain=%E6%9C%AA%E5%88%86%E7%B1%BB" in drawn
