"""A random small district written straight into the schema: nearly every combination of flags occurs, impossible ones too.

Questions and indicators are compared with pandas over these tables, so what the builder would never write is tested as well.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from data.indicators.definition import shipped
from data.schema import CELL_COLUMNS, SCHEMA_VERSION, STAGES, TABLES, create_statements
from data.store.snapshot import Snapshot
from data.view import View

AS_OF = dt.datetime(2026, 11, 20, 3, 30)
"""Friday 11:30 in Shanghai."""
ZONE = "Asia/Shanghai"
STREETS, COMMUNITIES, GRIDS = 3, 2, 2
EXPRESSIONS: dict[str, list[Any]] = {
    "stage": list(STAGES),
    **{
        flag: [True, False]
        for flag in ("is_registered", "is_dispatched", "is_disposed", "is_closed", "has_deadline", "is_past_deadline", "is_mapped")
    },
    **{flag: [True, False, None] for flag in ("disposed_on_time", "closed_on_time", "is_local")},
    **{
        flag: [True, False]
        for flag in ("is_reworked", "is_postponed", "is_bounced", "has_call_back", "is_contacted", "is_resolved", "has_duration")
    },
    "satisfaction": ["satisfied", "basically", "unsatisfied", "unrated"],
}


def areas() -> pd.DataFrame:
    """District, streets, communities, grids in preorder; one street's population is known only through its communities."""
    rows: list[dict[str, Any]] = []

    def add(level: str, depth: int, parent: int | None, code: str, people: int | None) -> int:
        west, south = 120.0 + 0.01 * len(rows), 30.0
        rows.append({
            "area_ix": len(rows), "last_ix": len(rows), "parent_ix": parent, "depth": depth, "level": level, "area_code": code,
            "name": f"{level}{code}", "population": people, "west": west if depth else 120.0, "south": south,
            "east": west + 0.01 if depth else 120.5, "north": south + 0.01 if depth else 30.4,
        })  # fmt: skip
        return len(rows) - 1

    top = add("district", 0, None, "999901", 90_000)
    for street in range(1, STREETS + 1):
        street_ix = add("street", 1, top, f"999901{street:03d}", None if street == 1 else 30_000)
        for community in range(1, COMMUNITIES + 1):
            community_ix = add("community", 2, street_ix, f"999901{street:03d}{community:03d}", 15_000 + community)
            for grid in range(1, GRIDS + 1):
                add("grid", 3, community_ix, f"999901{street:03d}{community:03d}{grid:03d}", None)
            rows[community_ix]["last_ix"] = len(rows) - 1
        rows[street_ix]["last_ix"] = len(rows) - 1
    rows[top]["last_ix"] = len(rows) - 1
    return pd.DataFrame(rows)


def categories() -> pd.DataFrame:
    """Two domains with categories and subcategories; the name 其他 stands under both, one name holds a comma; 未分类 last."""
    rows: list[dict[str, Any]] = []

    def add(depth: int, parent: int | None, name: str) -> int:
        rows.append({"category_ix": len(rows), "last_ix": len(rows), "parent_ix": parent, "depth": depth, "name": name})
        return len(rows) - 1

    for domain, names in {"大平安": ["消防", "其他"], "大民生": ["噪声, 夜间", "停车", "其他"]}.items():
        domain_ix = add(1, None, domain)
        for name in names:
            category_ix = add(2, domain_ix, name)
            for leaf in ("甲", "乙"):
                add(3, category_ix, f"{name}{leaf}")
            rows[category_ix]["last_ix"] = len(rows) - 1
        rows[domain_ix]["last_ix"] = len(rows) - 1
    add(1, None, "未分类")
    return pd.DataFrame(rows)


