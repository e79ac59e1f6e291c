"""The brief: every number that it prints is what ``ask`` gives for what the number opens, whatever the area, the days and the template."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.brief.compose import asked, compose
from dashboard.brief.document import Document, Figure, Paragraph, figures
from dashboard.brief.edition import Edition
from dashboard.brief.period import Period
from dashboard.brief.template import read, shipped
from dashboard.links import merge
from data.errors import ConfigError
from data.filters import settle
from data.indicators.ask import ask
from data.opening import camera_parts
from data.selection import Selection
from data.store.store import Store
from data.view import View

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
        if figure.indicator == "video_online_rate":
            selection = settle(view, Selection.parse_strict(wanted))[0]
            return len(camera_parts(view, selection, part)[part])
        return number[{"numerator": "numerator", "denominator": "denominator"}[part]]
    if figure.kind == "count" and figure.indicator != "accepted":
        return number["n"]
    return number["value"] if number["shown"] else None


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
