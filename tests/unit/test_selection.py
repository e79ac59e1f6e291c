"""Addresses: what they mean, what is refused, and that they come back as they were."""

from __future__ import annotations

import datetime as dt

import pytest

from data.errors import SelectionError
from data.selection import KEYS, Selection

EVERYTHING = (
    "area=510118001&from=2026-11-16&to=2026-11-22&domain=大民生&category=噪声,停车&subcategory=广场舞&source=hotline,patrol"
    "&stage=closed,accepted&department=城管局&grid=510118001001,510118001002&urgency=urgent&deadline=late,overdue&callback=satisfied"
    "&duration=2-48&hours=22-6&weekday=1-5&q=楼道 堆物&bbox=104.1,30.2,104.2,30.3&polygon=_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    "&snapshot=20261122T000000Z-0123abcd&definition=jiesu@1&level=street&indicator=closing_rate&layers=video,areas&scene=night"
    "&compare=previous&against=area:510118002&adjust=category&lang=en&kiosk=1&tour=1&home=510118&template=weekly&issue=2026-0001"
)


def test_every_key_of_the_design_is_read_and_written_back() -> None:
    selection = Selection.parse_strict(EVERYTHING)
    assert Selection.parse_strict(selection.query()) == selection
    assert {part.split("=")[0] for part in EVERYTHING.split("&")} | {"window"} == set(KEYS)
    assert (selection.from_day, selection.to_day) == (dt.date(2026, 11, 16), dt.date(2026, 11, 22))
    assert selection.hours == (22, 6)
    assert selection.weekday == (1, 2, 3, 4, 5)
    assert selection.duration == (2.0, 48.0)
    assert selection.layers == ("video", "areas")
    assert selection.stage == ("accepted", "closed")
    assert selection.kiosk
    assert selection.lang == "en"


def test_order_repetition_and_commas_do_not_matter() -> None:
    one = Selection.parse_strict("source=b&window=7d&source=a,b")
    other = Selection.parse_strict("?source=a,b&window=7d")
    assert one == other
    assert one.query() == other.query()


def test_default_has_an_empty_address() -> None:
    assert Selection().query() == ""
    assert Selection.parse_strict("") == Selection()
    assert Selection.parse_strict("domain=&area=") == Selection()


def test_no_layers_differ_from_default_layers() -> None:
    assert Selection.parse_strict("layers=").layers == ()
    assert Selection.parse_strict("").layers is None
    assert Selection.parse_strict(Selection(layers=()).query()).layers == ()


def test_a_comma_in_a_name_survives() -> None:
    selection = Selection(category=("a\\", "a\\b", "噪声, 夜间"))
    assert Selection.parse_strict(selection.query()) == selection


def test_encoded_polygon_is_the_published_example() -> None:
    polygon = Selection.parse_strict("polygon=_p~iF~ps|U_ulLnnqC_mqNvxq`@").polygon
    assert polygon == ((-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252))


@pytest.mark.parametrize(
    "bad",
    [
        "form=2026-01-01", "from=2026-13-01", "from=20260101", "from=1066-01-01", "to=٢٠٢٦-٠١-٠١", "window=0d", "window=fortnight",
        "from=2026-02-02&to=2026-02-01", "from=2026-02-01&window=7d", "stage=done", "urgency=1", "deadline=soon", "callback=yes",
        "hours=6", "hours=6-6", "hours=24-25", "hours=5-30", "weekday=0", "weekday=5-1", "weekday=8", "duration=5-2", "duration=-1-2",
        "duration=1e3-2e3", "bbox=1,2,3", "bbox=3,2,1,4", "bbox=nan,1,2,3", "polygon=abc", "polygon=" + "_" * 3000, "snapshot=latest",
        "snapshot=../../etc", "definition=jiesu", "layers=A;B", "lang=fr", "kiosk=yes", "level=Street!", "area=a,b", "area=" + "9" * 200,
        "q=" + "x" * 65, "domain=a%00b", "domain=a%0Ab", "domain=" + ",".join(map(str, range(100))), "q=a&q=b", "%ff=1",
        "x=" * 4000, "&".join(f"domain={n}" for n in range(100)),
    ],
)  # fmt: skip
def test_bad_values_fall_back_with_a_note_and_are_refused_when_strict(bad: str) -> None:
    selection, notes = Selection.parse(bad)
    assert notes
    assert all(len(note) < 400 for note in notes)
    assert selection.query() in ("", "from=2026-02-01")
    with pytest.raises(SelectionError):
        Selection.parse_strict(bad)


def test_notes_are_in_the_language_of_the_page() -> None:
    _, zh = Selection.parse("stage=done")
    _, en = Selection.parse("stage=done&lang=en")
    assert "应为" in zh[0]
    assert "expected" in en[0]


def test_as_dict_uses_the_keys_of_an_address() -> None:
    assert Selection.parse_strict("from=2026-11-16&to=2026-11-22&source=b,a").as_dict() == {
        "from": "2026-11-16",
        "to": "2026-11-22",
        "source": "a,b",
    }
