"""Views kept by name, for everybody who works with this store: ``views.json`` beside the snapshots.

A view is a page and a selection. One with a snapshot in its selection always shows that one, which is pinned when the view is kept; one
without is live. The file is replaced as a whole and read without trust.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from data.errors import SelectionError, StoreError
from data.selection import Selection
from data.store.disk import content, replace_text
from data.store.faults import told
from data.store.lock import keeping
from data.store.pins import pin

FILE: Final = "views.json"
PAGES: Final = ("/", "/analysis")
"""Pages whose address is a selection."""
MOST_VIEWS: Final = 500
MOST_LETTERS: Final = 60
MOST_BYTES: Final = 4 << 20


@dataclass(frozen=True)
class SavedView:
    """A view with a name.

    Attributes
    ----------
    id, name
        What it is known by, and what it is called.
    page, query
        Where it is: one of :data:`PAGES` and a selection, as an address without ``?``.
    saved_at
        When it was kept or last changed, ISO 8601, UTC.
    """

    id: str
    name: str
    page: str
    query: str
    saved_at: str

    @property
    def selection(self) -> Selection:
        """The selection."""
        return Selection.parse(self.query)[0]


def saved_views(store: Path) -> list[SavedView]:
    """All views by name; none where none was ever kept.

    Raises
    ------
    StoreError
        The file is damaged; it is left as it is.
    """
    try:
        text = content(store / FILE, MOST_BYTES)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"The saved views cannot be read ({error.strerror}); see to {FILE} in the store.") from error
    try:
        views = [SavedView(**one) for one in json.loads(text)["views"]]
        if not all(isinstance(value, str) for view in views for value in vars(view).values()) or any(
            view.page not in PAGES for view in views
        ):
            raise ValueError
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"The saved views cannot be read; put {FILE} in the store right, or away.") from error
    return sorted(views, key=lambda view: (view.name.casefold(), view.id))


def save_view(store: Path, name: str, page: str, query: str) -> SavedView:
    """Keep a view under a name that no other has; one with a snapshot pins it.

    Raises
    ------
    SelectionError
        Name, page or query is not one; or the name is taken, or there are too many.
    NoSnapshot, SnapshotRefused
        Its snapshot is not in the store, or damaged.
    StoreError
        The store cannot be written to.
    """
    if page not in PAGES:
        raise SelectionError(f"A view is one of the pages {', '.join(PAGES)}.")
    selection = Selection.parse_strict(query)
    if selection.snapshot is not None:
        pin(store, selection.snapshot)
    made = SavedView(secrets.token_hex(6), _name(name), page, selection.query(), _now())

    def added(views: list[SavedView]) -> list[SavedView]:
        if len(views) >= MOST_VIEWS:
            raise SelectionError(f"{MOST_VIEWS} views are kept already; delete one first.")
        return [*views, made]

    _change(store, added)
    return made


def rename_view(store: Path, identity: str, name: str) -> None:
    """Give a view another name.

    Raises
    ------
    SelectionError
        There is no such view, or the name is none, or taken.
    """
    given = _name(name)
    _change(
        store,
        lambda views: [replace(view, name=given, saved_at=_now()) if view.id == identity else view for view in _with(views, identity)],
    )


def delete_view(store: Path, identity: str) -> None:
    """Keep a view no more. A snapshot that it pinned stays pinned.

    Raises
    ------
    SelectionError
        There is no such view.
    """
    _change(store, lambda views: [view for view in _with(views, identity) if view.id != identity])


def _change(store: Path, change: Callable[[list[SavedView]], list[SavedView]]) -> None:
    with keeping(store), told(store, "The views are as they were."):
        views = change(saved_views(store))
        names = [view.name.casefold() for view in views]
        if len(set(names)) < len(names):
            raise SelectionError("There is a view of this name already; choose another.")
        written: dict[str, Any] = {"views": [asdict(view) for view in views]}
        replace_text(store / FILE, json.dumps(written, ensure_ascii=False, indent=1) + "\n")


def _with(views: list[SavedView], identity: str) -> list[SavedView]:
    if not any(view.id == identity for view in views):
        raise SelectionError("There is no such view any more.")
    return views


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > MOST_LETTERS or not name.isprintable():
        raise SelectionError(f"A view has a name of 1 to {MOST_LETTERS} letters.")
    return name


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
