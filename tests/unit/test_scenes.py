"""Scenes: the file, what is refused in it, what they do to an address, and the walk of the tour."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import plotly.utils
import pytest

from dashboard.context import Context
from dashboard.factory import create_app
from dashboard.links import merge
from dashboard.opened import sheet
from dashboard.opened.panel import answer
from dashboard.panels import WALL
from dashboard.panels.panel import Panel
from dashboard.scenes.applied import applied, expanded
from dashboard.scenes.file import read, shipped
from dashboard.scenes.scene import Scenes
from dashboard.scenes.walk import step
from dashboard.settings import Settings
from data.errors import ConfigError
from data.selection import Selection
from data.store.store import Store
from data.view import View

PANELS = [panel.key for panel in WALL if panel.column is not None]
FIRST = '[[scene]]\nkey = "all"\nzh = "全部"\nen = "All"\npanels = ["headline", "trend", "events"]\n'
NIGHT = '[[scene]]\nkey = "night"\nzh = "夜间"\nen = "Night"\n'


@pytest.fixture(scope="module")
def view(demo_store: Path) -> View:
    snapshot = Store(demo_store).current()
    return View(snapshot, snapshot.definition())


def scenes(tmp_path: Path, text: str) -> Scenes:
    file = tmp_path / "scenes.toml"
    file.write_text(text, encoding="utf-8")
    return read(file)


def test_the_shipped_scenes_are_the_seven_of_a_command_centre() -> None:
    assert [scene.names.zh for scene in shipped()] == ["总览", "大平安", "大建管", "大市场", "大民生", "大城运", "视频"]
    assert shipped().tour == tuple(scene.key for scene in shipped())


def test_a_scene_is_one_entry(tmp_path: Path, view: View) -> None:
    found = scenes(tmp_path, FIRST + NIGHT + 'hours = "22-6"\nsource = ["hotline", "patrol"]\nseconds = 12\n')
    night = found.find("night")
    assert night is not None
    assert night.seconds == 12
    assert night.panels == {"headline", "trend", "events"}, "those of the first scene"
    selection = applied(found, view, "scene=night").selection
    assert selection.hours == (22, 6)
    assert selection.source == ("hotline", "patrol")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("1 to", "[[scene]]")),
        ("[[scene", ("not TOML",)),
        (FIRST.replace("trend", "trends"), ("'trends'", "Choose from", "headline")),
        (FIRST + 'layers = ["heat"]\n', ("'heat'", "density")),
        (FIRST + 'indicator = "luck"\n', ("'luck'", "accepted")),
        (FIRST + 'hours = "late"\n', ("hours=late", "expected")),
        (FIRST + "seconds = 1\n", ("seconds", "3", "found 1")),
        (FIRST + 'panel = ["trend"]\n', ("'panel'", "Known are", "panels")),
        (FIRST + 'snapshot = "x"\n', ("'snapshot'", "Known are")),
        (FIRST + 'domain = "大平安"\nlayers = 7.5\n', ("layers", "list of texts", "7.5")),
        (FIRST + FIRST, ("two scenes", "'all'")),
        (FIRST + NIGHT.replace("夜间", " "), ("zh", "a name")),
        (NIGHT, ("first scene", "panels")),
        (FIRST + NIGHT.replace("night", "Night!"), ("a-z", "'Night!'")),
        (FIRST + '[tour]\nscenes = ["all", "day"]\n', ("'day'", "all")),
        (FIRST + "[tour]\nspeed = 2\n", ("'speed'", "resume_seconds")),
        (FIRST.replace('"trend"', '"trend", "categories", "due_soon", "hours", "trend"'), ("'trend'", "twice")),
    ],
)
def test_what_is_wrong_in_the_file_is_said(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as refused:
        scenes(tmp_path, text)
    assert all(word in str(refused.value) for word in (*words, "scenes.toml")), refused.value


def test_more_panels_than_fit_the_smallest_screen_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "scenes.toml"
    file.write_text(FIRST.replace('"events"', '"categories", "due_soon", "hours"'), encoding="utf-8")
    assert read(file).first.columns["right"] == ("trend", "categories", "due_soon", "hours")
    more = (*WALL, Panel("clock", {"zh": "钟", "en": "Clock"}, lambda look: (None,), column="right", least_rem=9))
    file.write_text(file.read_text(encoding="utf-8").replace('"hours"', '"hours", "clock"'), encoding="utf-8")
    with pytest.raises(ConfigError, match="right column"):
        read(file, more)


def test_the_file_of_the_settings_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="QUANYU_SCENES"):
        read(tmp_path / "nowhere.toml")


def test_an_address_wins_over_its_scene(view: View) -> None:
    own = applied(shipped(), view, "scene=livelihood").selection
    assert (own.domain, own.indicator) == (("大民生",), "satisfaction_rate")
    said = applied(shipped(), view, "scene=livelihood&domain=大平安&window=30d").selection
    assert (said.domain, said.indicator, said.window) == (("大平安",), "satisfaction_rate", "30d")
    nothing = applied(shipped(), view, "scene=livelihood&domain=,").selection
    assert (nothing.domain, nothing.indicator) == ((), "satisfaction_rate")


def test_dates_of_an_address_take_the_place_of_a_scene_s_window(tmp_path: Path, view: View) -> None:
    found = scenes(tmp_path, FIRST + NIGHT + 'window = "30d"\n')
    assert applied(found, view, "scene=night").selection.window == "30d"
    dated = applied(found, view, "scene=night&from=2026-11-01")
    assert dated.selection.window is None
    assert dated.notes == ()
    assert applied(found, view, dated.address).selection == dated.selection


@pytest.mark.parametrize(
    "query",
    ["", "scene=livelihood", "scene=livelihood&domain=,", "scene=video&layers=,", "scene=safety&category=消防隐患", "domain=大市场"],
)
def test_the_whole_address_means_the_same(view: View, query: str) -> None:
    found = applied(shipped(), view, query)
    again = applied(shipped(), view, found.address)
    assert again.selection.with_(scene=None) == found.selection.with_(scene=None)
    assert again.scene == found.scene
    assert Selection.parse(expanded(shipped(), view, query))[0].with_(scene=None) == found.selection.with_(scene=None)


def test_taking_away_what_a_scene_sets_keeps_it_away(view: View) -> None:
    address = applied(shipped(), view, "scene=livelihood").address
    left = merge(address, {"domain": None, "category": None})
    assert applied(shipped(), view, left).selection.domain == ()
    assert "category" not in left
    other = merge(address, {"scene": "market", "domain": None, "indicator": None})
    assert applied(shipped(), view, other).selection.domain == ("大市场",)


@pytest.mark.parametrize(("base", "is_filtered"), [("scene=livelihood", True), ("scene=livelihood&domain=,", False), ("", False)])
def test_a_number_opened_in_a_scene_is_the_scene_s(demo_store: Path, base: str, is_filtered: bool) -> None:
    opened = answer(Context(Settings(), Store(demo_store)), sheet.draw, {"n": 1, "base": base, "open": "accepted"})
    head = json.dumps(opened[0], cls=plotly.utils.PlotlyJSONEncoder, ensure_ascii=False)
    assert ("大民生" in head) is is_filtered


def test_what_the_data_do_not_have_is_said_and_left_out(tmp_path: Path, view: View) -> None:
    found = applied(scenes(tmp_path, FIRST + NIGHT + 'domain = ["大航天"]\n'), view, "scene=night")
    assert found.selection.domain == ()
    assert any("夜间" in note and "大航天" in note for note in found.notes)


def test_a_scene_that_does_not_exist_is_said(view: View) -> None:
    found = applied(shipped(), view, "scene=moon&lang=en")
    assert found.scene is shipped().first
    assert any("moon" in note and "safety" in note for note in found.notes)


def walk(found: Scenes, view: View, address: str, n: int) -> list[tuple[str, str | None]]:
    """Scene and area of so many steps from an address, as the page of the tour takes them."""
    stops = []
    for _ in range(n):
        here = applied(found, view, address)
        following = step(found, view, here.selection, here.scene)
        assert following is not None
        changes = {key: values[0] or None for key, values in parse_qs(following.changes, keep_blank_values=True).items()}
        address = merge(address, changes)
        stopped = applied(found, view, address)
        assert stopped.selection.tour
        assert stopped.selection.kiosk
        stops.append((stopped.scene.key, stopped.selection.area))
    return stops


def test_the_tour_walks_scenes_and_streets_and_comes_home(tmp_path: Path, view: View) -> None:
    areas = view.snapshot.areas
    streets = [areas.codes[ix] for ix in areas.children(0)]
    found = scenes(tmp_path, FIRST + NIGHT + 'areas = "street"\n')
    round_trip = [("night", None), *(("night", code) for code in streets), ("all", None)]
    assert walk(found, view, "tour=1&kiosk=1", len(round_trip)) == round_trip
    assert walk(found, view, f"tour=1&kiosk=1&area={streets[0]}", 4) == [("night", streets[0]), ("all", streets[0])] * 2


def test_the_tour_keeps_what_the_operator_chose_and_nothing_of_the_scene_before(view: View) -> None:
    start = applied(shipped(), view, "tour=1&kiosk=1&window=30d&scene=livelihood&domain=大民生&indicator=satisfaction_rate")
    following = step(shipped(), view, start.selection, start.scene)
    assert following is not None
    changes = {key: values[0] or None for key, values in parse_qs(following.changes, keep_blank_values=True).items()}
    there = applied(shipped(), view, merge(start.address, changes)).selection
    assert (there.domain, there.indicator, there.window) == (("大城运",), "proactive_rate", "30d")


def test_the_tour_leaves_out_what_the_data_do_not_have(tmp_path: Path, view: View) -> None:
    gone = NIGHT.replace("night", "space") + 'domain = ["大航天"]\n'
    found = scenes(tmp_path, FIRST + gone + NIGHT)
    assert walk(found, view, "tour=1&kiosk=1", 3) == [("night", None), ("all", None), ("night", None)]
    alone = scenes(tmp_path, FIRST)
    assert step(alone, view, Selection(tour=True), alone.first) is None


def test_the_installation_s_file_is_read_by_the_application(tmp_path: Path, demo_store: Path) -> None:
    file = tmp_path / "scenes.toml"
    file.write_text(FIRST + NIGHT, encoding="utf-8")
    answered = create_app(Settings(scenes=file), Store(demo_store)).server.test_client().get("/healthz", base_url="http://localhost")
    assert answered.status_code == 200
    file.write_text(FIRST.replace("trend", "trends"), encoding="utf-8")
    with pytest.raises(ConfigError, match="trends"):
        create_app(Settings(scenes=file), Store(demo_store))
    assert Context(Settings(), Store(demo_store)).scenes == shipped()


@pytest.mark.parametrize("name", ["for-operators.md", "for-operators.zh-CN.md"])
def test_the_operators_guide_is_true(name: str, tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / name).read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    found = scenes(tmp_path, example).first
    assert (found.key, found.areas, found.sets["hours"]) == ("night", "street", (22, 6))
    assert [scene.key for scene in shipped() if f"`{scene.key}`" not in text] == []
    assert [key for key in PANELS if f"`{key}`" not in text] == []
