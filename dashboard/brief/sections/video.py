"""Cameras: how many are in use and online, why the rest is not, and those out of order longest."""

from __future__ import annotations

from typing import Final

import pandas as pd

from dashboard.brief.document import Column, Figure, Paragraph, Row, Table
from dashboard.brief.edition import Edition
from dashboard.brief.sections.part import Made, Part
from dashboard.format import MISSING, count, local
from data import queries
from data.indicators import compute
from data.indicators.registry import INDICATORS
from data.opening import camera_parts
from data.video import STATUSES, CameraGroup
from data.vocabulary import Words

MOST: Final = 10
RATE: Final = "video_online_rate"


def build(edition: Edition) -> Made:
    """A paragraph, the reasons, and the points."""
    if not edition.look.can_say(INDICATORS[RATE]):
        return Made((Paragraph((edition.words("video_unknown"),)),), edition.words("video_unknown"))
    parts = camera_parts(edition.view, edition.selection)
    known, rest = parts["denominator"], parts["rest"]
    number = compute.of_video(edition.view, edition.answers(queries.video_points))
    if not len(known):
        return Made((Paragraph((edition.words("video_none"),)),), edition.words("video_none"))
    rate = edition.number(INDICATORS[RATE], number, {})
    whole = Paragraph(
        (
            edition.words("video_used"),
            Figure(count(len(known)), len(known), "count", RATE, {"part": "denominator"}),
            edition.words("video_online"),
            Figure(count(len(known) - len(rest)), len(known) - len(rest), "count", RATE, {"part": "numerator"}),
            edition.words("video_points") + ("（" if edition.lang == "zh" else " ("),
            rate,
            ("）" if edition.lang == "zh" else ")") + edition.words("video_rest"),
            Figure(count(len(rest)), len(rest), "count", RATE, {"part": "rest"}),
            (edition.words("video_points") if edition.lang == "zh" else "") + edition.stop,
        )
    )
    message = edition.words("video_message", rate=rate.text, rest=count(len(rest)))
    if not len(rest):
        return Made((whole,), message)
    n = rest["status"].value_counts()
    reasons = tuple(
        Row(
            (
                edition.words(f"status_{status}"),
                Figure(count(int(n[status])), int(n[status]), "count", RATE, {"part": CameraGroup(status=status).key}),
                edition.derived(f"{n[status] / len(rest) * 100:.1f}%", INDICATORS[RATE], {"part": CameraGroup(status=status).key}),
            )
        )
        for status in STATUSES
        if status in n.index
    )
    columns = (
        Column(edition.words("video_reason"), is_number=False, width=2.4),
        Column(edition.words("points_n")),
        Column(edition.words("share")),
    )
    return Made((whole, Table(edition.words("video_reasons"), columns, reasons), _longest(edition, rest)), message)


def _longest(edition: Edition, rest: pd.DataFrame) -> Table:
    zone, names = edition.view.snapshot.zone, edition.view.snapshot.areas.names
    rows = tuple(
        Row(
            (
                str(point["name"]),
                names[int(point["area_ix"])],
                edition.words(f"status_{point['status']}"),
                MISSING if pd.isna(point["last_seen_at"]) else f"{local(point['last_seen_at'].to_pydatetime(), zone):%Y-%m-%d %H:%M}",
            )
        )
        for point in rest.head(MOST).to_dict("records")
    )
    columns = (
        Column(edition.words("point"), is_number=False, width=2.6),
        Column(edition.words("area"), is_number=False, width=1.4),
        Column(edition.words("video_reason"), is_number=False, width=1.4),
        Column(edition.words("last_seen"), width=1.6),
    )
    left = len(rest) - MOST
    more = edition.derived(count(left), INDICATORS[RATE], {"part": "rest"})
    return Table(edition.words("video_longest"), columns, rows, (edition.said_with("points_rest", n=more),) if left > 0 else ())


PART: Final = Part("video", Words("视频点位", "Video points"), build)
