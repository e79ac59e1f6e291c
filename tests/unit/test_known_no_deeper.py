"""Events of an area that lie in nothing below it, of a category known no deeper, of no department: ``~`` in an address."""

from __future__ import annotations

import pytest

from data.errors import SelectionError
from data.filters import sentence, settle
from data.indicators.ask import ask
from data.selection import Selection
from data.view import View
from tests import district
from tests.oracle import Oracle


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Oracle, View]:
    path = district.build(tmp_path_factory.mktemp("alone") / "random.duckdb", 1500, seed=9)
    oracle = Oracle(path)
    return oracle, district.view(path)


def accepted(view: View, address: str) -> int:
    selection, _ = settle(view, Selection.parse_strict(f"window=all&{address}"), strict=True)
    return int(ask(view, selection)["indicators"]["accepted"]["value"])


def test_areas_and_categories_alone_are_those_of_the_tables(known: tuple[Oracle, View]) -> None:
    oracle, view = known
    rows = oracle.events[~oracle.events["is_void"] & ~oracle.events["is_duplicate"]]
    for code in ("999901", "999901001", "999901002001"):
        ix = int(oracle.areas.loc[oracle.areas["area_code"] == code, "area_ix"].iloc[0])
        assert accepted(view, f"grid=~{code}") == (rows["area_ix"] == ix).sum(), code
        assert accepted(view, f"area={code}&grid=~{code}") == (rows["area_ix"] == ix).sum(), code
        both = rows["area_ix"].isin({ix, *oracle.below("999901003")})
        assert accepted(view, f"grid=~{code},999901003") == both.sum()
    for depth, key, name in ((1, "domain", "大民生"), (2, "category", "停车"), (2, "category", "其他")):
        chosen = oracle.categories[(oracle.categories["depth"] == depth) & (oracle.categories["name"] == name)]["category_ix"]
        assert accepted(view, f"{key}=~{name}") == rows["category_ix"].isin(chosen).sum()
    assert accepted(view, "department=~") == (rows["department"] == "").sum()


def test_it_is_said_in_words_and_what_is_unknown_is_refused(known: tuple[Oracle, View]) -> None:
    _, view = known
    said = sentence(view, Selection.parse_strict("window=all&grid=~999901001&domain=~大民生&department=~"))
    assert "street999901001（未细分到下级）" in said
    assert "大民生（未细分到下级）" in said
    assert "无部门" in said
    assert "(known no deeper)" in sentence(view, Selection.parse_strict("window=all&grid=~999901001"), "en")
    for address in ("grid=~", "grid=~1", "domain=~停车", "category=~"):
        with pytest.raises(SelectionError):
            accepted(view, address)


def test_a_scope_holds(known: tuple[Oracle, View]) -> None:
    _, view = known
    own = View(view.snapshot, view.definition, ("999901002",))
    with pytest.raises(SelectionError):
        accepted(own, "grid=~999901")
    assert accepted(own, "grid=~999901002") == accepted(view, "grid=~999901002")
