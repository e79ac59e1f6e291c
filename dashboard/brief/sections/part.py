"""What a section is: an entry of :data:`dashboard.brief.sections.SECTIONS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from data.vocabulary import Words

if TYPE_CHECKING:
    from dashboard.brief.document import Block
    from dashboard.brief.edition import Edition


class Made(NamedTuple):
    """A section's blocks, and its message in one sentence for a slide."""

    blocks: tuple[Block, ...]
    message: str = ""


@dataclass(frozen=True)
class Part:
    """One section of a brief.

    Attributes
    ----------
    key
        As a template names it; the stem of its module.
    names
        Its heading; ``{now}`` is what the window is called.
    build
        From an edition to what it says; never empty, for empty is said too.
    """

    key: str
    names: Words
    build: Callable[[Edition], Made]
