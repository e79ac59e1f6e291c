"""The pages of the application, in the order of the menu."""

from __future__ import annotations

from typing import Final

from dashboard.page import Page

PAGES: Final[tuple[Page, ...]] = ()
