"""The brief: every number that it prints is what ``ask`` gives for what the number opens, whatever the area, the days and the template."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.brief.compose import asked, compose
from dashboard.brief.document import Document, Figure, Paragraph, Table, figures, runs
from dashboard.brief.edition import Edition
from dashboard.brief.masking import masked
from dashboard.brief.period import Period
from dashboard.brief.template import read, shipped
from dashboard.format import MISSING
from dashboard.links import merge
from dashboard.links import opened as as_opened
from dashboard.opened.address import CASE, Asked
from data import queries
from data.calendar import WorkingTime
from data.case_groups import CaseGroup
from data.errors import ConfigError, SelectionError
from data.filters import settle
from data.indicators.ask import ask
from data.opening import camera_parts
from data.selection import Selection
from data.store.store import Store
from data.usual import usual
from data.view import View
from data.window import window

TEXTS = ("title", "description", "address")
ADDRESSES = (
    "",
    "template=daily",
    "template=assessment",
    "template=weekly&from=2026-09-01&to=2026-09-30",
    "template=daily&from=2026-06-10&to=2026-11-21",
)


@pytest.fixture(scope="module")
def view(demo_store: Path) -> Iterator[View]:
    store = Store(demo_store)
    with store.lease() as snapshot:
        yield View(snapshot, snapshot.definition())
    store.close()


def made(view: View, query: str) -> tuple[Document, Selection]:
    found = asked(view, query, shipped())
    return compose(Edition(view, found.selection, found.template, found.period)), found.selection


def opened(view: View, address: str, figure: Figure, kept: dict[str, Any]) -> float | int | None:
    """What a number is by the road that knows nothing of briefs: the address it opens, put to ``ask``."""
    changes = {key: value for key, value in figure.changes.items() if key != "part"}
    wanted = merge(address, {**changes, "template": None, "issue": None})
    if wanted not in kept:
        kept[wanted] = ask(view, settle(view, Selection.parse_strict(wanted), strict=True)[0])
    number = kept[wanted]["indicators"][figure.indicator]
    part = figure.changes.get("part")
    if part is not None:
        selection = settle(view, Selection.parse_strict(wanted))[0]
        if figure.indicator == "video_online_rate":
            return len(camera_parts(view, selection, part)[part])
        if CaseGroup.parse(part) is not None:
            return len(set(cases_of(view, selection, part)))
        if part.startswith("excluded:"):
            return number["excluded"][part.removeprefix("excluded:")]
        return number[{"numerator": "numerator", "denominator": "denominator"}[part]]
    if figure.kind == "count" and figure.indicator != "accepted":
        return number["n"]
    return number["value"] if number["shown"] else None


def cases_of(view: View, selection: Selection, part: str) -> list[str]:
    """Every case of a part, page by page."""
    found: list[str] = []
    cursor = None
    while True:
        page = queries.part_page(view, selection, "accepted", part, limit=200, cursor=cursor)
        found += [event["event_id"] for event in page["events"]]
        cursor = page["next"]
        if cursor is None:
            assert len(found) == page["total"]
            return found


DAY = re.compile(r"([0-9]{4}-)?[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?")
NUMBER = re.compile(r"[0-9][0-9,.]*")


def loose_numbers(view: View, document: Document) -> list[tuple[str, str]]:
    """Numbers in texts that open nothing, with the text: neither days, nor part of a name, nor a limit that a rule sets."""
    rule = view.definition
    limits = {
        "95",
        "5",
        *(f"{n:g}" for n in (rule.minimum_n, rule.due_soon_hours, rule.repeat.days, rule.repeat.cases, rule.repeat.metres)),
    }
    snapshot = view.snapshot
    names = sorted({*snapshot.areas.names, *snapshot.categories.names, *snapshot.departments}, key=len, reverse=True)
    names = [name for name in names if re.search("[0-9]", name)]
    texts: list[str] = []
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph):
                told = [run for run in block.runs if isinstance(run, Figure) and run.indicator == CASE]
                said = [case[key] or "" for run in told for case in (queries.event_case(view, run.changes["id"]),) for key in TEXTS]
                own = [run for run in block.runs if isinstance(run, str)]
                texts += [_without(run, [masked(text) for text in said if text]) for run in own]
            elif isinstance(block, Table):
                columns = [at for at, column in enumerate(block.columns) if column.is_number and at]
                texts += [cell for row in block.rows for at in columns for cell in (row.cells[at],) if isinstance(cell, str)]
                texts += [run for note in block.notes for run in ((note,) if isinstance(note, str) else note) if isinstance(run, str)]
    found = []
    for text in texts:
        rest = DAY.sub("", _without(text, names))
        found += [(number, text) for number in NUMBER.findall(rest) if number.strip(",.") not in limits]
    return found


def _without(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, "")
    return text


@pytest.mark.parametrize("query", [*ADDRESSES, "lang=en", "template=assessment&lang=en", "from=2026-11-19&to=2026-11-25"])
def test_no_number_stands_in_a_text_that_opens_nothing(view: View, query: str) -> None:
    found = asked(view, query, shipped())
    edition = Edition(view, found.selection, found.template, found.period)
    strongest = edition.findings.strongest
    if strongest is not None:  # as if it were sure, so that this sentence is looked at, too
        edition.__dict__["findings"] = dataclasses.replace(edition.findings, found=(strongest,))
    for document in (made(view, query)[0], compose(edition)):
        assert loose_numbers(view, document) == []


@pytest.mark.parametrize("query", [*ADDRESSES, "lang=en"])
def test_every_figure_opens(view: View, query: str) -> None:
    """Whatever is printed as a number leads to what it is made of; rows that never became events lead to the page that has them."""
    document, _ = made(view, query)
    pieces = list(runs(document))
    for key, run in pieces:
        if isinstance(run, Figure):
            assert run.indicator is not None or run.text == MISSING or (key == "quality" and run.href.startswith("/data?")), run
    derived = [run for _, run in pieces if isinstance(run, Figure) and run.is_derived]
    assert len(derived) > 10
    for figure in derived:
        asked_for = Asked.parse({"n": 1, "base": document.provenance.address.partition("?")[2], "open": link(figure)})
        assert asked_for.is_readable, figure
        assert asked_for.settled(view) is not None, figure


def link(figure: Figure) -> str:
    return as_opened(figure.indicator or "", figure.changes)


def test_what_follows_from_a_number_can_be_worked_out_from_what_it_opens(view: View) -> None:
    """Changes from the two numbers compared, ranges from the history that is named, the longest overdue from its case."""
    document, selection = made(view, "")
    base = document.provenance.address.partition("?")[2]
    derived = [(key, run) for key, run in runs(document) if isinstance(run, Figure) and run.is_derived]
    changes = [figure for key, figure in derived if key == "key_numbers" and figure.text.endswith("%")]
    assert changes
    for figure in changes:
        own = settle(view, Asked.parse({"n": 1, "base": base, "open": link(figure)}).selection)[0]
        then = window(view, own).previous
        assert then is not None
        now, before = (
            ask(view, one)["indicators"][figure.indicator]["value"]
            for one in (own, own.with_(window=None, compare=None, from_day=then.from_day, to_day=then.to_day))
        )
        assert float(figure.text.replace("−", "-").replace("±", "").rstrip("%")) == pytest.approx((now - before) / before * 100, abs=0.051)
    ranges = [figure for key, figure in derived if key == "categories" and "—" in figure.text]
    assert len(ranges) >= 5
    for figure in ranges:
        own = settle(view, Asked.parse({"n": 1, "base": base, "open": link(figure)}).selection)[0]
        told = usual(view, selection, own)
        assert told is not None
        assert figure.text == f"{told.low}—{told.high}"
        assert (
            told.level
            == ask(view, own.with_(window=None, from_day=told.level_from, to_day=told.level_to))["indicators"]["accepted"]["value"]
        )
    found = asked(view, "", shipped())
    findings = Edition(view, found.selection, found.template, found.period).findings
    sure = [figure for key, figure in derived if key == "findings" and figure.text.endswith("%") and "category" in figure.changes]
    assert sure
    for figure in sure:
        own = settle(view, Asked.parse({"n": 1, "base": base, "open": link(figure)}).selection)[0]
        told = usual(view, selection, own)
        assert told is not None
        assert (told.areas + 1) * (told.kinds + 1) == findings.tested
        assert findings.strongest is not None
        assert told.chance == pytest.approx(findings.strongest.chance)
    longest = [figure for key, figure in derived if key == "deadlines" and figure.kind == "hours"]
    calendar = WorkingTime.of(view.snapshot)
    assert longest
    for figure in longest:
        case = queries.event_case(view, str(figure.changes["id"]))
        assert case is not None
        assert case["closed_at"] is None
        late = calendar.hours_between(dt.datetime.fromisoformat(case["deadline_at"]), view.snapshot.as_of)
        assert late == pytest.approx(figure.value, abs=1e-5)


def test_repeat_places_and_faults_open_to_their_very_cases(view: View) -> None:
    document, selection = made(view, "")
    base = document.provenance.address.partition("?")[2]
    groups: dict[str, list[Figure]] = {}
    for key, figure in figures(document):
        group = CaseGroup.parse(figure.changes.get("part") or "")
        if group is not None and key != "cases":
            groups.setdefault(group.kind, []).append(figure)
    assert groups.keys() == {"places", "place", "place_open", "issue"}
    places = queries.repeat_places(view, selection, 8).places
    for kind, figure, place in [(name, *pair) for name in ("place", "place_open") for pair in zip(groups[name], places, strict=True)]:
        own = settle(view, Asked.parse({"n": 1, "base": base, "open": link(figure)}).selection)[0]
        open_ones = place.cases["closed_at"].isna() if kind == "place_open" else place.cases["event_id"].notna()
        assert set(cases_of(view, own, str(figure.changes["part"]))) == set(place.cases.loc[open_ones, "event_id"])
    for figure in groups["issue"]:
        assert figure.value == len(cases_of(view, selection, str(figure.changes["part"])))
    for query in (*ADDRESSES, "from=2026-11-12&to=2026-11-12"):
        short, _ = made(view, query)
        for _, figure in ((key, one) for key, one in figures(short) if key == "cases" and "part" in one.changes):
            own = settle(view, Asked.parse({"n": 1, "base": short.provenance.address.partition("?")[2], "open": link(figure)}).selection)[0]
            assert figure.value == len(cases_of(view, own, str(figure.changes["part"])))
    for key in ("place:nothing", "issue:nothing", "places:some", "place_open:", "issue:rival_E_ID_DUP"):
        if CaseGroup.parse(key) is None:
            with pytest.raises(SelectionError):
                queries.part_page(view, selection, "accepted", key)
        else:
            assert queries.part_page(view, selection, "accepted", key)["total"] == 0


def test_places_of_days_to_come_open_to_their_cases_as_well(view: View) -> None:
    """A window that begins after the data: places are those of the days up to the snapshot's instant."""
    first = view.snapshot.as_of.date() + dt.timedelta(days=2)
    document, _ = made(view, f"from={first}&to={first + dt.timedelta(days=6)}")
    base = document.provenance.address.partition("?")[2]
    listed = [figure for _, figure in figures(document) if str(figure.changes.get("part", "")).startswith("place")]
    assert listed
    for figure in listed:
        own = settle(view, Asked.parse({"n": 1, "base": base, "open": link(figure)}).selection)[0]
        assert figure.value == len(cases_of(view, own, str(figure.changes["part"]))), figure


