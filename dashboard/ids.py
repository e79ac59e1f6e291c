"""Every id of the page tree, as a name. Callbacks, scripts and tests use these, never a string of their own.

The wiring in one place: controls, map and Back/Forward write one store, ``SELECTION`` (an address string without ``?``);
``GENERATION`` changes when a snapshot is published; one callback reads both and answers for every panel of the page.
Scripts under ``assets/`` write the same two stores with ``dash_clientside.set_props``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

SELECTION: Final = "selection"
"""``dcc.Store``: what is looked at, as an address string."""
RESTING: Final = "resting"
"""``dcc.Store``: the same address once nobody has changed it for a moment; what takes longer follows this one (``workbench.js``)."""
GENERATION: Final = "generation"
"""``dcc.Store``: id of the snapshot in force, kept by ``live.js``."""
PUSHED: Final = "pushed"
"""``dcc.Store``: the address last written into the browser's history; read by nothing on the server."""

# The frame that dashboard.routing puts around every page holds these three, GENERATION and BANNER; pages do not repeat them.
FRAME: Final = "frame"
"""Where the page of the address is laid."""
ADDRESS: Final = "address"
"""``dcc.Store``: the address as last *read* (opened, Back, Forward), ``{"n": count, "path": …, "query": …}``; see ``address.js``."""
TITLE: Final = "title"
"""``dcc.Store``: ``{"title": …, "lang": …}`` of the page that was laid."""

OPENED: Final = "opened"
"""``dcc.Store``: ``{"n": count, "base": the page's address, "open": what of it is opened}``; see ``opened.js``."""
CASES_ASKED: Final = "cases-asked"
"""``dcc.Store``: the same for another page or part of the cases."""
OPENED_DIALOG: Final = "opened-dialog"
"""The panel that opens from a number."""
OPENED_BODY: Final = "opened-body"
"""What the server says in it."""
OPENED_TITLE: Final = "opened-title"
"""Its heading."""
CASES: Final = "cases"
"""The page of cases in it."""

PAGE: Final = "page"
"""The whole page; carries theme, language and the colours as CSS variables."""
BANNER: Final = "banner"
"""Words across the page when data are late or the server is away."""

ARRANGED: Final = "arranged"
"""``dcc.Store``: the scene in force, its panels in order, and the tour's next step; see ``controls.js`` and ``tour.js``."""
SCALE: Final = "scale"
"""``dcc.Store``: pixels of the root type size, kept by ``controls.js``; figures are drawn for it."""

GRAPHS: Final = "graphs"
"""``dcc.Store``: the page's graphs as components, which are made once the map has been painted: their library is large."""
PAINTED: Final = "painted"
"""``dcc.Store``: true once the map has been painted, or has been waited for long enough; see ``controls.js``."""


class MapIds(NamedTuple):
    """The ids of a page's map: its container, the store of its values, one for those that come later, and what its script writes."""

    container: str
    values: str
    later: str
    drawn: str


WALL_MAP: Final = MapIds("map", "map-values", "map-later", "map-drawn")
"""The map of the screen; nothing of it comes later."""
BENCH_MAP: Final = MapIds("bench-map", "bench-map-values", "bench-map-later", "bench-map-drawn")
"""The map of the workbench: colours by count follow a brush, all else comes once the selection rests."""

BRIEF: Final = "brief"
"""``dcc.Store``: what brief is looked at, as an address string."""
BRIEF_SHEETS: Final = "brief-sheets"
"""Where its sheets are laid."""
BRIEF_SIDE: Final = "brief-side"
"""Beside them: area, days, template, files."""

CASES_MADE: Final = "cases-made"
"""``dcc.Store``: what the browser makes the table of all selected cases of; see ``cases.js``."""
CASES_SHOWN: Final = "cases-shown"
"""``dcc.Store``: ``{"address"}`` of the cases that are in it; nothing where none are selected."""
CASES_TABLE: Final = "cases-table"
"""Where the table stands."""
CASES_GRID: Final = "cases-grid"
"""The table."""

DESK: Final = "desk"
"""``dcc.Store``: what the data page looks at, as an address string; written by ``desk.js``."""
HANDOVER: Final = "handover-plan"
"""``dcc.Store``: what the upload form is made from."""
UPLOAD: Final = "upload"
"""``dcc.Store``: ``{"id", "attempt", "stage", "lang"}`` of the file handed in, written by ``desk_uploads.js`` when its stage changes."""
FORM: Final = "handover-form"
"""Where ``desk_form.js`` makes the form."""
OUTCOME: Final = "handover-outcome"
"""Where the server says what became of the file."""


def panel(key: str) -> str:
    """Id of a panel's slot."""
    return f"panel-{key}"


def figure(key: str) -> str:
    """Id of the store that holds a chart's figure, sizes in the page's root type size."""
    return f"figure-{key}"


def place(key: str) -> str:
    """Id of the place where that graph will stand."""
    return f"place-{key}"


def chart(key: str) -> str:
    """Id of the graph that draws it."""
    return f"chart-{key}"


def part(key: str) -> str:
    """Id of a part of the data page."""
    return f"part-{key}"
