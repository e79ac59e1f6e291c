"""Settings: where values come from, what is refused, and that every one is documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard import settings
from dashboard.settings import Settings
from data.errors import ConfigError


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _, _ in settings.rows():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv(settings.FILE_VARIABLE, raising=False)


def test_defaults_listen_on_loopback_only() -> None:
    found = Settings.load()
    assert (found.host, found.port, found.store) == ("127.0.0.1", 8050, Path("var/store"))
    assert found.is_loopback


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "quanyu.toml"
    file.write_text('port = 9000\nhosts = ["wall.example"]\nlate_hours = 26\n', encoding="utf-8")
    monkeypatch.setenv(settings.FILE_VARIABLE, str(file))
    monkeypatch.setenv("QUANYU_PORT", "9001")
    found = Settings.load()
    assert (found.port, found.hosts, found.late_hours) == (9001, ("wall.example",), 26)


def test_hosts_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYU_HOSTS", "Wall.example, second.example ,")
    assert Settings.load().hosts == ("wall.example", "second.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUANYU_PORT", "many"),
        ("QUANYU_PORT", "70000"),
        ("QUANYU_HOST", "everywhere"),
        ("QUANYU_DEMO_SCALE", "planet"),
        ("QUANYU_MEMORY_LIMIT", "lots"),
        ("QUANYU_WORKERS", "0"),
    ],
)
def test_a_wrong_value_is_a_sentence_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        Settings.load()
    assert name in str(caught.value)
    assert value in str(caught.value)


@pytest.mark.parametrize(("text", "expected"), [("prot = 1", "prot"), ("port = ", "not TOML"), (None, "cannot be read")])
def test_a_wrong_file_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None, expected: str) -> None:
    file = tmp_path / "quanyu.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    monkeypatch.setenv(settings.FILE_VARIABLE, str(file))
    with pytest.raises(ConfigError, match=expected):
        Settings.load()


def test_every_setting_has_a_sentence() -> None:
    for name, _, sentence in settings.rows():
        assert sentence.endswith("."), name


def test_the_document_is_current() -> None:
    assert settings.DOCUMENT.read_text(encoding="utf-8") == settings.document(), "run python -m dashboard.settings"
