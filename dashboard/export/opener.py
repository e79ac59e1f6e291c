"""The button that opens the dialogue of files, with all that the dialogue says; ``export.js`` makes it."""

from __future__ import annotations

from typing import Any, Final

import orjson
from dash import html

from dashboard.export.formats import FORMATS
from dashboard.format import count
from dashboard.links import attributes
from dashboard.look import Look
from dashboard.words import say
from data.bound import in_cohort
from data.questions import QUESTIONS

CHOICES: Final = (("csv", ""), ("csv", "gb18030"), ("xlsx", ""), ("geojson", ""), ("geoparquet", ""), ("about", ""))
"""Format and encoding of every choice, in order."""


def opener(look: Look) -> html.Button:
    """The button for the page's selection."""
    return html.Button(say("export", look.lang), type="button", className="export-opener", **attributes(data_export=_told(look)))


def totals(look: Look) -> tuple[int, int]:
    """How many cases are listed and exported, and how many of them have no position; from what the page has asked already."""
    is_listed = in_cohort(look.view) | (not QUESTIONS["export_rows"].leaves_out(look.selection))
    is_mapped = look.view.snapshot.outcomes["is_mapped"].to_numpy(dtype=bool)
    return int(look.counts[is_listed].sum()), int(look.counts[is_listed & ~is_mapped].sum())


def _told(look: Look) -> str:
    lang, address = look.lang, look.selection.query()
    total, unmapped = totals(look)
    files = [_file(key, encoding, address, lang) for key, encoding in CHOICES]
    told: dict[str, Any] = {
        "title": say("export_title", lang, n=count(total)),
        "lines": [look.sentence, *([say("export_unmapped", lang, n=count(unmapped))] if unmapped else [])],
        "total": total,
        "files": files,
        "words": {
            key: say(f"export_{key}", lang)
            for key in ("close", "cancel", "asking", "rows", "bytes", "done", "failed", "cancelled", "too_many")
        },
    }
    return orjson.dumps(told).decode()


def _file(key: str, encoding: str, address: str, lang: Any) -> dict[str, Any]:
    choice = f"{key}_{encoding}" if encoding else key
    query = "&".join(part for part in (address, f"encoding={encoding}" if encoding else "") if part)
    return {
        "href": f"/export/{key}?{query}" if query else f"/export/{key}",
        "name": say(f"export_name_{choice}", lang),
        "hint": say(f"export_hint_{choice}", lang),
        "lines": FORMATS[key].is_line_per_row,
    }
