"""A city's service requests with deadlines and the city's own flag for being on time, and every indicator by pandas over its file.

The file has the columns and the faults of real ones: targets that are missing, cases closed before they were opened, flags that
disagree with the times, blank neighbourhoods, no positions, repeated rows, hours that the clock skips. The computation reads the
file, not a snapshot, and shares no code with the program.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

ZONE = ZoneInfo("America/New_York")
AS_OF = dt.datetime(2026, 6, 20, 9, 0, tzinfo=ZONE)
NEIGHBOURHOODS = {"Allston": 31_000, "Back Bay": 22_000, "Dorchester": 126_000, "East Boston": 47_000, "Roxbury": 55_000}
WEST, SOUTH, SIZE = -71.20, 42.28, 0.04
KINDS = {
    "Public Works Department": {
        "Street Cleaning": ("Requests for Street Cleaning", "Pick up Dead Animal"),
        "Sanitation": ("Missed Trash, Recycling or Yard Waste", "Schedule a Bulk Item Pickup"),
    },
    "Transportation - Traffic Division": {"Enforcement & Abandoned Vehicles": ("Parking Enforcement", "Abandoned Vehicles")},
    "Inspectional Services": {"Housing": ("Unsatisfactory Living Conditions", "Heat - Excessive, Insufficient")},
}
SOURCES = ("Constituent Call", "Citizens Connect App", "City Worker App", "Employee Generated", "Self Service")
DEPARTMENTS = ("PWDx", "BTDT", "ISD", "INFO")
CONFIG = """
name = "Harbour City"
code = "HC"
timezone = "America/New_York"
levels = ["city", "neighborhood"]
as_of = 2026-06-20T09:00:00

[[source]]
name = "Neighbourhoods"
kind = "area"
level = "neighborhood"
path = "neighbourhoods.csv"

[[source]]
name = "311"
kind = "event"
path = "311.csv"
datum = "WGS84"

[source.columns]
event_id = "case_enquiry_id"
reported_at = "open_dt"
deadline_at = "sla_target_dt"
closed_at = "closed_dt"
closed_on_time = "on_time"
stage = "case_status"
title = "case_title"
description = "closure_reason"
domain = "subject"
category = "reason"
subcategory = "type"
neighborhood = "neighborhood"

[source.values]
closed_on_time = { ONTIME = "true", OVERDUE = "false" }
source = { "City Worker App" = "patrol", "Employee Generated" = "patrol" }
"""


def write(folder: Path, n: int = 1500, seed: int = 5) -> Path:
    """The city's files and their configuration, whose path is given."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    areas = [
        {
            "code": f"N{at}", "name": name, "population": people,
            "wkt": f"POLYGON(({WEST + at * SIZE} {SOUTH},{WEST + (at + 1) * SIZE} {SOUTH},{WEST + (at + 1) * SIZE} {SOUTH + SIZE},"
            f"{WEST + at * SIZE} {SOUTH + SIZE},{WEST + at * SIZE} {SOUTH}))",
        }
        for at, (name, people) in enumerate(NEIGHBOURHOODS.items())
    ]  # fmt: skip
    pd.DataFrame(areas).to_csv(folder / "neighbourhoods.csv", index=False)
    rows = pd.DataFrame([_case(rng, at) for at in range(n)])
    rows = pd.concat([rows, rows.iloc[:7]], ignore_index=True)
    rows.to_csv(folder / "311.csv", index=False)
    (folder / "sources.toml").write_text(CONFIG, encoding="utf-8")
    return folder / "sources.toml"


