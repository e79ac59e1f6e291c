"""The QR code of a view holds the address of that view, read from its modules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import segno

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.selection import Selection
from data.store.store import Store

MOST = 2331
"""Bytes that the largest code of this strength holds."""


@pytest.fixture(scope="module")
def client(demo_store: Path) -> Any:
    return create_app(Settings(), Store(demo_store)).server.test_client()


def modules(svg: str) -> set[tuple[int, int]]:
    """Dark modules: a line is a row of runs, relative to where the one before ended."""
    path = re.search(r'stroke="#000" d="([^"]+)"', svg)
    assert path is not None
    found, x, y = set(), 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]+)", path[1]):
        values = [float(number) for number in re.findall(r"-?[0-9]*[.]?[0-9]+", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            found |= {(int(x) + step, int(y)) for step in range(int(values[0]))}
            x += values[0]
    return found


def expected(address: str) -> set[tuple[int, int]]:
    code = segno.make(address, error="m", micro=False)
    return {(x + 2, y + 2) for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark}


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("", ""),
        ("window=30d&kiosk=1&tour=1&home=~", "?window=30d"),
        (f"domain={quote('大民生')}&area=990108", "?" + Selection(area="990108", domain=("大民生",)).query()),
        ("nonsense=<script>&lang=en", "?lang=en"),
    ],
)
def test_the_code_is_of_the_view_without_how_a_wall_shows_it(client: Any, asked: str, held: str) -> None:
    answer = client.get(f"/qr/view.svg?{asked}", headers={"Host": "127.0.0.1:8050"})
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert modules(answer.text) == expected(f"http://127.0.0.1:8050/{held}")


def test_the_workbench_has_codes_of_its_own(client: Any) -> None:
    answer = client.get("/qr/analysis.svg?grid=990108001&window=30d", headers={"Host": "127.0.0.1:8050"})
    assert modules(answer.text) == expected(f"http://127.0.0.1:8050/analysis?{Selection(grid=('990108001',), window='30d').query()}")
    assert client.get("/qr/elsewhere.svg").status_code == 404


def test_an_address_beyond_any_code_is_refused_in_words(client: Any) -> None:
    address = Selection(department=tuple(f"{number:02d}单位名称很长的处置部门" for number in range(40))).query()
    assert len(address) > MOST
    answer = client.get(f"/qr/view.svg?{address}")
    assert answer.status_code == 400
    assert "QR code" in answer.json["error"]
