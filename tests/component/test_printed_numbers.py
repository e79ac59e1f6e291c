"""The printed number of a closed month: the same to the letter from its snapshot after later data restated it; what changed is listed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plotly.utils
import pytest

from dashboard.context import Context
from dashboard.factory import create_app
from dashboard.opened import panel, sheet
from dashboard.settings import Settings
from data.__main__ import main
from data.indicators.registry import INDICATORS
from data.store.build import build
from data.store.diff import diff
from data.store.store import Store

MONTH = "from=2026-09-01&to=2026-09-30"
DEFINITION = """
name = "few"
version = "1"
title = { zh = "少量", en = "Few" }
weights = { response = 0.1, satisfaction = 0.4, resolution = 0.5 }
minimum_n = 1
"""
CONFIG = """
name = "示范区"
code = "990101"
levels = ["district", "street"]
as_of = 2026-10-05T08:00:00
definitions = "few.toml"
definition = "few@1"
[[source]]
name = "街道"
kind = "area"
path = "areas.csv"
level = "street"
[[source]]
name = "热线"
kind = "event"
path = "events.csv"
mode = "changes"
"""
HEADER = "事件编号,上报时间,大类,所属街道,办结时间,截止时间,状态,是否联系,是否解决,满意度,返工次数,更新时间\n"
FIRST = (
    "A1,2026-09-02 08:00,停车,990101001,2026-09-02 18:00,2026-09-03 08:00,已结案,是,是,满意,0,2026-10-04 09:00\n"
    "A2,2026-09-02 09:00,停车,990101001,2026-09-05 09:00,2026-09-03 09:00,已结案,是,否,不满意,1,2026-10-04 09:00\n"
    "A3,2026-09-10 10:00,噪声,990101002,2026-09-12 10:00,2026-09-11 10:00,已结案,是,是,基本满意,0,2026-10-04 09:00\n"
    "A4,2026-09-10 11:00,噪声,990101002,,2026-09-20 10:00,派遣,,,,0,2026-10-04 09:00\n"
    "A5,2026-09-30 11:00,噪声,990101002,2026-09-30 12:00,2026-10-01 10:00,已结案,是,是,满意,0,2026-10-04 09:00\n"
    "B1,2026-10-02 11:00,噪声,990101002,2026-10-03 12:00,2026-10-04 10:00,已结案,,,,0,2026-10-04 09:00\n"
)
LATER = (  # A2 was in time after all and is satisfied, A3 does not count, A6 came in late
    "A2,2026-09-02 09:00,停车,990101001,2026-09-03 08:30,2026-09-03 09:00,已结案,是,是,满意,0,2026-10-06 09:00\n"
    "A3,2026-09-10 10:00,噪声,990101002,2026-09-12 10:00,2026-09-11 10:00,作废,是,是,基本满意,0,2026-10-06 09:00\n"
    "A6,2026-09-30 23:00,停车,990101001,2026-10-06 08:00,2026-10-02 08:00,已结案,,,,0,2026-10-06 09:00\n"
    "B2,2026-10-06 11:00,停车,990101002,,2026-10-20 10:00,派遣,,,,0,2026-10-06 11:00\n"
)


@dataclass(frozen=True)
class Deliveries:
    """A store with two deliveries: both ids, what was printed of the month between them, and what is said of it now."""

    store: Path
    first: str
    second: str
    printed: dict[str, Any]
    now: dict[str, Any]
    context: Context
    client: Any


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    folder = tmp_path_factory.mktemp("printed")
    store = folder / "store"
    (folder / "few.toml").write_text(DEFINITION, encoding="utf-8")
    (folder / "areas.csv").write_text("区划代码,名称\n990101001,东街\n990101002,西街\n", encoding="utf-8")
    ids, printed = [], {}
    for rows, as_of in ((FIRST, "2026-10-05"), (LATER, "2026-10-07")):
        (folder / "sources.toml").write_text(CONFIG.replace("2026-10-05", as_of), encoding="utf-8")
        (folder / "events.csv").write_text(HEADER + rows, encoding="utf-8")
        ids.append(str(build(folder / "sources.toml", store).snapshot))
        printed = printed or asked(create_app(Settings(), Store(store)).server.test_client(), MONTH)
    client = create_app(Settings(), Store(store)).server.test_client()
    return Deliveries(store, ids[0], ids[1], printed, asked(client, MONTH), Context(Settings(), Store(store)), client)


def asked(client: Any, selection: str) -> dict[str, Any]:
    """The whole answer of ``/api/v1/ask``."""
    found: dict[str, Any] = client.get(f"/api/v1/ask?{selection}", base_url="http://localhost:8050").json
    return found


def without_selection(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "selection"}


def test_by_the_programming_interface(deliveries: Deliveries) -> None:
    printed, now = deliveries.printed, deliveries.now
    assert (printed["snapshot"], now["snapshot"]) == (deliveries.first, deliveries.second)
    again = asked(deliveries.client, f"{MONTH}&snapshot={deliveries.first}")
    assert without_selection(again) == without_selection(printed)
    assert again["selection"] == {**printed["selection"], "snapshot": deliveries.first}
    for key, before, after in (("accepted", 5, 5), ("closing_on_time_rate", 2 / 5, 3 / 5), ("satisfaction_rate", 2.9 / 4, 1.0)):
        assert printed["indicators"][key]["value"] == pytest.approx(before), key
        assert now["indicators"][key]["value"] == pytest.approx(after), key


def test_on_the_command_line(deliveries: Deliveries, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", f"{MONTH}&snapshot={deliveries.first}", "--store", str(deliveries.store), "--json"]) == 0
    assert without_selection(json.loads(capsys.readouterr().out)) == without_selection(deliveries.printed)


@pytest.mark.parametrize("key", [key for key, indicator in INDICATORS.items() if indicator.measure != "video"])
def test_on_the_page(deliveries: Deliveries, key: str) -> None:
    """The panel that a printed link opens shows the printed number, and the live one what is now known."""
    pinned = f"{MONTH}&snapshot={deliveries.first}"
    for base, answer in ((pinned, deliveries.printed), (MONTH, deliveries.now)):
        drawn = panel.answer(deliveries.context, sheet.draw, {"n": 1, "base": base, "open": key})
        text = json.dumps(drawn, cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)
        exact = re.search(r'"data-value": "([^"]*)"', text)
        assert exact is not None, text[:300]
        value = answer["indicators"][key]["value"]
        assert exact[1] == ("" if value is None else repr(float(value)))
        assert answer["snapshot"] in text


def test_what_later_data_restated_is_listed(deliveries: Deliveries, capsys: pytest.CaptureFixture[str]) -> None:
    found = diff(deliveries.store, deliveries.first, deliveries.second)
    assert all({"indicator", "area", "day", "before", "after", "cases"} <= set(entry) for entry in found["restated"])
    entries = {(entry["indicator"], entry["area"], entry["day"]): entry for entry in found["restated"]}

    def told(key: str, area: str, day: str) -> tuple[Any, Any, list[str]]:
        entry = entries[key, area, day]
        return entry["before"], entry["after"], entry["cases"]

    assert told("accepted", "990101002", "2026-09-10") == (2, 1, ["A3"])
    assert told("accepted", "990101", "2026-09-30") == (1, 2, ["A6"])
    assert told("closing_on_time_rate", "990101001", "2026-09-02") == (0.5, 1.0, ["A2"])
    assert told("satisfaction_rate", "990101", "2026-09-02") == (0.5, 1.0, ["A2"])
    assert told("composite_score", "990101001", "2026-09-02")[2] == ["A2"]
    for key in ("accepted", "due_for_closing", "due_for_disposal"):
        moved = sum(entry["after"] - entry["before"] for (name, area, _), entry in entries.items() if (name, area) == (key, "990101"))
        assert deliveries.now["indicators"][key]["value"] - deliveries.printed["indicators"][key]["value"] == moved, key
    assert main(["diff", deliveries.first, deliveries.second, "--store", str(deliveries.store)]) == 0
    assert "median_hours" in capsys.readouterr().out.splitlines()[-1], "what is not told day by day is named"
