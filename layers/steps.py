"""Steps of time to be played on map and charts: how many events each coloured area has in each day, or each hour of the day.

Counts alone are played: a day of a grid has too few cases for a rate. The classes hold for all steps, so that a colour means the
same from the first to the last.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from data import queries
from data.vocabulary import WEEKDAY_NAMES, Language
from data.window import Window, window
from layers import classes
from layers.areas import frontier
from layers.encoding import encoded
from layers.layer import Drawing

By = Literal["day", "hour"]
MOST_DAYS: Final = 120
"""A longer window is played in weeks."""
WEEK: Final = 7
HOURS: Final = 24


def steps(drawing: Drawing, by: By) -> dict[str, Any]:
    """What is played for a drawing.

    Returns
    -------
    dict
        ``by``; ``area`` and ``depth``, as in the map's payload; ``labels`` of the steps, in words; for days ``days``, the first and
        the last of each step; ``counts``, a text per step with a number for each coloured area in the order of the tree
        (:func:`layers.encoding.encoded`); ``totals`` of the steps, with events that lie in none of these areas, whose number is
        ``rest``; ``edges`` of the classes and their ``colours``; ``title`` and ``rule`` of the scale, and the ``unit`` beside a count.
    """
    lang = drawing.lang
    found = window(drawing.view, drawing.selection)
    bucket_days = 1 if found.days <= MOST_DAYS else WEEK
    spans = _spans(found, bucket_days) if by == "day" else []
    counts, rest = _counts(drawing, bucket_days if by == "day" else None, len(spans) if by == "day" else HOURS)
    edges, _ = classes.limits(counts.ravel(), 0)
    return {
        "by": by,
        "area": drawing.area_ix,
        "depth": drawing.depth,
        "labels": [_days(*span, lang) for span in spans] if by == "day" else [_hour(hour, lang) for hour in range(HOURS)],
        "days": [[first.isoformat(), last.isoformat()] for first, last in spans],
        "counts": [encoded(row) for row in counts],
        "totals": (counts.sum(axis=1) + rest).tolist(),
        "rest": int(rest.sum()),
        "edges": list(edges),
        "colours": list(classes.steps(len(edges) + 1)),
        "title": "受理量 件" if lang == "zh" else "Accepted",
        "unit": "件" if lang == "zh" else "",
        "rule": _rule(drawing, by, bucket_days),
    }


def _spans(found: Window, bucket_days: int) -> list[tuple[dt.date, dt.date]]:
    firsts = [found.from_day + dt.timedelta(days=at) for at in range(0, found.days, bucket_days)]
    return [(first, min(first + dt.timedelta(days=bucket_days - 1), found.to_day)) for first in firsts]


def _counts(drawing: Drawing, bucket_days: int | None, many: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Counts by step and coloured area, and by step of what lies in none of them."""
    shown, last = frontier(drawing), drawing.view.snapshot.areas.last
    frame = queries.areas_per_step(drawing.view, drawing.selection, bucket_days)
    slot = np.full(len(last), len(shown), dtype=np.int64)
    for at, ix in enumerate(shown):
        slot[ix : last[ix] + 1] = at
    counts = np.zeros((many, len(shown) + 1), dtype=np.int64)
    np.add.at(counts, (frame["step"].to_numpy(), slot[frame["area_ix"].to_numpy()]), frame["n"].to_numpy())
    return counts[:, :-1], counts[:, -1]


def _days(first: dt.date, last: dt.date, lang: Language) -> str:
    if first != last:
        return f"{first:%m-%d} 至 {last:%m-%d}" if lang == "zh" else f"{first:%m-%d} to {last:%m-%d}"
    return f"{first:%m-%d} {WEEKDAY_NAMES[first.weekday()].in_(lang)}"


def _hour(hour: int, lang: Language) -> str:
    return f"{hour}–{hour + 1} 时" if lang == "zh" else f"{hour:02d}:00–{hour + 1:02d}:00"


def _rule(drawing: Drawing, by: By, bucket_days: int) -> str:
    if by == "hour":
        zh, en = "各时段", "by hour of the day"
    else:
        zh, en = ("每天", "a day") if bucket_days == 1 else ("每周", "a week")
    return f"{drawing.level_name} · {zh}" if drawing.lang == "zh" else f"{drawing.level_name} · {en}"
