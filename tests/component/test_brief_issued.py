"""A brief that was issued: numbered, pinned, the same for ever, with what was restated since and the cases to blame."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import plotly.utils
import pytest
from flask import Flask

from dashboard.brief import archive, sheets
from dashboard.brief.compose import asked
from dashboard.brief.document import Figure, Paragraph, Table, figures, plain
from dashboard.brief.press import Press
from dashboard.brief.template import shipped
from dashboard.desk.uploads import Uploads
from dashboard.factory import create_app
from dashboard.pages.brief import answer
from dashboard.settings import Settings
from data import issued
from data.store.pins import is_pinned
from data.store.store import Store
from data.view import View
from tests.unit.test_diff_by_hand import FIRST, publish

DAYS = "from=2026-11-16&to=2026-11-19"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    publish(tmp_path, FIRST)
    return tmp_path


def looked(store: Store, snapshot: str | None = None) -> View:
    held = store.current() if snapshot is None else store.get(snapshot)
    return View(held, held.definition())


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    opened = Store(folder / "store")
    yield opened
    opened.close()


def printed(document: Any) -> list[tuple[str, str]]:
    return [(key, figure.text) for key, figure in figures(document)]


def test_the_same_numbers_after_the_data_were_restated_and_the_cases_to_blame(store: Store, folder: Path) -> None:
    press, view = Press(store), looked(store)
    found = press.issue(view, asked(view, DAYS, shipped()), {"findings": "请关注排水。", "nonsense": "x", "cases": "  "})
    assert found.number == "weekly-2026-001"
    assert is_pinned(store.path, view.snapshot.id)
    was = archive.opened(found.document)
    assert was.is_draft is False
    assert found.number in was.issue
    remark = was.sections[0].blocks[-1]
    assert isinstance(remark, Paragraph)
    assert (remark.style, remark.text) == ("remark", "编者按：请关注排水。")
    assert not any(block.style == "remark" for section in was.sections[1:] for block in section.blocks if isinstance(block, Paragraph))

    # A1 was closed a day later than had been said, after its deadline; A5 never happened
    changed = {key: row for key, row in FIRST.items() if key != "A5"} | {"A1": FIRST["A1"].replace("11-17 18:00", "11-18 18:00")}
    publish(folder, changed, "2026-11-21")
    now = looked(store)
    assert now.snapshot.id != view.snapshot.id
    again = issued.issued(store.path, found.number)
    assert again == found
    assert printed(archive.opened(again.document)) == printed(was)
    fresh = press.draft(looked(store, found.snapshot), asked(looked(store, found.snapshot), found.query, shipped()))
    kept = [one for one in printed(was) if one[0] != "restated"]
    assert [one for one in printed(fresh) if one[0] != "restated"] == kept

    made = press.restated(now, asked(now, DAYS, shipped()), found)
    table = next(block for block in made.blocks if isinstance(block, Table))
    told = {(row.cells[0], row.cells[1], row.cells[2]): tuple(plain(cell) for cell in row.cells[3:]) for row in table.rows}
    assert told["11-18", "示范区", "受理量"] == ("2", "1", "A5")
    assert told["11-17", "示范区", "按期结案率"][2] == "A1"
    after = next(row.cells[4] for row in table.rows if row.cells[:3] == ("11-18", "示范区", "受理量"))
    assert isinstance(after, Figure)
    assert (after.changes["from"], after.changes["snapshot"]) == ("2026-11-18", now.snapshot.id)

    # the list of issued briefs says how many
    n = press.restated_numbers(now, found, shipped())
    assert n is not None
    assert n >= len(table.rows)
    assert f" {n} 个数字" in made.message
    shown = json.dumps(sheets.listing([found], "zh", {found.number: n}), cls=plotly.utils.PlotlyJSONEncoder)
    assert f'"{n}"' in shown
    assert "#brief-since" in shown
    assert "打开查看" in json.dumps(sheets.listing([found], "zh", {}), cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)

    # the next draft of the area says so, too
    later = press.draft(now, asked(now, "from=2026-11-20&to=2026-11-20&template=weekly", shipped()))
    section = next(one for one in later.sections if one.key == "restated")
    assert found.number in section.message


def test_numbers_go_up_and_files_that_are_damaged_are_passed_over(store: Store) -> None:
    press, view = Press(store), looked(store)
    one, two = (press.issue(view, asked(view, DAYS, shipped()), {}) for _ in range(2))
    assert [one.number, two.number] == ["weekly-2026-001", "weekly-2026-002"]
    (store.path / issued.FOLDER / "weekly-2026-001.json").write_text("{", encoding="utf-8")
    assert [found.number for found in issued.issues(store.path)] == ["weekly-2026-002"]
    assert issued.issued(store.path, "../weekly-2026-002") is None
    assert issued.before(store.path, "weekly", "990101", "2026-11-19") is None
    assert issued.before(store.path, "weekly", "990101", "2026-11-20") == two
    assert issued.before(store.path, "daily", "990101", "2026-11-20") is None


def test_issuing_over_the_page_needs_its_token_and_this_machine(store: Store) -> None:
    app = create_app(Settings(store=store.path, answers=8), store)
    client = app.server.test_client()
    body = {"address": DAYS, "remarks": {"findings": "说明"}}
    token = {"X-Quanyu-Token": Uploads(store.path).token()}

    def post(sent: Any = body, headers: dict[str, str] = token, kind: str = "application/json") -> Any:
        return client.post("/brief/issue", data=json.dumps(sent), headers=headers, content_type=kind, base_url="http://localhost")

    assert post(headers={}).status_code == 403
    assert post(headers=token | {"X-Forwarded-For": "10.0.0.1"}).status_code == 403
    assert post(kind="text/plain").status_code == 415
    for wrong in ([], {"address": DAYS}, body | {"more": 1}, body | {"remarks": {"findings": 1}}):
        assert post(wrong).status_code == 400
    assert post(body | {"address": "nonsense=1"}).status_code == 409
    assert issued.issues(store.path) == []
    done = post()
    assert done.status_code == 201
    address = done.get_json()["address"]
    assert address.startswith("/brief?")
    assert address.endswith("issue=weekly-2026-001")
    file = client.get(f"/brief/files/brief.docx?{address.partition('?')[2]}", base_url="http://localhost")
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(file.data)).paragraphs)
    assert "编者按：说明" in text
    assert "草稿" not in text
    assert client.get("/brief/files/brief.docx?issue=weekly-2026-009", base_url="http://localhost").status_code == 404


def test_an_issued_brief_is_not_for_those_who_may_not_see_its_area(store: Store) -> None:
    view = looked(store)
    found = Press(store).issue(view, asked(view, DAYS, shipped()), {})
    from dashboard.context import Context

    everybody = Context(Settings(store=store.path), store)
    street = replace(everybody, scope=lambda: ("990101001",))
    assert found.title in str(answer(everybody, f"issue={found.number}")[0])
    with Flask("test").test_request_context("/", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        for number in (found.number, "all"):
            assert found.title not in str(answer(street, f"issue={number}"))
        assert found.number in str(answer(everybody, "issue=all")[0])
