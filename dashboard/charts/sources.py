"""Where the events of the selection came from."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dashboard.charts.bars import Row
from dashboard.format import Language
from dashboard.links import escaped
from data.store.snapshot import Source


def rows(frame: pd.DataFrame, sources: Sequence[Source], chosen: tuple[str, ...], has_previous: bool, lang: Language) -> list[Row]:
    """All sources with events in the window or the one before, biggest first.

    Parameters
    ----------
    frame
        Columns ``source_ix``, ``is_previous``, ``n``.
    chosen
        Keys of the sources that filter now; a click takes one away or adds it.
    """
    now = frame[~frame["is_previous"].astype(bool)].groupby("source_ix")["n"].sum()
    before = frame[frame["is_previous"].astype(bool)].groupby("source_ix")["n"].sum()
    present = sorted({*now.index, *before.index}, key=lambda ix: (-now.get(ix, 0), -before.get(ix, 0), ix))
    return [
        Row(
            sources[ix].name_in(lang),
            float(now.get(ix, 0)),
            float(before.get(ix, 0)) if has_previous else None,
            {"source": ",".join(key for key in (*chosen, sources[ix].source) if key != sources[ix].source or key not in chosen) or None},
            sources[ix].source in chosen,
            {"source": escaped(sources[ix].source)},
        )
        for ix in present
    ]
