"""The sections of a brief; a template chooses and orders them by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dashboard.brief.sections.cases import PART as CASES
from dashboard.brief.sections.categories import PART as CATEGORIES
from dashboard.brief.sections.deadlines import PART as DEADLINES
from dashboard.brief.sections.findings import PART as FINDINGS
from dashboard.brief.sections.key_numbers import PART as KEY_NUMBERS
from dashboard.brief.sections.part import Part
from dashboard.brief.sections.quality import PART as QUALITY
from dashboard.brief.sections.repeats import PART as REPEATS
from dashboard.brief.sections.restated import PART as RESTATED
from dashboard.brief.sections.streets import PART as STREETS
from dashboard.brief.sections.video import PART as VIDEO

SECTIONS: Final[Mapping[str, Part]] = {
    part.key: part for part in (FINDINGS, KEY_NUMBERS, CATEGORIES, STREETS, DEADLINES, REPEATS, CASES, VIDEO, QUALITY, RESTATED)
}
"""Every section by key."""
