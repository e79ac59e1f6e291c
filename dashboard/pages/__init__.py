"""The pages of the application, in the order in which they are offered."""

from __future__ import annotations

from typing import Final

from dashboard.page import Page
from dashboard.pages.analysis import PAGE as ANALYSIS
from dashboard.pages.brief import PAGE as BRIEF
from dashboard.pages.data import PAGE as DATA
from dashboard.pages.indicators import PAGE as INDICATORS
from dashboard.pages.wall import PAGE as WALL

PAGES: Final[tuple[Page, ...]] = (WALL, BRIEF, ANALYSIS, DATA, INDICATORS)