def _case(rng: np.random.Generator, at: int) -> dict[str, str]:
    def chance(share: float) -> bool:
        return bool(rng.random() < share)

    def said(instant: dt.datetime | None) -> str:
        return "" if instant is None else f"{instant:%Y-%m-%d %H:%M:%S}"

    opened = dt.datetime(2026, 2, 20) + dt.timedelta(seconds=int(rng.integers(0, 118 * 86_400)))
    if at == 3:
        opened = dt.datetime(2026, 3, 8, 2, 30)  # that hour was skipped
    target = None if chance(0.15) else opened + dt.timedelta(hours=float(rng.choice([8, 24, 48, 240, 1200])))
    closed: dt.datetime | None = opened + dt.timedelta(seconds=int(rng.exponential(90 * 3600)))
    if target is not None and chance(0.02):
        closed = target  # to the second
    if chance(0.2) or closed is None or closed > AS_OF.replace(tzinfo=None):
        closed = None
    elif chance(0.02):
        closed = opened - dt.timedelta(hours=3)
    status = "Open" if closed is None else "Closed"
    late = (closed or AS_OF.replace(tzinfo=None)) > (target or dt.datetime.max)
    flag = "OVERDUE" if late != chance(0.04) else "ONTIME"
    domain = str(rng.choice(list(KINDS)))
    category = str(rng.choice(list(KINDS[domain])))
    place = int(rng.integers(0, len(NEIGHBOURHOODS)))
    # A few corners where cases come again and again.
    lon = WEST + place * SIZE + (0.013 if chance(0.3) else float(rng.uniform(0.001, SIZE - 0.001)))
    lat = SOUTH + (0.021 if lon == WEST + place * SIZE + 0.013 else float(rng.uniform(0.001, SIZE - 0.001)))
    position = (f"{lon:.6f}", f"{lat:.6f}")
    if chance(0.06):
        position = ("", "")
    elif chance(0.02):
        position = ("0", "0")
    return {
        "case_enquiry_id": f"1010{at:08d}",
        "open_dt": said(opened),
        "sla_target_dt": said(target),
        "closed_dt": "" if status == "Closed" and chance(0.01) else said(closed),
        "on_time": "" if chance(0.02) else flag,
        "case_status": "" if chance(0.01) else ("Open" if chance(0.005) else status),
        "closure_reason": f"Case Closed. Closed date : {said(closed)} Resolved, noted" if closed else " ",
        "case_title": f"{category} at number {at % 97}",
        "subject": domain,
        "reason": category,
        "type": str(rng.choice(KINDS[domain][category])),
        "queue": f"Q{at % 5}",
        "department": str(rng.choice(DEPARTMENTS)),
        "neighborhood": " " if chance(0.07) else list(NEIGHBOURHOODS)[place],
        "latitude": position[1],
        "longitude": position[0],
        "source": str(rng.choice(SOURCES)),
    }


