"""The address of the data page: which snapshot, which source is open, what it is compared with, how it is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlencode

from dashboard.format import Language
from dashboard.words import say
from data.selection import KEYS as SELECTION_KEYS
from layers.palette import Theme

LONGEST: Final = 200
MOST_FIELDS: Final = 80
_OWN: Final = ("snapshot", "compare", "source", "theme", "lang")


@dataclass(frozen=True)
class Asked:
    """What an address of the data page asks for.

    Attributes
    ----------
    snapshot
        Id of the snapshot looked at; None is the one in force.
    compare
        Id of an earlier snapshot whose differences to it are shown; None shows none.
    source
        Name of the source that is open.
    notes
        What of the address was left out, in words.
    """

    snapshot: str | None = None
    compare: str | None = None
    source: str | None = None
    theme: Theme = "light"
    lang: Language = "zh"
    notes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, query: str) -> Self:
        """Read an address leniently. Keys of selections mean nothing here and are passed over."""
        try:
            pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            pairs = []
        given = {key: value for key, value in pairs if value and len(value) <= LONGEST}
        lang: Language = "en" if given.get("lang") == "en" else "zh"
        unknown = [key for key, _ in pairs if key not in _OWN and key not in SELECTION_KEYS]
        theme: Theme = "dark" if given.get("theme") == "dark" else "light"
        notes = tuple(say("data_unknown_key", lang, name=key[:40]) for key in dict.fromkeys(unknown))
        return cls(given.get("snapshot"), given.get("compare"), given.get("source"), theme, lang, notes[:5])

    def href(self, **changes: Any) -> str:
        """The address of this page with attributes replaced."""
        other = replace(self, **changes)
        return f"/data{other._query(_OWN)}"

    def screen(self, snapshot: str | None = None) -> str:
        """The address of the screen, of a snapshot or of the newest data, in the same language."""
        return f"/{replace(self, snapshot=snapshot)._query(('snapshot', 'lang'))}"

    def _query(self, keys: tuple[str, ...]) -> str:
        defaults = {"theme": "light", "lang": "zh"}
        found = {key: getattr(self, key) for key in keys}
        kept = {key: value for key, value in found.items() if value is not None and value != defaults.get(key)}
        return f"?{urlencode(kept, safe=',:')}" if kept else ""
