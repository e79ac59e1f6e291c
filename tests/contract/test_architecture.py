"""The rules of the house: imports run one way, only ``data`` speaks to DuckDB, nothing is fetched from outside.

Every rule is a function from a folder to the violations found there, so each is also tried on a planted violation.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT = {"data": {"data"}, "layers": {"layers", "data"}, "dashboard": {"dashboard", "layers", "data"}}
SCREEN_LIBRARIES = {"dash", "plotly", "dash_leaflet", "flask", "werkzeug"}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
FOREIGN_ADDRESS = re.compile(r"(?:https?:)?//(?!127\.0\.0\.1|localhost|www\.w3\.org)[a-z0-9.-]+\.[a-z]{2,}(?:/|\b)", re.IGNORECASE)

Rule = Callable[[Path], list[str]]


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    for package in MAY_IMPORT:
        for path in sorted((root / package).rglob("*.py")):
            yield package, path


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def imports_against_the_stream(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{line} imports {name}"
        for package, path in modules(root)
        for line, name in imported(path)
        if name.split(".")[0] in MAY_IMPORT.keys() - MAY_IMPORT[package]
    ]


def relative_imports(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{node.lineno}"
        for _, path in modules(root)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]


def duckdb_outside_data(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{line}"
        for package, path in modules(root)
        for line, name in imported(path)
        if name.split(".")[0] == "duckdb" and package != "data"
    ]


def screens_inside_data(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root)}:{line} imports {name}"
        for package, path in modules(root)
        for line, name in imported(path)
        if package == "data" and name.split(".")[0] in SCREEN_LIBRARIES
    ]


def vague_module_names(root: Path) -> list[str]:
    return [str(path.relative_to(root)) for _, path in modules(root) if path.stem in VAGUE_NAMES]


def foreign_addresses(root: Path) -> list[str]:
    assets = (path for path in sorted((root / "dashboard" / "assets").rglob("*")) if path.suffix in {".js", ".css"})
    return [
        f"{path.relative_to(root)}: {found.group()}"
        for path in assets
        for found in FOREIGN_ADDRESS.finditer(path.read_text(encoding="utf-8"))
    ]


def callbacks_at_import(root: Path) -> list[str]:
    """``@callback`` and ``dash.callback(...)`` at module level register on import; the factory registers instead."""
    found = []
    for package, path in modules(root):
        if package != "dashboard":
            continue
        for line, name in imported(path):
            if name == "dash":
                tree = ast.parse(path.read_text(encoding="utf-8"))
                names = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == "dash" for a in n.names}
                if names & {"callback", "clientside_callback"}:
                    found.append(f"{path.relative_to(root)}:{line}")
    return found


RULES: dict[Rule, tuple[str, str]] = {
    imports_against_the_stream: ("data/planted.py", "from dashboard import ids\n"),
    relative_imports: ("layers/planted.py", "from . import palette\n"),
    duckdb_outside_data: ("dashboard/planted.py", "import duckdb\n"),
    screens_inside_data: ("data/planted.py", "def chart():\n    import plotly.graph_objects as go\n    return go\n"),
    vague_module_names: ("layers/utils.py", ""),
    foreign_addresses: ("dashboard/assets/planted.css", "@import url(//fonts.example.com/a.css);"),
    callbacks_at_import: ("dashboard/planted.py", "from dash import callback\n"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_finds_a_planted_violation(rule: Rule, tmp_path: Path) -> None:
    name, text = RULES[rule]
    for package in (*MAY_IMPORT, "dashboard/assets"):
        (tmp_path / package).mkdir(exist_ok=True)
    assert rule(tmp_path) == []
    planted = tmp_path / name
    planted.write_text(text, encoding="utf-8")
    assert len(rule(tmp_path)) == 1
    assert planted.name in rule(tmp_path)[0]


def test_layers_planted_import_of_dashboard_is_found(tmp_path: Path) -> None:
    for package in MAY_IMPORT:
        (tmp_path / package).mkdir()
    (tmp_path / "layers" / "planted.py").write_text("import dashboard.ids\n", encoding="utf-8")
    assert imports_against_the_stream(tmp_path) == ["layers/planted.py:1 imports dashboard.ids"]
