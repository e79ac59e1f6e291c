"""One more entry of the registry is on every surface: what docs/how-to-add-an-indicator.md says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import plotly.utils
import pytest

from dashboard import callbacks, ids
from dashboard.context import Context
from dashboard.factory import create_app
from dashboard.opened import panel, sheet
from dashboard.pages import indicators as page
from dashboard.panels import WALL
from dashboard.settings import Settings
from data.indicators import handbook
from data.indicators.definition import shipped
from data.indicators.document import markdown
from data.indicators.indicator import Example, Indicator
from data.indicators.registry import INDICATORS
from data.store.store import Store
from data.vocabulary import Words

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "how-to-add-an-indicator.md"
ENTRY = Indicator(
    key="bounced_rate",
    names=Words("推诿率", "Bounced"),
    unit="rate",
    numerator="is_bounced",
    formula=Words("被推诿 ÷ 受理量", "bounced ÷ events accepted"),
    direction=-1,
    source=("reported_at", "bounce_count"),
    example=Example(((3, 1),), 60, 0.05),
)


@pytest.fixture(autouse=True)
def one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(INDICATORS, ENTRY.key, ENTRY)


@pytest.fixture
def store(demo_store: Path, one_more: None) -> Store:
    """Opened after the entry was made, as a program that starts with it would."""
    return Store(demo_store)


def text_of(component: object) -> str:
    return json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def test_the_document_shows_the_entry_of_this_test() -> None:
    shown = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    scope: dict[str, Any] = {"Indicator": Indicator, "Words": Words, "Example": Example}
    assert eval(shown[1], scope) == ENTRY


def test_one_entry_is_found_on_every_surface(store: Store) -> None:
    client = create_app(Settings(), store).server.test_client()

    def get(path: str) -> Any:
        return client.get(path, base_url="http://localhost", buffered=True)

    asked = get("/api/v1/ask?window=90d&indicator=bounced_rate").json
    number = asked["indicators"]["bounced_rate"]
    assert number["denominator"] == asked["indicators"]["accepted"]["value"]
    page_of_cases = get("/api/v1/events?window=90d&indicator=bounced_rate&part=numerator&limit=1000").json
    assert page_of_cases["total"] == number["numerator"] == len(page_of_cases["events"])

    context = Context(Settings(), store)
    names = [f"{component}.{name}" for one in WALL for component, name in one.outputs]
    wall = dict(zip(names, callbacks.answer(context, WALL, "window=90d&indicator=bounced_rate", ""), strict=True))
    assert "推诿率" in text_of(wall[f"{ids.panel('ranking')}.children"])
    assert "推诿率" in text_of(wall[f"{ids.WALL_MAP.values}.data"])
    assert "failed" not in text_of(wall)[:200]

    opened = text_of(panel.answer(context, sheet.draw, {"n": 1, "base": "window=90d", "open": "bounced_rate"}))
    assert f"受理量 {number['denominator']:,}：被推诿 {number['numerator']:,} ÷ {number['denominator']:,}" in opened

    assert "推诿率" in text_of(page.layout(context, "window=90d"))
    assert "## 推诿率 · Bounced" in markdown(shipped(), "zh")
    assert handbook.rows(ENTRY, shipped(), "en")