@pytest.mark.parametrize("query", ADDRESSES)
def test_every_number_is_what_it_opens(view: View, query: str) -> None:
    document, selection = made(view, query)
    listed = [figure for _, figure in figures(document)]
    assert len(listed) > 20
    kept: dict[str, Any] = {}
    for figure in random.Random(7).sample(listed, 16):
        value = opened(view, selection.query(), figure, kept)
        assert figure.value == pytest.approx(value) if value is not None else figure.value is None, (figure, value)


def test_a_printed_text_is_its_value(view: View) -> None:
    document, _ = made(view, "")
    for _, figure in figures(document):
        digits = "".join(letter for letter in figure.text.split(" ")[-2 if figure.text.endswith("件") else -1] if letter in "0123456789.")
        if figure.value is None:
            assert figure.text == "—"
        else:
            scale = 100 if figure.kind == "rate" else 1
            assert float(digits) == pytest.approx(figure.value * scale, abs=0.051), figure


@pytest.mark.parametrize("area", [0, 1, 5])
def test_a_brief_of_any_area_and_of_no_cases_is_whole(view: View, area: int) -> None:
    code = view.snapshot.areas.codes[area]
    for days in ("from=2026-11-09&to=2026-11-15", "from=2026-06-03&to=2026-06-03", "from=2020-01-06&to=2020-01-12"):
        document, _ = made(view, f"area={code}&{days}")
        assert [section.key for section in document.sections] == list(shipped()["weekly"].sections)
        assert all(section.blocks and section.message for section in document.sections)
    shown = ask(view, Selection(area=code))["indicators"]["video_online_rate"]
    rates = [figure.value for key, figure in figures(document) if key == "video" and figure.kind == "rate"]
    assert rates in ([], [shown["value"] if shown["shown"] else None])


