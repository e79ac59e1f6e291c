"""Open events past their deadline, or about to be: the marks that ask for something to be done."""

from __future__ import annotations

from typing import Final

from data import queries
from data.bound import deadline_masks, in_cohort
from data.indicators.compute import count_outcomes
from layers import marks
from layers.layer import Drawing, Drawn, Kind, Layer, Mark

MOST_POINTS: Final = 600
LETTERS: Final = {"overdue": "o", "due_soon": "s"}
SHOWN: Final[dict[str, Kind]] = {"o": "overdue", "s": "due_soon"}
NAMES: Final = {"overdue": ("超期", "overdue"), "due_soon": ("将到期", "due soon")}


def draw(drawing: Drawing) -> Drawn:
    """Points of the selected events that are overdue or due soon; a kind with more than ``MOST_POINTS`` in groups."""
    selection = marks.with_deadline(drawing.selection, *LETTERS)
    if selection is None or not drawing.view.snapshot.outcomes["has_deadline"].fillna(False).astype(bool).any():
        return Drawn({"parts": [], "letters": SHOWN})  # "0 overdue" would be said of data that cannot know
    totals = _totals(drawing)
    total = sum(totals[state] for state in selection.deadline)
    if total > MOST_POINTS:
        return _apart(drawing, totals)
    since = queries.first_day(drawing.view, drawing.selection, drawing.answers(queries.outcomes_per_bucket), selection.deadline)
    found = queries.event_points(drawing.view, selection, MOST_POINTS, total=total, since=since)
    counts = found.frame["state"].value_counts()
    return Drawn(
        {"parts": [marks.points(drawing, found.frame, LETTERS)], "letters": SHOWN},
        tuple(_mark(drawing, state, int(counts.get(state, 0))) for state in SHOWN.values()),
    )


def _apart(drawing: Drawing, totals: dict[str, int]) -> Drawn:
    """Each kind for itself, since a group of both would be neither red nor orange."""
    parts, legend, notes = [], [], []
    for letter, state in SHOWN.items():
        selection = marks.with_deadline(drawing.selection, state)
        if selection is None:
            continue
        found = queries.event_points(drawing.view, selection, MOST_POINTS, total=totals[state])
        legend.append(_mark(drawing, state, found.total))
        if found.total <= MOST_POINTS:
            parts.append(marks.points(drawing, found.frame, LETTERS))
            continue
        values, side = marks.groups(drawing, selection, letter)
        parts.append(values)
        zh, en = f"{NAMES[state][0]}按 {side:,} 米合并", f"{NAMES[state][1]}: drawn together per {side:,} m"
        notes.append(zh if drawing.lang == "zh" else en)
    return Drawn({"parts": parts, "letters": SHOWN}, tuple(legend), notes=tuple(notes))


def _totals(drawing: Drawing) -> dict[str, int]:
    """Events with a position per state, from what other panels ask as well."""
    return queries.deadline_totals(drawing.view, drawing.answers(queries.outcomes_per_bucket), drawing.answers(queries.due_soon_rows))


def _mark(drawing: Drawing, state: Kind, n: int) -> Mark:
    lost = _unmapped(drawing) if state == "overdue" else 0
    zh = f"超期 {n:,}" + (f"（另 {lost:,} 未上图）" if lost else "") if state == "overdue" else f"将到期 {n:,}"
    en = f"overdue {n:,}" + (f" (and {lost:,} not on the map)" if lost else "") if state == "overdue" else f"due soon {n:,}"
    return Mark(state, zh if drawing.lang == "zh" else en, opens=f"accepted?deadline={state}")


def _unmapped(drawing: Drawing) -> int:
    """Overdue events of the selection that have no usable position."""
    view = drawing.view
    if drawing.selection.deadline and "overdue" not in drawing.selection.deadline:
        return 0
    wanted = deadline_masks(view)["overdue"] & in_cohort(view) & ~view.snapshot.outcomes["is_mapped"].to_numpy(dtype=bool)
    return int(count_outcomes(view, drawing.answers(queries.outcomes_per_bucket))[wanted].sum())


LAYER: Final = Layer("overdue", {"zh": "超期与将到期", "en": "Overdue and due soon"}, draw)
