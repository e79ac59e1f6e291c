"""Columns nobody knows: what is asked, what is proposed, and that a file which comes back corrected is read by its own header."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from dashboard.desk import naming
from dashboard.desk.books import of_entries
from dashboard.desk.upload import Upload
from data.ingest.fields import EVENT
from data.ingest.headings import header_of
from data.ingest.recognise import score

UPLOAD = Upload("0" * 32, "来信.xlsx", 10, "", source="来信")
LEVELS = ("district", "street")
EXPLAINING = ["row", "code", "column", "value", "reason"]


def found(part: Any, kind: str) -> list[Any]:
    """All components of a kind, in order."""
    if part is None or isinstance(part, str):
        return []
    if isinstance(part, list):
        return [one for each in part for one in found(each, kind)]
    return [part] if type(part).__name__ == kind else found(getattr(part, "children", None), kind)


def chosen(parts: list[Any]) -> dict[str, str]:
    """Header → the field that is chosen, empty where none is."""
    answers = {}
    for select in found(parts, "Select"):
        picked = [option.value for option in found(select.children, "Option") if getattr(option, "selected", False)]
        answers[getattr(select, "data-header")] = picked[0] if picked else ""
    return answers


def test_every_unknown_header_is_asked_about_and_what_a_person_said_stays_chosen() -> None:
    upload = dataclasses.replace(UPLOAD, columns={"event_id": "来信编号"})
    answer = {"unknown": ["反映时间", "备注"], "missing": ["reported_at"], "recognised": {"event_id": "来信编号", "lon": "经度"}}
    parts = naming.build(upload, answer, None, LEVELS, "zh")
    assert chosen(parts) == {"来信编号": "event_id", "反映时间": "", "备注": ""}
    groups = {group.label: [option.value for option in group.children] for group in found(parts, "Optgroup")}
    assert groups["必须有"] == ["reported_at"]
    assert "lon" in groups["已有对应的列，改用这一列"]
    assert {"street", "stage"} <= set(groups["可以有"])


def test_what_the_source_said_last_time_is_proposed_and_not_taken_by_itself() -> None:
    (before,) = of_entries([{"name": "来信", "file": "十月.xlsx", "rows_in": 1, "accepted": 1, "recognised": {"event_id": "来信编号"}}])
    parts = naming.build(UPLOAD, {"unknown": ["来信编号", "备注"], "missing": ["event_id"]}, before, LEVELS, "en")
    assert chosen(parts) == {"来信编号": "event_id", "备注": ""}
    assert any("last time" in str(note.children) for note in found(parts, "P"))


def test_columns_that_were_all_named_last_time_are_only_to_be_confirmed() -> None:
    (before,) = of_entries([{"name": "来信", "file": "十月.xlsx", "rows_in": 1, "accepted": 1, "recognised": {"event_id": "来信编号"}}])
    answer = {"unknown": ["来信编号", "备注"], "missing": ["event_id"]}
    assert naming.is_known(UPLOAD, answer, before)
    assert not found(naming.build(UPLOAD, answer, before, LEVELS, "zh"), "H4")
    assert not naming.is_known(UPLOAD, {**answer, "missing": ["event_id", "reported_at"]}, before)
    assert not naming.is_known(UPLOAD, answer, None)


def test_a_header_stands_with_one_of_its_cells_and_no_personal_number_in_it() -> None:
    answer = {"unknown": ["备注", "流水"], "examples": {"备注": "找 13812345678", "流水": "A1"}}
    shown = [span.children for span in found(naming.build(UPLOAD, answer, None, LEVELS, "zh"), "Span") if "example" in str(span)]
    assert "A1" in str(shown)
    assert "13812345678" not in str(shown)


def test_the_columns_that_explain_a_returned_row_are_not_asked_about() -> None:
    parts = naming.build(UPLOAD, {"unknown": [*EXPLAINING, "备注"]}, None, LEVELS, "zh")
    assert chosen(parts) == {"备注": ""}
    assert naming.build(UPLOAD, {"unknown": EXPLAINING}, None, LEVELS, "zh") == []


def test_the_header_of_returned_rows_is_their_first_line_whatever_its_rows_say() -> None:
    rows = [
        [*EXPLAINING, "来信编号", "来信日期"],
        ["41", "E_ID_MISSING", "event_id", "", "…", "", "2026-11-20"],
        ["42", "E_TIME_INVALID", "reported_at", "昨天", "…", "A1", "昨天"],
    ]
    names, last, is_known = header_of(rows, lambda headers: score(headers, EVENT, {}), "来信-quarantined.csv")
    assert (names, last, is_known) == (rows[0], 0, True)


@pytest.mark.parametrize(
    ("above", "at"),
    [([], 0), ([["信访登记台账"]], 1), ([["信访登记台账", "", ""], ["", "", ""], ["填报单位：某街道", "", ""]], 3)],
    ids=["none", "a title", "a title and a note"],
)
def test_where_no_header_is_known_titles_above_the_table_are_not_taken_for_one(above: list[list[str]], at: int) -> None:
    rows = [*above, ["来信编号", "来信日期", "归口"], ["LX1", "昨天", "城管"]]
    names, last, is_known = header_of(rows, lambda _headers: 0, "来信.xlsx")
    assert (names, last, is_known) == (["来信编号", "来信日期", "归口"], at, False)


TWO_ROWS = ["流水", "来访信息", "", "", "办理情况", "", "备注"], ["", "来访日子", "门类", "说明", "眼下进展", "答复日子", ""]
MERGED = ["流水", "来访信息", "来访信息", "来访信息", "办理", "办理", "备注"], ["流水", *TWO_ROWS[1][1:6], "备注"]
JOINED = ["流水", "来访日子", "门类", "说明", "眼下进展", "答复日子", "备注"]
CASES = [[f"LF{ix}", f"2026-11-0{ix} 09:00:00", "市容", "占道", "办妥了", "", ""] for ix in range(1, 6)]


@pytest.mark.parametrize(
    "heading",
    [TWO_ROWS, (["流水", "来访", "", "", "", "", ""], TWO_ROWS[1]), ([*TWO_ROWS[0][:4], "办", "", ""], [*TWO_ROWS[1][:6], "备注"]), MERGED],
    ids=["half full", "hardly full", "last column below", "merged"],
)
def test_a_heading_of_two_rows_is_joined_where_none_of_its_words_is_known(heading: tuple[list[str], list[str]]) -> None:
    rows = [["来访登记台账"], ["填报人：某某"], *heading, *CASES]
    names, last, is_known = header_of(rows, lambda _headers: 0, "来访.xlsx")
    assert (names, last, is_known) == ([*JOINED[:6], JOINED[6] if "备注" in (*heading[0], *heading[1]) else ""], 3, False)


@pytest.mark.parametrize(
    "first", [["LF0", "昨天", "市容", "占道", "办妥了", "", ""], ["LF0", "2026-11-01", "市容", "占道", "办妥了", "", ""]]
)
def test_a_record_below_a_heading_with_a_column_without_name_stays_a_record(first: list[str]) -> None:
    heading = ["流水", "来访", "门类", "", "进展", "答复", "备注"]
    rows = [heading, first, *([f"LF{ix}", "前天", "市容", "占道", "办妥了", "", ""] for ix in range(5))]
    assert header_of(rows, lambda _headers: 0, "来访.xlsx") == (heading, 0, False)
