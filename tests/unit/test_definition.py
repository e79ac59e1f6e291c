"""Definition files: what is refused and in which words, and what becomes of them when a snapshot is published."""

from __future__ import annotations

import dataclasses
import itertools
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from data.comparison import KINDS
from data.config import Config
from data.errors import ConfigError, DefinitionError
from data.indicators.definition import Definition, complete, read, shipped
from data.indicators.registry import INDICATORS
from data.indicators.rules import CallBack, Day, Repeat
from data.store import definitions as published

OWN = """
name = "noon"
version = "1"
title = { zh = "午至午", en = "Noon to noon" }
weights = { response = 0.2, satisfaction = 0.4, resolution = 0.4 }
"""


def test_two_are_shipped_and_complete() -> None:
    found = shipped()
    assert [item.name for item in found] == ["jiesu", "chengguan"]
    assert found[0].terms == {"response_rate": 10, "satisfaction_rate": 40, "resolution_rate": 50}
    assert found[1].terms["rework_rate"] == -20
    assert (found[0].assessment_day, found[1].assessment_day) == (19, 1)
    for item in found:
        assert set(item.targets) <= set(INDICATORS)
        assert Definition.parse(item.text).sha256 == item.sha256


def test_what_is_left_out_has_its_default() -> None:
    found = Definition.parse(OWN)
    assert (found.key, found.minimum_n, found.day, found.call_back.effective, found.repeat.cases) == ("noon@1", 30, Day(), (), 3)
    noon = Definition.parse(OWN + '[day]\nbegins = "12:00"\nnamed_by = "end"\n')
    assert (noon.day.begins, noon.day.lag_hours) == (12, -12)
    assert Definition.parse(OWN + '[day]\nbegins = "12:00"\n').day.lag_hours == 12


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("nonsense = 1", "unknown key 'nonsense'"),
        ("minimum_n = 0", "minimum_n 0 must be a whole number from 1"),
        ("minimum_n = 2.5", "minimum_n 2.5"),
        ("minimum_n = true", "minimum_n True"),
        ("assessment_day = 29", "from 1 to 28"),
        ("basically_satisfied = 1.5", "from 0 to 1"),
        ('due_soon_hours = "4"', "due_soon_hours '4' must be a number"),
        ("points = { closing_rate = 50 }", "add up to 100"),
        ("points = { per_10k = 100 }", "no rate that a score"),
        ('[day]\nbegins = "12:30"', "whole hour"),
        ('[day]\nends = "12:00"', "unknown key 'day.ends'"),
        ('[day]\nnamed_by = "middle"', '"begin" or "end"'),
        ('[call_back]\neffective = ["contacted"]', "rated, closed"),
        ('[call_back]\nunrated = "yes"', "left_out"),
        ("[call_back]\nresolved_needs_contact = 1", "true or false"),
        ("[repeat]\ncases = 1", "repeat.cases 1"),
        ("[repeat]\nmetres = 0", "repeat.metres 0"),
        ("[targets]\naccepted = 5", "no indicator of which more or less is better"),
        ("[targets]\nclosing_rate = 95", "from 0 to 1"),
        ("[targets]\nclosing_rate = { target = 0.9, threshold = 0.95 }", "better than its target"),
        ("[targets]\nrework_rate = { target = 0.05, threshold = 0.02 }", "better than its target"),
        ("targets = 3", "must be a table"),
        ("= 3", "not valid TOML"),
    ],
)
def test_wrong_files_are_refused_in_words(more: str, said: str) -> None:
    with pytest.raises(DefinitionError, match=r"own\.toml") as refused:
        Definition.parse(f"{OWN}{more}\n", "own.toml")
    assert said in str(refused.value)
    assert "docs/definitions.md" in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "noon"', "", "'name' is missing"),
        ('name = "noon"', 'name = "No on"', "lower-case"),
        ('version = "1"', "version = 1", "lower-case"),
        ("0.2", "0.3", "add up to 1"),
        ("response", "contact", "must name response"),
        (', en = "Noon to noon"', "", "both languages"),
    ],
)
def test_what_every_definition_has(old: str, new: str, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        Definition.parse(OWN.replace(old, new))


def test_targets_mark_values() -> None:
    found = Definition.parse(OWN + "[targets]\nclosing_rate = { target = 0.9, threshold = 0.8 }\nrework_rate = 0.05\n")
    assert [found.mark("closing_rate", value) for value in (0.9, 0.85, 0.8, None)] == ["met", "near", "missed", None]
    assert [found.mark("rework_rate", value) for value in (0.05, 0.051)] == ["met", "missed"]
    assert found.mark("response_rate", 0.5) is None


def test_own_definitions_stand_beside_those_shipped(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "noon.toml").write_text(OWN, encoding="utf-8")
    config = Config.parse({"definitions": "rules/*.toml"}, tmp_path)
    assert [item.key for item in complete(config.definitions)] == ["jiesu@2", "chengguan@2", "noon@1"]
    assert len(complete([*config.definitions, *config.definitions])) == 3
    with pytest.raises(ConfigError, match="no file at"):
        Config.parse({"definitions": ["rules/none.toml"]}, tmp_path)
    with pytest.raises(DefinitionError, match="two different definitions noon@1"):
        complete([*config.definitions, Definition.parse(OWN.replace("0.2", "0.1").replace("resolution = 0.4", "resolution = 0.5"))])


def test_files_are_utf_8_and_short(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(OWN.encode("gb18030"))
    with pytest.raises(DefinitionError, match="UTF-8"):
        read(path)
    path.write_bytes(b"\xef\xbb\xbf" + OWN.encode().replace(b"\n", b"\r\n"))
    assert read(path).sha256 == Definition.parse(OWN).sha256
    path.write_text(OWN + "#" * 70_000, encoding="utf-8")
    with pytest.raises(DefinitionError, match="larger"):
        read(path)


def test_what_was_published_under_a_name_and_version_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [{"id": "20261122T000000Z-0123abcd", "definitions": [{"name": "noon", "version": "1", "sha256": Definition.parse(OWN).sha256}]}]
    monkeypatch.setattr(published, "manifests", lambda store: kept)
    same, changed = Definition.parse(OWN), Definition.parse(OWN + "minimum_n = 10\n")
    earlier: Any = SimpleNamespace(manifest=kept[0])
    for before, given in itertools.product((None, earlier), ([same], [])):
        published.refuse_changed(tmp_path, before, given)
    with pytest.raises(DefinitionError, match=r"noon@1 was published with other content in snapshot 2026.*new version"):
        published.refuse_changed(tmp_path, earlier, [changed])
    published.refuse_changed(tmp_path, earlier, [Definition.parse(changed.text.replace('version = "1"', 'version = "2"'))])
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("page", ["definitions.md", "definitions.zh-CN.md"])
def test_every_key_is_documented(page: str) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / page).read_text(encoding="utf-8")
    keys = {item.name for item in dataclasses.fields(Definition)} - {"text", "day", "call_back", "repeat", "targets"}
    parts = {f"call_back.{item.name}" for item in dataclasses.fields(CallBack)} | {f"day.{item.name}" for item in dataclasses.fields(Day)}
    for key in (*keys, *parts, "repeat.cases", "targets.", *KINDS):
        assert f"`{key}" in text, key
    assert all(f"`.{item.name}`" in text for item in dataclasses.fields(Repeat) if item.name != "cases")


def test_every_shipped_and_example_definition_is_whole() -> None:
    examples = Path(__file__).resolve().parents[2] / "docs" / "examples" / "definitions"
    assert [read(path).key for path in sorted(examples.glob("*.toml"))] == ["noon@1"]
