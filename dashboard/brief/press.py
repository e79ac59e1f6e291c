"""Drafts and issued briefs of a store: what a draft is made from, how one is issued, and what has been restated since."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dashboard.brief import archive
from dashboard.brief.compose import Asked, Note, compose
from dashboard.brief.compose import asked as settled
from dashboard.brief.document import Document
from dashboard.brief.edition import Edition
from dashboard.brief.sections.part import Made
from dashboard.brief.sections.restated import restated, told
from dashboard.brief.small_numbers import hidden
from dashboard.brief.template import Templates
from dashboard.links import merge
from dashboard.words import say
from data import issued
from data.errors import QuanyuError
from data.issued import Issue
from data.store.diff import between
from data.view import View

if TYPE_CHECKING:
    from data.store.store import Store

MOST_CASES: Final = 50
"""Ids that one restated number keeps."""
MOST_REMARK: Final = 2000
Keep = Callable[[View, Any, Callable[[], Any]], Any]
"""Keeps an answer: of a view, to a question, by a computation."""


def _at_once(view: View, question: Any, compute: Callable[[], Any]) -> Any:
    del view, question
    return compute()


@dataclass(frozen=True)
class Press:
    """Makes and issues the briefs of a store.

    Attributes
    ----------
    small_number
        Below it counts are hidden from outside readers.
    keep
        Where answers are kept between requests; nowhere unless given.
    note
        Told of sections that failed unexpectedly; without it they are raised.
    """

    store: Store
    small_number: int = 5
    keep: Keep = _at_once
    note: Note | None = None

    def draft(self, view: View, asked: Asked, remarks: Mapping[str, str] | None = None) -> Document:
        """The draft of what was asked for, with what an editor adds to its sections."""
        if remarks:
            return self._composed(self.edition(view, asked), asked, remarks=remarks)
        key = ("brief document", asked.address, len(issued.issues(self.store.path)))
        found: Document = self.keep(view, key, lambda: self._composed(self.edition(view, asked), asked))
        return found

    def _composed(self, edition: Edition, asked: Asked, **more: Any) -> Document:
        made = compose(edition, notes=asked.notes, note=self.note, **more)
        return hidden(made, self.small_number) if asked.template.readers == "outside" else made

    def edition(self, view: View, asked: Asked) -> Edition:
        """What a draft is made from; it knows the brief before it."""
        area = view.snapshot.areas.codes[view.top if asked.selection.area is None else view.snapshot.areas.find(asked.selection.area)[0]]
        earlier = issued.before(self.store.path, asked.template.key, area, f"{asked.period.first}")
        return Edition(view, asked.selection, asked.template, asked.period, earlier, lambda snapshot: self._changes(view, snapshot))

    def issue(self, view: View, asked: Asked, remarks: Mapping[str, str]) -> Issue:
        """Issue a brief: number, pinned snapshot, and the whole as it was printed.

        Raises
        ------
        StoreError
            The store cannot be written to, or the snapshot has gone.
        """
        kept = {key: text.strip()[:MOST_REMARK] for key, text in remarks.items() if key in asked.template.sections and text.strip()}
        edition = self.edition(view, asked)
        made = self._composed(edition, asked, issue="-", remarks=kept)
        name = asked.period.name(asked.selection.lang)

        def printed(number: str) -> Mapping[str, Any]:
            words = number if asked.period.kind in ("window", "day") else f"{name} · {number}"
            source = dataclasses.replace(made.provenance, address=f"/brief?{asked.address}&issue={number}")
            return archive.kept(dataclasses.replace(made, issue=words, provenance=source))

        draft = Issue(
            number="",
            template=asked.template.key,
            area=view.snapshot.areas.codes[edition.look.area_ix],
            first=f"{asked.period.first}",
            last=f"{asked.period.last}",
            snapshot=view.snapshot.id,
            definition=view.definition.key,
            query=asked.address,
            title=made.title,
            issued_at="",
            remarks=kept,
        )
        return issued.issue(self.store.path, draft, printed)

    def restated(self, now: View, asked: Asked, found: Issue) -> Made:
        """What later data tell differently of an issued brief's days; ``now`` is the look at the newest snapshot.

        ``asked`` is the issued brief's own question, settled against ``now``.
        """
        edition = self.edition(now, asked)
        changes = self._changes(now, found.snapshot)
        if changes is None:
            return Made((), say("brief_restated_unknown", asked.selection.lang, issue=found.number))
        return told(edition, changes, found.number, found.first, found.last)

    def restated_numbers(self, now: View, found: Issue, templates: Templates) -> int | None:
        """How many numbers of an issued brief's days later data tell differently; None where that cannot be told."""
        changes = self._changes(now, found.snapshot)
        if changes is None:
            return None
        # only the days and the area are asked about: the newest snapshot stands in for the pinned one
        again = settled(now, merge(found.query, {"snapshot": None, "definition": None}), templates)
        return len(restated(self.edition(now, again), changes, found.first, found.last))

    def _changes(self, view: View, snapshot: str) -> dict[str, Any] | None:
        """The changes from an earlier snapshot to this one; None where they cannot be told."""
        if snapshot == view.snapshot.id:
            return {"restated": []}

        def find() -> dict[str, Any]:
            with self.store.lease(snapshot) as other:
                return between(View(other, view.definition, view.scope), view, most=MOST_CASES)

        try:
            changes: dict[str, Any] = self.keep(view, ("brief changes", snapshot), find)
        except QuanyuError:
            return None
        return changes


def seen(view: View, found: Issue) -> bool:
    """Whether a viewer may see an issued brief: its area lies in the scope."""
    return any(view.sees(ix) for ix in view.snapshot.areas.find(found.area))
