"""The command line as its users and their scripts meet it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from data.__main__ import main
from data.store.store import Store
from tests.tiny import built_file

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> object:
    """Run a command in this process: status, standard output, standard error."""
    monkeypatch.delenv("QUANYU_STORE", raising=False)

    def call(*arguments: object) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return call


def is_one_sentence(text: str) -> bool:
    return text.count("\n") == 1 and text.endswith(".\n") and "Traceback" not in text and len(text) > 20


WRONG_USE = [
    [],
    ["frobnicate"],
    ["list", "--colour"],
    ["demo", "--scale", "huge"],
    ["demo", "--seed", "x"],
    ["check", "README.md"],
    ["check", "README.md", "--kind", "evnt"],
    ["check", "no-such-file.csv", "--kind", "event"],
    ["check", "docs", "--kind", "event"],
    ["check", "README.md", "--kind", "event", "--config", "no-such.toml"],
    ["build", "no-such.toml"],
    ["build", "README.md"],
    ["show"],
    ["rollback"],
    ["pin"],
    ["pin", "a", "b"],
    ["retire", "everything"],
    ["watch"],
    ["watch", "no-such-folder"],
    ["watch", "docs"],
    ["watch", "docs", "--config", "no-such.toml"],
    ["ask", "frob=1"],
    ["ask", "window=yesterday"],
    ["ask", "from=2026-13-40"],
]


@pytest.mark.parametrize("arguments", WRONG_USE, ids=" ".join)
@pytest.mark.parametrize("as_json", [False, True])
def test_wrong_use_is_status_2_and_one_sentence(run, arguments: list[str], as_json: bool) -> None:  # type: ignore[no-untyped-def]
    status, out, err = run(*arguments, *(["--json"] if as_json else []))
    assert status == 2
    assert is_one_sentence(err)
    assert (set(json.loads(out)) == {"error"}) if as_json else (out == "")


NOWHERE = "20200101T000000Z-00000000"


@pytest.mark.parametrize(
    "command",
    [["list"], ["show", NOWHERE], ["ask", "window=7d"], ["verify"], ["rollback", NOWHERE], ["pin", NOWHERE], ["unpin", "x"], ["retire"]],
    ids=" ".join,
)
def test_without_a_store_there_is_a_sentence_and_status_1(run, tmp_path: Path, command: list[str]) -> None:  # type: ignore[no-untyped-def]
    status, out, err = run(*command, "--store", tmp_path / "none")
    assert (status, out) == (1, "")
    assert is_one_sentence(err)
    status, out, err = run(*command, "--store", tmp_path / "none", "--json")
    assert status == 1
    assert isinstance(json.loads(out), dict)
    assert not (tmp_path / "none").exists()


def test_list_show_and_verify(run, demo_store: Path) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = run("list", "--store", demo_store, "--json")
    manifests = json.loads(out)
    assert status == 0
    assert isinstance(manifests, list)
    identity = (demo_store / "CURRENT").read_text().strip()
    assert manifests[0]["id"] == identity
    assert manifests[0]["counts"]["event"] == 5000
    assert all(source["rows_in"] == source["accepted"] + source["quarantined"] for source in manifests[0]["sources"])
    assert json.loads(run("show", identity, "--store", demo_store, "--json")[1]) == manifests[0]
    assert json.loads(run("verify", "--store", demo_store, "--json")[1]) == {"ok": True, "snapshot": identity, "reason": None}
    assert json.loads(run("verify", identity, "--store", demo_store, "--json")[1])["ok"] is True
    for command in (["list"], ["verify"], ["show", identity]):
        status, out, _ = run(*command, "--store", demo_store)
        assert status == 0
        assert identity in out


def test_verify_names_what_is_wrong(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from data.store.publish import publish

    store = tmp_path / "store"
    identity = publish(store, built_file(tmp_path / "built.duckdb"), {})
    with (store / "snapshots" / f"{identity}.duckdb").open("ab") as file:
        file.write(b"x")
    status, out, _ = run("verify", "--store", store, "--json")
    found = json.loads(out)
    assert status == 1
    assert (found["ok"], found["snapshot"]) == (False, identity)
    assert "bytes" in found["reason"]
    status, out, err = run("verify", identity, "--store", store)
    assert (status, out) == (1, "")
    assert is_one_sentence(err)


def test_rollback_pin_and_retire(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from data.store.publish import publish

    store = tmp_path / "store"
    first, second, third = (publish(store, built_file(tmp_path / "built.duckdb", [f"A{n}"]), {}) for n in range(3))

    def answer(*arguments: object) -> object:
        status, out, err = run(*arguments, "--store", store, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)

    assert answer("rollback", first) == {"snapshot": first, "previous": third}
    assert answer("rollback", first) == {"snapshot": first, "previous": first}
    assert answer("pin", second) == {"snapshot": second, "pinned": True, "changed": True}
    listed = {manifest["id"]: (manifest["in_force"], manifest["pinned"]) for manifest in answer("list")}  # type: ignore[attr-defined]
    assert listed == {third: (False, False), second: (False, True), first: (True, False)}
    monkeypatch.setenv("QUANYU_STORE_MAX_GB", "1e-9")
    would = answer("retire", "--dry-run")
    assert (would["retired"], would["dry_run"]) == ([third], True)  # type: ignore[index]
    did = answer("retire")
    assert (did["retired"], did["kept"]) == ([third], {first: "in force", second: "pinned"})  # type: ignore[index]
    assert "QUANYU_STORE_MAX_GB" in did["warnings"][0]  # type: ignore[index]
    monkeypatch.delenv("QUANYU_STORE_MAX_GB")
    assert answer("pin", "--undo", second) == {"snapshot": second, "pinned": False, "changed": True}
    assert answer("unpin", second) == {"snapshot": second, "pinned": False, "changed": False}
    for command in ("show", "rollback", "pin"):
        status, out, err = run(command, third, "--store", store)
        assert (status, out) == (1, "")
        assert "was retired" in err
        assert is_one_sentence(err)
    (store / "snapshots" / f"{second}.duckdb").write_bytes(b"")
    for command in ("rollback", "pin"):
        status, out, err = run(command, second, "--store", store)
        assert (status, out) == (1, "")
        assert is_one_sentence(err)
    for command in (["rollback", first], ["unpin", second], ["retire"], ["retire", "--dry-run"], ["list"], ["show", first]):
        status, out, err = run(*command, "--store", store)
        assert (status, err) == (0, "")
        assert max(len(line) for line in out.splitlines()) <= 80 or command[0] == "show"


def test_a_wrong_retention_setting_is_a_sentence(run, demo_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("QUANYU_KEEP_DAILY_DAYS", "long")
    status, out, err = run("retire", "--dry-run", "--store", demo_store)
    assert (status, out) == (2, "")
    assert "QUANYU_KEEP_DAILY_DAYS" in err
    assert is_one_sentence(err)


def test_ask_gives_one_object(run, demo_store: Path) -> None:  # type: ignore[no-untyped-def]
    status, out, err = run("ask", "window=30d", "--store", demo_store, "--json")
    answer = json.loads(out)
    assert (status, err) == (0, "")
    assert {"snapshot", "as_of", "definition", "selection", "sentence", "indicators"} <= set(answer)
    assert answer["selection"]["window"] == "30d"
    assert answer["definition"] == "jiesu@2"
    for number in answer["indicators"].values():
        assert {"value", "numerator", "denominator", "excluded", "n", "low", "high", "shown"} <= set(number)
    pinned = json.loads(run("ask", f"?window=30d&snapshot={answer['snapshot']}", "--store", demo_store, "--json")[1])
    assert pinned["indicators"] == answer["indicators"]
    status, out, err = run("ask", "snapshot=20200101T000000Z-00000000", "--store", demo_store)
    assert (status, out) == (1, "")
    assert is_one_sentence(err)
    assert "composite_score" in run("ask", "--store", demo_store)[1]


@pytest.mark.parametrize("key", ["area", "domain", "category", "source", "department", "grid", "level", "indicator"])
def test_ask_refuses_what_the_snapshot_does_not_have(run, demo_store: Path, key: str) -> None:  # type: ignore[no-untyped-def]
    status, out, err = run("ask", f"{key}=nosuch", "--store", demo_store)
    assert (status, out) == (2, "")
    assert is_one_sentence(err)


def test_check_reports_rows_and_publishes_nothing(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "工单.csv"
    rows = [
        "A1,2026-11-20 08:00,噪声,114.1,22.6",
        ",2026-11-20 08:00,噪声,114.1,22.6",
        "A3,soon,噪声,114.1,22.6",
        "A4,2026-11-20 08:00,噪声,0,0",
    ]
    file.write_text("\n".join(["事件编号,上报时间,小类,经度,纬度", *rows, ""]), encoding="gb18030")
    status, out, _ = run("check", file, "--kind", "event", "--store", tmp_path / "store", "--json")
    report = json.loads(out)
    assert status == 0
    assert (report["read"], report["code"]) == ("ok", None)
    assert (report["rows_in"], report["accepted"], report["quarantined"], report["positions_set_aside"]) == (4, 2, 2, 1)
    assert report["rows"] == {"2": ["E_ID_MISSING"], "3": ["E_TIME_INVALID"], "4": ["E_COORD_ZERO"]}
    assert not (tmp_path / "store").exists()
    status, out, _ = run("check", file, "--kind", "event")
    assert status == 0
    assert re.search(r"row 2: E_ID_MISSING", out)


def test_a_refused_file_is_status_1(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "empty.csv"
    file.write_bytes(b"")
    status, out, _ = run("check", file, "--kind", "event", "--json")
    report = json.loads(out)
    assert status == 1
    assert (report["read"], report["code"]) == ("rejected", "E_EMPTY_FILE")
    assert (report["rows_in"], report["accepted"], report["quarantined"]) == (0, 0, 0)
    config = tmp_path / "sources.toml"
    config.write_text(
        'timezone = "Asia/Shanghai"\nlevels = ["district"]\n[[source]]\nname = "热线"\nkind = "event"\npath = "empty.csv"\n',
        encoding="utf-8",
    )
    status, out, err = run("build", config, "--store", tmp_path / "store", "--json")
    report = json.loads(out)
    assert status == 1
    assert report["snapshot"] is None
    assert [source["code"] for source in report["sources"]] == ["E_EMPTY_FILE"]
    assert "Traceback" not in err
    assert Store(tmp_path / "store").generation == ""


def test_the_same_files_give_the_same_content(run, demo_store: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    status, out, _ = run("build", demo_store.parent / "files" / "sources.toml", "--store", tmp_path / "store", "--json")
    report = json.loads(out)
    assert status == 0
    assert report["snapshot"][-8:] == (demo_store / "CURRENT").read_text().strip()[-8:]
    for source in report["sources"]:
        assert {"name", "file", "read", "code", "rows_in", "accepted", "quarantined", "reasons", "warnings"} <= set(source)


def test_an_unexpected_fault_is_a_sentence_too(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("data.__main__.Store.manifests", lambda _self: 1 / 0)
    status, out, err = run("list", "--store", tmp_path)
    assert (status, out) == (1, "")
    assert is_one_sentence(err)
    assert "ZeroDivisionError" in err


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "zh_CN.GB18030"])
def test_as_a_program_in_any_locale(demo_store: Path, locale: str) -> None:
    environment = {**os.environ, "LC_ALL": locale, "QUANYU_STORE": str(demo_store), "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    ran = subprocess.run(
        [sys.executable, "-m", "data", "ask", "window=7d", "--json"], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert json.loads(ran.stdout)["sentence"]
    assert ran.stderr == b""
