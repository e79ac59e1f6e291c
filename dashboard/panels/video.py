"""Video points: from the answers to the charts."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from dashboard.charts import video_state as chart
from dashboard.charts import video_trend as trend_chart
from dashboard.charts.video_state import Amount, Group, RateRow, Whole
from dashboard.charts.video_trend import Colours, Line
from dashboard.format import MISSING, count, local, plain, value
from dashboard.links import Changes, escaped
from dashboard.look import Look
from dashboard.opened.cases import camera_status
from dashboard.words import say
from data import queries, video_states
from data.indicators import parts
from data.video import HEARTBEATS, NOT_IN_USE, NOT_ONLINE, CameraGroup, heartbeats, judged
from data.video_states import Cut

MOST_ROWS: Final = 30


def state(look: Look) -> tuple[Any, ...]:
    """Derived beside reported, with reasons, by area, owner and kind; a sentence where no rate can be told."""
    lang, states = look.lang, look.answers(queries.video_states)
    total = video_states.tallies(states)
    if total.empty:
        return (chart.nothing(_why_none(look, states), lang),)
    n, online, reported = (int(total[column].iloc[0]) for column in ("n", "online", "reported"))
    is_shown = n >= look.view.definition.minimum_n
    contradicted = video_states.contradicted(states)
    found = video_states.reasons(states)
    reasons = {str(key): int(amount) for key, amount in found.items()}
    whole = Whole(
        value(online / n if is_shown else None, "rate", lang),
        [
            Amount(say("video_derived", lang), online, part=parts.NUMERATOR, aside=say("video_of", lang, n=count(n))),
            Amount(
                say("video_reported", lang),
                reported,
                part=CameraGroup(reported="ON").key,
                aside=str(value(reported / n if is_shown else None, "rate", lang)),
            ),
            Amount(say("video_contradicted", lang), contradicted, part=CameraGroup(status=NOT_ONLINE, reported="ON").key),
        ],
        [
            Amount(camera_status(key, lang), amount, amount / max(reasons.values()), CameraGroup(status=key).key)
            for key, amount in reasons.items()
            if key not in NOT_IN_USE
        ],
        [Amount(camera_status(key, lang), reasons[key], part=f"{parts.EXCLUDED}{key}") for key in NOT_IN_USE if key in reasons],
    )
    cuts: tuple[Cut, ...] = ("area_ix", "owner", "kind")
    groups = [group for group in (_group(look, states, cut) for cut in cuts) if group is not None]
    return (chart.draw(whole, groups, look.address, lang),)


def trend(look: Look) -> tuple[Any, ...]:
    """The rate at each kept snapshot, where there are two or more that know it; and how old the last heartbeats are."""
    lang, found = look.lang, look.answers(queries.video_trend)
    points = found.points
    colours = Colours(look.palette.accent, look.palette.quiet, look.palette.line)
    words = say("video_trend_one" if found.is_kept else "video_trend_not_kept", lang)
    if points.empty:
        words = _why_none(look, look.answers(queries.video_states))
    line = _line(look, points, found.silent) if len(points) > 1 else words
    return (trend_chart.draw(line, _ages(look), colours, address=look.address, lang=lang),)


def _line(look: Look, points: pd.DataFrame, silent: int) -> Line:
    zone = look.view.snapshot.zone
    times = points["as_of"]
    whole = (times.iloc[-1] - times.iloc[0]).total_seconds()
    notes = [say("video_trend_points", look.lang, n=count(len(points)))]
    notes += [say("video_trend_silent", look.lang, n=count(silent))] if silent else []
    return Line(
        [float((at - times.iloc[0]).total_seconds()) / whole for at in times],
        (points["online"] / points["n"]).tolist(),
        (points["reported"] / points["n"]).tolist(),
        first=f"{local(times.iloc[0].to_pydatetime(), zone):%m-%d %H:%M}",
        last=f"{local(times.iloc[-1].to_pydatetime(), zone):%m-%d %H:%M}",
        note=" · ".join(notes),
    )


def _ages(look: Look) -> list[Amount]:
    """Cameras in use by how long ago they were last seen."""
    known = judged(queries.video_points(look.view, look.selection))
    counts = heartbeats(known, look.view.snapshot.as_of).value_counts()
    most = int(counts.max()) if len(counts) else 1
    return [
        Amount(say(f"video_seen_{at}", look.lang), int(counts[key]), int(counts[key]) / most, CameraGroup(seen=key).key)
        for at, key in enumerate(HEARTBEATS)
        if key in counts
    ]


def _why_none(look: Look, states: pd.DataFrame) -> str:
    lang, n = look.lang, int(states["n"].sum())
    if n == 0:
        is_whole = look.selection.area is None
        return say("video_none" if is_whole else "video_none_here", lang)
    used = int(states.loc[~states["status"].isin(NOT_IN_USE), "n"].sum())
    return say("video_unknown" if used else "video_unused", lang, n=count(n))


def _group(look: Look, states: pd.DataFrame, cut: Cut) -> Group | None:
    """Rows of a cut, the lowest rates first, those with too few cameras for one last; None where there is only one row."""
    lang, least = look.lang, look.view.definition.minimum_n
    found = video_states.tallies(states, cut)
    if len(found) < 2:
        return None
    found = found.assign(rate=found["online"] / found["n"], is_few=found["n"] < least)
    found = found.sort_values(["is_few", "rate", "n"], ascending=[True, True, False], kind="stable")
    rows = [_row(look, cut, key, row) for key, row in found.head(MOST_ROWS).iterrows()]
    title = say("video_by_area_ix", lang, level=look.level_below if lang == "zh" else look.level_below.lower())
    return Group(title if cut == "area_ix" else say(f"video_by_{cut}", lang), rows, len(found) - len(rows))


def _row(look: Look, cut: Cut, key: Any, row: pd.Series) -> RateRow:
    lang, areas = look.lang, look.view.snapshot.areas
    n, online, reported = int(row["n"]), int(row["online"]), int(row["reported"])
    changes: Changes | None = None
    area: str | None = None
    part: str | None = None
    if cut == "area_ix":
        is_area = int(key) >= 0
        name = areas.names[int(key)] if is_area else look.unassigned_name
        if is_area:
            area, part = escaped(areas.codes[int(key)]), parts.DENOMINATOR
            changes = {"area": area}
    else:
        name = str(key) or say(f"video_no_{cut}", lang)
        part = CameraGroup(**{cut: str(key)}).key
    shown = MISSING if bool(row["is_few"]) else f"{plain(online / n, 'rate')}%"
    hint = say("video_row_hint", lang, online=count(online), reported=count(reported), n=count(n))
    return RateRow(name, online / n, reported / n, shown, hint, Amount(name, n, part=part, area=area), changes)
