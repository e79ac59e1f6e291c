"""Definitions as they were published: a name and a version stand for one text for ever."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from data.errors import DefinitionError
from data.indicators.definition import Definition
from data.store.earlier import Earlier
from data.store.manifest import manifests


def refuse_changed(store: Path, earlier: Earlier | None, definitions: Iterable[Definition]) -> None:
    """See that no definition has other content than one of its name and version in a snapshot that is kept.

    Raises
    ------
    DefinitionError
        One has: the sentence names it and the snapshot.
    """
    known = {(item["name"], item["version"], item["sha256"]) for item in (earlier.manifest.get("definitions", []) if earlier else [])}
    new = {item.key: item for item in definitions if (item.name, item.version, item.sha256) not in known}
    for manifest in manifests(store) if new else []:
        for item in manifest.get("definitions", []):
            changed = new.get(f"{item['name']}@{item['version']}")
            if changed is not None and changed.sha256 != item["sha256"]:
                raise DefinitionError(
                    f"Definition {changed.key} was published with other content in snapshot {manifest['id']}; what was published stays "
                    "as it is. Make a new version: change `version` in the file."
                )