def test_an_address_without_days_is_the_last_period_that_is_over(view: View) -> None:
    _, selection = made(view, "template=weekly")
    assert (selection.from_day, selection.to_day) == (dt.date(2026, 11, 9), dt.date(2026, 11, 15))
    assert (selection.snapshot, selection.definition) == (view.snapshot.id, view.definition.key)


def test_periods_step_to_their_neighbours() -> None:
    month = Period.holding("assessment", dt.date(2026, 3, 5), 19)
    assert (month.first, month.last) == (dt.date(2026, 2, 19), dt.date(2026, 3, 18))
    for kind in ("day", "week", "month", "assessment", "window"):
        one = Period.holding(kind, dt.date(2026, 3, 5), 19)  # type: ignore[arg-type]
        assert one.step(1, 19).first == one.last + dt.timedelta(days=1)
        assert one.step(-1, 19).last == one.first - dt.timedelta(days=1)
        assert one.step(1, 19).step(-1, 19) == one
        if kind != "window":
            assert Period.of_days(one.first, one.last, 19) == one


def test_a_template_file_is_checked_whole(tmp_path: Path) -> None:
    path = tmp_path / "briefs.toml"
    good = '[[template]]\nkey = "own"\nzh = "专报"\nen = "Own"\nsections = ["streets", "findings"]\n'
    path.write_text(good, encoding="utf-8")
    assert read(path)["own"].sections == ("streets", "findings")
    for wrong in (
        good.replace("streets", "roads"),
        good + 'period = "fortnight"\n',
        good + "[[template]]\n",
        good + 'colour = "red"\n',
        good + 'docx = "none.docx"\n',
        good + 'title = { zh = "{street}" }\n',
        good + good,
        "template = 1",
    ):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(ConfigError, match="templates file"):
            read(path)


def test_texts_of_cases_are_masked(view: View) -> None:
    from dashboard.brief.masking import masked

    assert masked("请打 138 0013 8000 或 0574-8765 4321，身份证 330203199001011234") == "请打 *** 或 ***，身份证 ***"
    assert masked("工单 A12，3 号楼 4 单元") == "工单 A12，3 号楼 4 单元"
    document, _ = made(view, "")
    cases = next(section for section in document.sections if section.key == "cases")
    assert any(isinstance(block, Paragraph) and block.text.startswith("〔") for block in cases.blocks)


def test_a_rate_whose_cases_are_not_all_due_is_not_called_changed(view: View) -> None:
    found = asked(view, "from=2026-11-15&to=2026-11-21", shipped())
    edition = Edition(view, found.selection, found.template, found.period)
    assert edition.now["closing_rate"].excluded["not_due"] > 0
    lines = [block.text for block in compose(edition).sections[0].blocks if isinstance(block, Paragraph)]
    assert not any(line.startswith(("结案率", "按期处置率", "按期结案率")) and "误差" in line for line in lines)
