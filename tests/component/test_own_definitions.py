"""Definitions and comparisons from the address to the page and the programming interface; publishing own definitions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import plotly.utils
import pytest

from dashboard import callbacks
from dashboard.context import Context
from dashboard.factory import create_app
from dashboard.panels import WALL
from dashboard.settings import Settings
from data.errors import DefinitionError
from data.store.build import build
from data.store.store import Store

NOON = Path(__file__).resolve().parents[2] / "docs" / "examples" / "definitions" / "noon.toml"
MASTHEAD = tuple(panel for panel in WALL if panel.key in ("masthead", "headline", "due_soon"))


@pytest.fixture(scope="module")
def context(demo_store: Path) -> Context:
    return Context(Settings(), Store(demo_store))


def page(context: Context, address: str) -> str:
    return json.dumps(callbacks.answer(context, MASTHEAD, address, ""), cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)


def test_an_unknown_definition_falls_back_with_a_note_on_pages_and_is_refused_elsewhere(context: Context, demo_store: Path) -> None:
    shown = page(context, "definition=gone@1")
    assert "没有口径 gone@1，改用 jiesu@2" in shown
    assert "接诉即办 v2" in shown
    assert "definition=gone" not in shown
    client = create_app(Settings(), Store(demo_store)).server.test_client()
    answer = client.get("/api/v1/ask?definition=gone@1", base_url="http://localhost")
    assert answer.status_code == 400
    assert "definition" in answer.json["error"]


def test_links_keep_the_definition_and_the_comparison(context: Context) -> None:
    shown = page(context, "definition=chengguan@2&compare=last_year_weekday&window=30d")
    assert "数字城管 v2" in shown
    assert "按星期对齐" in shown
    assert "definition=chengguan@2" in shown
    assert "compare=last_year_weekday" in shown


def test_what_is_due_soon_says_what_no_map_shows(context: Context) -> None:
    assert "due-areas" in page(context, "window=all")


def test_own_definitions_are_published_and_never_changed(tmp_path: Path) -> None:
    store, rules = tmp_path / "store", tmp_path / "rules"
    rules.mkdir()
    shutil.copy(NOON, rules / "noon.toml")
    (tmp_path / "areas.csv").write_text("area_code,level,name\n999901,district,澜溪区\n", encoding="utf-8")
    (tmp_path / "events.csv").write_text(
        "事件编号,上报时间,类别\nA,2026-10-12 11:59,停车\nB,2026-10-12 12:00,停车\nC,2026-10-13 11:59,停车\n", encoding="utf-8"
    )
    config = tmp_path / "sources.toml"
    config.write_text(
        'levels = ["district"]\nas_of = 2026-10-20T08:00:00\ndefinitions = "rules/*.toml"\ndefinition = "noon@1"\n'
        '[[source]]\nname = "area"\nkind = "area"\npath = "areas.csv"\n[[source]]\nname = "event"\nkind = "event"\npath = "events.csv"\n',
        encoding="utf-8",
    )
    first = build(config, store).snapshot
    assert first is not None
    opened = Store(store)
    with opened.lease(first) as snapshot:
        assert list(snapshot.definitions) == ["noon@1", "chengguan@2", "jiesu@2"]
        assert snapshot.definition().text == NOON.read_text(encoding="utf-8")
    assert [item["version"] for item in opened.manifest(first)["definitions"] if item["name"] == "noon"] == ["1"]
    client: Any = create_app(Settings(), opened).server.test_client()

    def accepted(query: str) -> int:
        found = client.get(f"/api/v1/ask?{query}", base_url="http://localhost").json
        return int(found["indicators"]["accepted"]["value"])

    assert accepted("from=2026-10-13&to=2026-10-13") == 2
    assert accepted("from=2026-10-12&to=2026-10-12") == 1
    assert accepted("from=2026-10-12&to=2026-10-12&definition=jiesu@2") == 2
    changed = NOON.read_text(encoding="utf-8").replace("minimum_n = 20", "minimum_n = 1")
    (rules / "noon.toml").write_text(changed, encoding="utf-8")
    with pytest.raises(DefinitionError, match="new version"):
        build(config, store)
    assert opened.named == first
    (rules / "noon.toml").write_text(changed.replace('version = "1"', 'version = "2"'), encoding="utf-8")
    config.write_text(config.read_text(encoding="utf-8").replace("noon@1", "noon@2"), encoding="utf-8")
    second = build(config, store).snapshot
    assert second is not None
    with opened.lease(second) as snapshot:
        assert snapshot.definition().minimum_n == 1
    with opened.lease(first) as snapshot:
        assert snapshot.definition().minimum_n == 20
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{store / 'snapshots' / f'{first}.duckdb'}' AS old (READ_ONLY)")
        assert connection.execute("SELECT count(*) FROM old.definition WHERE is_default").fetchall() == [(1,)]
