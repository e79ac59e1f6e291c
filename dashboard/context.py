"""What pages, callbacks and the programming interface work with: settings, store, viewer, kept answers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dashboard.answers import Answers
from dashboard.metrics import Metrics
from dashboard.scenes.scene import Scenes
from dashboard.settings import Settings
from dashboard.tiles.ground import Ground
from data.view import View

if TYPE_CHECKING:
    from dashboard.brief.template import Templates
    from data.store.store import Store

Scope = Callable[[], tuple[str, ...] | None]
"""Codes of the areas that the viewer of the running request may see; None is everything."""


def whole_area() -> tuple[str, ...] | None:
    """The scope of an installation without users, which listens on loopback only: everything."""
    return None


def _shipped() -> Scenes:
    from dashboard.scenes.file import shipped  # noqa: PLC0415 -- the file is read with the panels, some of which need this module

    return shipped()


def _templates() -> Templates:
    from dashboard.brief import template  # noqa: PLC0415 -- sections need modules that need this one

    return template.shipped()


@dataclass(frozen=True)
class Context:
    """Made once per application by :func:`dashboard.factory.create_app`.

    Attributes
    ----------
    settings, store
        How the installation is set up and where its snapshots are.
    scope
        Gives the scope of the running request's viewer, from the server's session, never from the address.
    build
        Short hash of the program's files; browsers reload when it changes.
    answers, metrics
        Kept answers and counters of this process.
    scenes
        The scenes of the screen, and its tour.
    ground
        The operator's own base tiles; None where the map lies on a plain ground.
    templates
        The templates of briefs by key; the first is the usual one.
    """

    settings: Settings
    store: Store
    scope: Scope = whole_area
    build: str = ""
    answers: Answers = field(default_factory=Answers)
    metrics: Metrics = field(default_factory=Metrics)
    scenes: Scenes = field(default_factory=_shipped)
    ground: Ground | None = None
    templates: Templates = field(default_factory=_templates)

    @contextlib.contextmanager
    def view(self, snapshot: str | None = None, definition: str | None = None, *, is_strict: bool = True) -> Iterator[View]:
        """The viewer's look at a pinned snapshot, or at the one in force.

        The snapshot stays open until the block ends. Unless it is strict, the snapshot's default stands in for a definition that
        it does not have; :func:`data.filters.settle` says so.

        Raises
        ------
        NoSnapshot, SnapshotRefused
            Nothing is published, the pinned one is not in the store, or it is damaged. It is never replaced by another.
        DefinitionError
            The snapshot was published without that definition.
        """
        with self.store.lease(snapshot) as held:
            known = definition if is_strict or definition in held.definitions else None
            yield View(held, held.definition(known), self.scope())

    def generation(self) -> str:
        """Id of the snapshot in force; empty where there is none. Cheap."""
        return self.store.generation