def events(count: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables ``outcome`` and ``event``; outcomes in random order, so that sets of them have gaps."""
    rng = np.random.default_rng(seed)
    places, kinds = areas(), categories()
    drawn = pd.DataFrame({name: [values[at] for at in rng.integers(0, len(values), count)] for name, values in EXPRESSIONS.items()})
    drawn["is_past_deadline"] &= drawn["has_deadline"]  # the one implication that questions rely on
    drawn["is_void"], drawn["is_duplicate"] = rng.random(count) < 0.06, rng.random(count) < 0.06
    common = rng.integers(0, count // 4, count)  # a few hundred combinations for many events, as in life
    drawn = drawn.iloc[common].reset_index(drop=True)
    drawn = drawn[[column for column in TABLES["outcome"] if column != "outcome_ix"]]
    outcome = drawn.drop_duplicates(ignore_index=True)
    keyed = outcome.assign(outcome_ix=rng.permutation(len(outcome)))
    merged = drawn.fillna("?").merge(keyed.fillna("?"), on=list(drawn.columns), how="left", sort=False)
    elapsed = np.sort(rng.integers(0, 80 * 86_400, count))[::-1]
    reported = pd.Timestamp(AS_OF) - pd.to_timedelta(elapsed, unit="s")
    local = reported.tz_localize("UTC").tz_convert(ZONE).tz_localize(None)
    offset = np.where(drawn["is_past_deadline"], -rng.integers(1, 30 * 86_400, count), rng.integers(0, 2 * 86_400, count))
    mapped = drawn["is_mapped"].to_numpy(dtype=bool)
    duration = rng.integers(0, 400_000, count)
    has_duration = drawn["has_duration"].to_numpy(dtype=bool)
    lon, lat = 120 + rng.random(count) * 0.5, 30 + rng.random(count) * 0.4
    table = pd.DataFrame({
        "event_ix": range(count),
        "day": local.date,
        "hour_of_week": local.day_of_week * 24 + local.hour,
        "area_ix": rng.integers(0, len(places), count),
        "category_ix": rng.integers(0, len(kinds), count),
        "source_ix": rng.integers(0, 4, count),
        "department_ix": rng.integers(0, 3, count),
        "outcome_ix": merged["outcome_ix"].to_numpy(),
        "urgency_ix": rng.integers(0, 3, count),
        "located_by": np.where(mapped, 2, 1),
        "cell": pd.array(np.where(mapped, rng.integers(0, 50, count) * CELL_COLUMNS + rng.integers(0, 60, count), 0), dtype="Int64"),
        "duration_s": pd.array(duration, dtype="Int64"),
        "reported_at": reported,
        "closed_at": reported + pd.to_timedelta(duration, unit="s"),
        "deadline_at": (pd.Timestamp(AS_OF) + pd.to_timedelta(offset, unit="s")),
        "lon": np.where(mapped, lon, np.nan),
        "lat": np.where(mapped, lat, np.nan),
        "event_id": [f"E{number:05d}" for number in range(count)],
        "title": np.where(rng.random(count) < 0.2, "停车占道 Parking", "其他事项"),
        "is_supervised": rng.random(count) < 0.05,
    })  # fmt: skip
    table["address"] = np.where(rng.random(count) < 0.4, [f"滨河路 {number} 号" for number in rng.integers(1, 5, count)], None)
    table.loc[~mapped, "cell"] = pd.NA
    table.loc[~has_duration, ["duration_s", "closed_at"]] = pd.NA, pd.NaT
    table.loc[~drawn["has_deadline"].to_numpy(dtype=bool), "deadline_at"] = pd.NaT
    return keyed.sort_values("outcome_ix"), table


def video_points() -> pd.DataFrame:
    """Two devices, a chain of parents, a loop, and cameras in every state; ``expected`` is the status worked by hand."""
    minute = pd.Timedelta("1min")
    now = pd.Timestamp(AS_OF)
    rows = [
        # point_id, parent_id, state, reported, seen, is_device, area_ix, expected
        ("D1", None, "in_use", "ON", None, True, 0, "online"),
        ("D2", "D1", "in_use", "OFF", None, True, 1, "reported_off"),
        ("D3", "D2", "in_use", "ON", now, True, 1, "parent_down"),
        ("C1", "D1", "in_use", "ON", now - 5 * minute, False, 2, "online"),
        ("C2", "D3", "in_use", "ON", now, False, 2, "parent_down"),
        ("C3", "D1", "in_use", "ON", now - 61 * minute, False, 3, "stale"),
        ("C4", None, "in_use", "ON", now - 60 * minute, False, 9, "online"),
        ("C5", "D1", "repair", "ON", now, False, 9, "repair"),
        ("C6", None, "removed", "OFF", None, False, 9, "removed"),
        ("C7", None, "in_use", "OFF", now, False, 10, "reported_off"),
        ("C8", None, None, None, now, False, 10, "not_reported"),
        ("C9", "unknown", "in_use", "ON", None, False, 11, "never_seen"),
        ("L1", "L2", "in_use", "ON", now, True, 11, "online"),
        ("L2", "L1", "in_use", "ON", now, True, 11, "online"),
    ]
    columns = ["point_id", "parent_id", "state", "reported_status", "last_seen_at", "is_device", "area_ix", "expected"]
    return pd.DataFrame(rows, columns=columns).assign(point_ix=range(len(rows)), name="摄像机")


def build(path: Path, count: int = 4000, seed: int = 1, *, is_empty: bool = False, has_deadlines: bool = True) -> Path:
    """Write the district as a snapshot file; ``is_empty`` keeps the dimensions and no events."""
    outcome, event = events(count, seed)
    if not has_deadlines:
        outcome = outcome.assign(has_deadline=False, is_past_deadline=False, closed_on_time=None)
        event = event.assign(deadline_at=pd.NaT)
    with duckdb.connect(str(path)) as connection:
        for statement in create_statements():
            connection.execute(statement)

        def insert(table: str, frame: pd.DataFrame) -> None:
            columns = [column for column in TABLES[table] if column in frame]
            connection.register("frame", frame[columns])
            connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM frame")
            connection.unregister("frame")

        connection.execute(
            "INSERT INTO snapshot VALUES (?, '澜溪区', ?, ?, ['district', 'street', 'community', 'grid'], true)",
            [SCHEMA_VERSION, AS_OF, ZONE],
        )
        insert("area", areas())
        insert("category", categories())
        for ix, (source, name) in enumerate((("hotline", "热线"), ("patrol", "巡查"), ("video", "视频"), ("media", "媒体"))):
            connection.execute("INSERT INTO source VALUES (?, ?, ?, ?)", [ix, source, name, source in ("patrol", "video")])
        for ix, name in enumerate(("", "城管局", "住建局")):
            connection.execute("INSERT INTO department VALUES (?, ?)", [ix, name])
        insert("outcome", outcome)
        insert("video_point", video_points())
        for ix, definition in enumerate(shipped()):
            connection.execute(
                "INSERT INTO definition VALUES (?, ?, ?, ?, ?)",
                [definition.name, definition.version, definition.sha256, definition.text, ix == 0],
            )
        if not is_empty:
            insert("event", event)
    return path


def view(path: Path, scope: tuple[str, ...] | None = None, definition: int = 0) -> View:
    """A view of a district's file."""
    return View(Snapshot(path, {"id": "20261120T033000Z-abcdef01"}), shipped()[definition], scope)
