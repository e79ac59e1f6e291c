"""What the browser tests share: the application over the small demo district."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.store.store import Store


@pytest.fixture(scope="module")
def address(demo_store: Path, serve: Callable[[Any], str]) -> str:
    """Address of the application over the demo; modules with a store of their own have an address of their own."""
    return serve(create_app(Settings(), Store(demo_store)).server)