class City:
    """The file as a person with pandas would read it.

    Attributes
    ----------
    rows
        Cases that can be used, once each.
    refused
        Rows that cannot: closed before opened, closed without a time, open with one, an hour that never was, a row twice.
    """

    def __init__(self, folder: Path) -> None:
        read = pd.read_csv(folder / "311.csv", dtype=str, keep_default_na=False).apply(lambda column: column.str.strip())
        rows = read.drop_duplicates()
        for name, column in (("opened", "open_dt"), ("target", "sla_target_dt"), ("closed", "closed_dt")):
            local = pd.to_datetime(rows[column], format="%Y-%m-%d %H:%M:%S", errors="coerce")
            rows = rows.assign(**{name: local.dt.tz_localize(ZONE, nonexistent="NaT", ambiguous="NaT")})
        unreadable = [rows[name].isna() & (rows[column] != "") for name, column in (("target", "sla_target_dt"), ("closed", "closed_dt"))]
        bad = rows["opened"].isna() | unreadable[0] | unreadable[1] | (rows["closed"] < rows["opened"])
        bad |= (rows["case_status"] == "Closed") & rows["closed"].isna()
        bad |= (rows["case_status"] == "Open") & rows["closed"].notna()
        self.refused = len(read) - int((~bad).sum())
        self.rows = self._read(rows[~bad].reset_index(drop=True))

    @staticmethod
    def _read(rows: pd.DataFrame) -> pd.DataFrame:
        lon, lat = (pd.to_numeric(rows[name]) for name in ("longitude", "latitude"))
        is_mapped = lon.notna() & (lon != 0)
        by_position = ((lon - WEST) // SIZE).where(is_mapped)
        names = list(NEIGHBOURHOODS)
        by_name = rows["neighborhood"].map({name: at for at, name in enumerate(names)})
        is_closed = rows["closed"].notna()
        is_late = (rows["closed"] > rows["target"]).where(is_closed & rows["target"].notna())
        flagged = rows["on_time"].map({"ONTIME": True, "OVERDUE": False})
        by_time = is_late.map({True: False, False: True})
        return rows.assign(
            lon=lon, lat=lat, is_mapped=is_mapped, area=by_position.fillna(by_name), is_closed=is_closed,
            is_handled=is_closed | (rows["case_status"] == "Open"),
            is_past=rows["target"] < AS_OF,
            closed_on_time=by_time.fillna(flagged).where(is_closed),
            disposed_on_time=by_time.where(is_closed),
            hours=(rows["closed"] - rows["opened"]).dt.total_seconds() / 3600,
            day=rows["opened"].dt.date, hour=rows["opened"].dt.hour, weekday=rows["opened"].dt.day_of_week + 1,
            is_patrol=rows["source"].isin(["City Worker App", "Employee Generated"]),
        )  # fmt: skip

    def selected(self, chosen: dict[str, Any]) -> pd.DataFrame:
        """Cases of a selection; ``days`` is a pair, both included, everything else lists of values."""
        rows = self.rows
        keep = (rows["day"] >= chosen["days"][0]) & (rows["day"] <= chosen["days"][1])
        for key, column in (("domain", "subject"), ("category", "reason"), ("subcategory", "type"), ("department", "department")):
            if key in chosen:
                keep &= rows[column].isin(chosen[key])
        if "source" in chosen:
            keep &= rows["source"].isin(chosen["source"])
        if "area" in chosen:
            keep &= rows["area"] == chosen["area"]
        if "hours" in chosen:
            keep &= (rows["hour"] >= chosen["hours"][0]) & (rows["hour"] < chosen["hours"][1])
        if "weekday" in chosen:
            keep &= rows["weekday"].between(*chosen["weekday"])
        if "duration" in chosen:
            keep &= (rows["hours"] >= chosen["duration"][0]) & (rows["hours"] < chosen["duration"][1])
        if "deadline" in chosen:
            masks = {
                "on_time": rows["is_closed"] & rows["closed_on_time"].isin([True]),
                "late": rows["is_closed"] & rows["closed_on_time"].isin([False]),
                "overdue": ~rows["is_closed"] & rows["is_past"],
                "not_due": ~rows["is_closed"] & rows["target"].notna() & ~rows["is_past"],
            }
            keep &= np.logical_or.reduce([masks[value] for value in chosen["deadline"]])
        return rows[keep]

    def repeated(self, cases: int, days: int, metres: float) -> pd.Series:
        """Which cases stand at a place with ``cases`` of one category in ``days`` days; one place is one neighbourhood and a circle."""
        found = pd.Series(False, index=self.rows.index)
        for _, group in self.rows.groupby([self.rows["area"].fillna(-1), "subject", "reason"]):
            at = group["opened"].astype("int64").to_numpy() / (1e6 if group["opened"].dt.unit == "us" else 1e9)
            lon, lat = np.radians(group["lon"].where(group["is_mapped"])), np.radians(group["lat"].where(group["is_mapped"]))
            lon, lat = lon.to_numpy(), lat.to_numpy()
            east = (lon[:, None] - lon) * np.cos((lat[:, None] + lat) / 2)
            near = 6_371_008.8 * np.hypot(east, lat[:, None] - lat) <= metres
            np.fill_diagonal(near, True)
            before = at[:, None] - at
            calls = near & (before >= 0) & (before < days * 86_400)
            found[group.index] = calls[calls.sum(axis=1) >= cases].any(axis=0)
        return found

    def numbers(self, chosen: dict[str, Any], is_repeated: pd.Series, points: dict[str, float]) -> dict[str, tuple[Any, Any, Any]]:
        """Indicator → (value, numerator, denominator); ``points`` of a score that is made of rates, empty for one of call-backs."""
        rows = self.selected(chosen)
        due = rows[rows["is_handled"] & (rows["is_closed"] | rows["is_past"])]
        closed = rows[rows["is_closed"]]
        overdue = due[~due["is_closed"]]

        def share(hits: int, of: int) -> tuple[Any, Any, Any]:
            return (hits / of if of else None, hits, of)

        def on_time(column: str) -> tuple[Any, Any, Any]:
            return share(int(closed[column].isin([True]).sum()), int(closed[column].notna().sum()) + len(overdue))

        backlog = int((~rows["is_closed"] & rows["is_past"]).sum())
        said = int(closed["closed_on_time"].notna().sum())
        found = {
            "accepted": (len(rows), len(rows), None),
            "due_for_disposal": (len(due), len(due), None),
            "due_for_closing": (len(due), len(due), None),
            "disposal_rate": share(len(due) - len(overdue), len(due)),
            "closing_rate": share(len(due) - len(overdue), len(due)),
            "disposal_on_time_rate": on_time("disposed_on_time"),
            "closing_on_time_rate": on_time("closed_on_time"),
            "overdue_open": share(len(overdue), len(due)),
            "on_time_with_backlog": share(int(closed["closed_on_time"].isin([True]).sum()), said + backlog),
            "rework_rate": share(0, len(due)),
            "postpone_rate": share(0, len(due)),
            "proactive_rate": share(int(rows["is_patrol"].sum()), len(rows)),
            "unmapped": share(int((~rows["is_mapped"]).sum()), len(rows)),
            "repeat_rate": share(int(is_repeated[rows.index].sum()), len(rows)),
            **dict.fromkeys(("response_rate", "resolution_rate", "satisfaction_rate", "resolved_locally_rate"), (None, 0, 0)),
        }
        score = None
        if points and min(found[key][2] for key in points):
            score = sum(abs(worth) * (found[key][0] if worth > 0 else 1 - found[key][0]) for key, worth in points.items())
        found["composite_score"] = (score, None, None)
        people = sum(NEIGHBOURHOODS.values()) if "area" not in chosen else list(NEIGHBOURHOODS.values())[chosen["area"]]
        found["per_10k"] = (len(rows) / (people / 1e4), len(rows), people / 1e4)
        for key, at in (("median_hours", 0.5), ("p90_hours", 0.9)):
            hours = closed["hours"].to_numpy()
            found[key] = (float(np.quantile(hours, at)) if len(hours) else None, None, len(hours))
        return found
