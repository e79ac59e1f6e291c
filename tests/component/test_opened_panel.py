"""The panel that opens from a number: what it says, what it refuses, and that a scope keeps its own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import plotly.utils
import pytest

from dashboard import ids
from dashboard.context import Context
from dashboard.factory import create_app
from dashboard.links import closed, escaped, opened
from dashboard.opened import panel, sheet
from dashboard.opened.address import Asked
from dashboard.settings import Settings
from data.indicators.ask import ask
from data.indicators.registry import INDICATORS
from data.selection import Selection
from data.store.store import Store
from data.view import View

LOCAL = "http://localhost:8050"


@pytest.fixture(scope="module")
def store(demo_store: Path) -> Store:
    return Store(demo_store)


@pytest.fixture(scope="module")
def context(store: Store) -> Context:
    return Context(Settings(), store)


@pytest.fixture(scope="module")
def client(store: Store) -> Any:
    return create_app(Settings(), store).server.test_client()


def text_of(component: object) -> str:
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def draw(context: Context, value: str, base: str = "window=90d", *, whole: bool = True) -> str:
    return text_of(panel.answer(context, sheet.draw if whole else sheet.page, {"n": 1, "base": base, "open": value}))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("key", INDICATORS)
def test_every_indicator_opens(context: Context, key: str, lang: str) -> None:
    said = draw(context, key, f"window=90d&lang={lang}")
    assert '"failed"' not in said
    assert INDICATORS[key].formula.in_(lang) in said  # type: ignore[arg-type]
    view = context.store.current()
    assert view.id in said
    assert "jiesu@" in said
    assert "Tbody" in said


def test_the_formula_has_the_counts_put_in(context: Context) -> None:
    snapshot = context.store.current()
    number = ask(View(snapshot, snapshot.definition()), Selection(window="90d"))["indicators"]["disposal_on_time_rate"]
    expected = (
        f"应处置 {number['denominator']:,}：按期处置 {number['numerator']:,} ÷ {number['denominator']:,} = {number['value'] * 100:.1f}%"
    )
    assert expected in draw(context, "disposal_on_time_rate")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nothing",
        "accepted?area=nowhere",
        "accepted?window=never",
        "accepted?foo=1",
        "accepted?stage=gone",
        "accepted?q=%00",
        "accepted?" + "&".join(["q=a"] * 99),
        "accepted?polygon=" + "x" * 1900,
        "accepted?snapshot=20200101T000000Z-00000000",
        "accepted?definition=nobody@9",
        "accepted?cursor=x",
        "accepted?cursor=1~99999999999999999999~a",
        "<script>",
        "accepted?area=%FF",
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_what_cannot_be_read_is_refused_with_a_sentence(context: Context, value: str, whole: bool) -> None:
    said = draw(context, value, whole=whole)
    assert '"failed"' in said
    assert "Traceback" not in said
    assert "snapshots/" not in said


def test_another_streets_number_does_not_open(store: Store) -> None:
    snapshot = store.current()
    own, other = (snapshot.areas.codes[ix] for ix in snapshot.areas.children(0)[:2])
    scoped = Context(Settings(), store, scope=lambda: (own,))
    refused = draw(scoped, f"accepted?area={other}")
    assert refused.replace(other, "") == draw(scoped, "accepted?area=nowhere")
    name = snapshot.areas.names[snapshot.areas.find(other)[0]]
    for key in INDICATORS:
        said = draw(scoped, key, "window=all")
        assert '"failed"' not in said
        assert name not in said


def test_texts_of_cases_are_texts(context: Context) -> None:
    said = draw(context, "accepted?q=<b>x", "window=90d")
    assert "dangerously" not in said


def test_parts_page_through_and_change(context: Context) -> None:
    first = draw(context, "accepted?part=denominator", whole=False)
    pages = [value for value in re.findall(r'"data-cases": "([^"]+)"', first) if "cursor=" in value]
    assert len(pages) == 1
    second = draw(context, pages[0], whole=False)
    ids_of = [set(re.findall(r'"data-event": "([^"]+)"', one)) for one in (first, second)]
    assert ids_of[0]
    assert ids_of[1]
    assert not ids_of[0] & ids_of[1]
    assert "snapshot=" in pages[0]
    assert "definition=" in pages[0]


def test_an_opening_is_what_the_address_with_its_changes_says(context: Context) -> None:
    asked = Asked.parse({"n": 1, "base": "window=90d&category=a&lang=en", "open": "accepted?category=&source=hotline&part=rest&cursor=c"})
    assert asked.selection.category == ()
    assert asked.selection.source == ("hotline",)
    assert (asked.part, asked.cursor, asked.lang, asked.is_readable) == ("rest", "c", "en", True)
    assert opened("accepted", {"category": None, "source": "a,b", "part": None}) == "accepted?category=&source=a,b"
    assert escaped("噪声, 夜间") == "噪声\\, 夜间"
    assert closed("window=90d&open=accepted%3Fq%3D1&lang=en") == "window=90d&lang=en"
    del context


@pytest.mark.parametrize(
    "sent",
    [
        "x",
        1,
        [],
        {"n": 1},
        {"n": "1", "base": "", "open": ""},
        {"n": 1, "base": "a" * 5000, "open": ""},
        {"n": 1, "base": "", "open": "a" * 2001},
    ],
)
def test_other_shapes_end_in_400(client: Any, sent: Any) -> None:
    for output, state in ((f"{ids.OPENED_BODY}.children", ids.OPENED), (f"{ids.CASES}.children", ids.CASES_ASKED)):
        component, name = output.split(".")
        body = {
            "output": output,
            "outputs": {"id": component, "property": name},
            "inputs": [{"id": state, "property": "data", "value": sent}],
            "changedPropIds": [f"{state}.data"],
        }
        assert client.post("/_dash-update-component", json=body, base_url=LOCAL).status_code == 400


def test_cases_of_a_part_by_the_programming_interface(client: Any) -> None:

    def get(query: str) -> Any:
        return client.get(f"/api/v1/events?{query}", base_url=LOCAL, buffered=True)

    whole = get("window=90d&indicator=satisfaction_rate&part=denominator&limit=1000").json
    assert {"snapshot", "total", "next", "events"} <= whole.keys()
    asked = client.get("/api/v1/ask?window=90d", base_url=LOCAL).json["indicators"]["satisfaction_rate"]
    assert whole["total"] == asked["denominator"]
    assert sum(event["weight"] for event in whole["events"]) == pytest.approx(asked["numerator"])
    for reason, n in asked["excluded"].items():
        assert get(f"window=90d&indicator=satisfaction_rate&part=excluded:{reason}&limit=1").json["total"] == n
    assert get("window=90d").json.keys() == {"snapshot", "total", "next", "events"}
    for query in (
        "part=numerator",
        "indicator=accepted&part=nothing",
        "indicator=video_online_rate&part=numerator",
        "indicator=x&part=rest",
    ):
        assert get(query).status_code == 400
