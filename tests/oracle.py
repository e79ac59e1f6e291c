"""The indicators of DOMAIN §3 computed with pandas from a snapshot's tables, sharing no code with the program.

Selections are described here as plain dictionaries, and turned into an address by the tests.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd

FLAGS = (
    "is_void", "is_duplicate", "is_registered", "is_dispatched", "is_disposed", "is_closed", "has_deadline", "is_past_deadline",
    "is_reworked", "is_postponed", "has_call_back", "is_contacted", "is_resolved", "has_duration", "is_mapped",
)  # fmt: skip


class Oracle:
    """All events of a snapshot as one wide frame, and the answers that follow from it."""

    def __init__(self, path: Path) -> None:
        with duckdb.connect(str(path), read_only=True) as connection:

            def read(table: str) -> pd.DataFrame:
                return connection.execute(f"SELECT * FROM {table}").df()

            self.areas, self.categories, self.sources = read("area"), read("category"), read("source")
            self.departments, self.points = read("department"), read("video_point")
            self.events = read("event").merge(read("outcome"), on="outcome_ix")
            row = connection.execute("SELECT as_of, timezone FROM snapshot").fetchone()
        assert row is not None
        self.as_of = row[0]
        self.today = row[0].replace(tzinfo=dt.UTC).astimezone(ZoneInfo(row[1])).date()
        for flag in FLAGS:
            self.events[flag] = self.events[flag].fillna(False).astype(bool)
        self.events["day"] = pd.to_datetime(self.events["day"]).dt.date
        self.events["source"] = self.events["source_ix"].map(self.sources.set_index("source_ix")["source"])
        self.events["is_proactive"] = self.events["source_ix"].map(self.sources.set_index("source_ix")["is_proactive"])
        self.events["department"] = self.events["department_ix"].map(self.departments.set_index("department_ix")["name"])
        self.events["urgency"] = self.events["urgency_ix"].map(dict(enumerate(("normal", "urgent", "critical"))))

    @cached_property
    def at_repeat_point(self) -> pd.Series:
        """By the rule of the default definition."""
        return self.repeated()

    @cached_property
    def texts(self) -> pd.Series:
        """All that is said in words about each event, in lower case."""
        columns = self.events[["event_id", "title", "address", "description"]].fillna("").astype(str)
        return columns.agg("\n".join, axis=1).str.lower()

    def below(self, code: str) -> set[int]:
        """Areas at or below the one with this code, by walking from child to parent."""
        start = int(self.areas.loc[self.areas["area_code"] == code, "area_ix"].iloc[0])
        found, parents = {start}, dict(zip(self.areas["area_ix"], self.areas["parent_ix"], strict=True))
        for ix in self.areas["area_ix"].sort_values():
            if parents[ix] in found:
                found.add(ix)
        return found

    def kinds(self, depth: int, names: list[str]) -> set[int]:
        """Categories at or below those of one depth with these names."""
        found = set(self.categories.loc[(self.categories["depth"] == depth) & self.categories["name"].isin(names), "category_ix"])
        parents = dict(zip(self.categories["category_ix"], self.categories["parent_ix"], strict=True))
        for ix in self.categories["category_ix"].sort_values():
            if parents[ix] in found:
                found.add(ix)
        return found

    def selected(self, chosen: dict[str, Any]) -> pd.DataFrame:
        """Events of a selection, void ones and duplicates included. ``days`` is a pair, both included."""
        rows = self.events
        keep = (rows["day"] >= chosen["days"][0]) & (rows["day"] <= chosen["days"][1])
        if "area" in chosen:
            keep &= rows["area_ix"].isin(self.below(chosen["area"]))
        if "grid" in chosen:
            keep &= rows["area_ix"].isin(set().union(*(self.below(code) for code in chosen["grid"])))
        for depth, key in enumerate(("domain", "category", "subcategory"), start=1):
            if key in chosen:
                keep &= rows["category_ix"].isin(self.kinds(depth, chosen[key]))
        for key in ("source", "department", "stage", "urgency"):
            if key in chosen:
                keep &= rows[key].isin(chosen[key])
        if "hours" in chosen:
            low, high = chosen["hours"]
            hour = rows["hour_of_week"] % 24
            keep &= ((hour >= low) & (hour < high)) if low < high else ((hour >= low) | (hour < high))
        if "weekday" in chosen:
            keep &= (rows["hour_of_week"] // 24 + 1).isin(chosen["weekday"])
        if "duration" in chosen:
            low, high = chosen["duration"]
            keep &= (rows["duration_s"] >= low * 3600) & (rows["duration_s"] < high * 3600)
        if "q" in chosen:
            needle = chosen["q"].lower()
            keep &= self.texts[rows.index].str.contains(needle, regex=False)
        if "callback" in chosen:
            keep &= self._any_of(rows, chosen["callback"], self._call_backs(rows))
        if "deadline" in chosen:
            keep &= self._any_of(rows, chosen["deadline"], self._deadlines(rows, chosen.get("due_until")))
        return rows[keep.fillna(False)]

    @staticmethod
    def _any_of(rows: pd.DataFrame, values: list[str], masks: dict[str, pd.Series]) -> pd.Series:
        keep = pd.Series(False, index=rows.index)
        for value in values:
            keep |= masks[value].fillna(False).astype(bool)
        return keep

    @staticmethod
    def _call_backs(rows: pd.DataFrame) -> dict[str, pd.Series]:
        called = rows["has_call_back"]
        masks = {
            "effective": called, "none": ~called, "contacted": called & rows["is_contacted"],
            "not_contacted": called & ~rows["is_contacted"], "resolved": called & rows["is_resolved"],
            "unresolved": called & ~rows["is_resolved"],
        }  # fmt: skip
        return masks | {word: called & (rows["satisfaction"] == word) for word in ("satisfied", "basically", "unsatisfied", "unrated")}

    def _deadlines(self, rows: pd.DataFrame, due_until: dt.datetime | None) -> dict[str, pd.Series]:
        closed, on_time = rows["is_closed"], rows["closed_on_time"]
        waiting = ~closed & rows["has_deadline"] & ~rows["is_past_deadline"]
        return {
            "on_time": closed & on_time.isin([True]),
            "late": closed & on_time.isin([False]),
            "overdue": ~closed & rows["is_past_deadline"],
            "not_due": waiting,
            "due_soon": waiting & (rows["deadline_at"] <= pd.Timestamp(due_until or self.as_of)),
        }

    def repeated(self, cases: int = 3, days: int = 30, metres: float = 50.0) -> pd.Series:
        """Which events stand at a repeat point: every pair of an area and a category is looked at."""
        parents = self.categories.set_index("category_ix")
        kind = [ix if parents.at[ix, "depth"] < 3 else int(parents.at[ix, "parent_ix"]) for ix in range(len(parents))]
        rows = self.events[~self.events["is_void"] & ~self.events["is_duplicate"]]
        found = pd.Series(False, index=self.events.index)
        for _, group in rows.groupby(["area_ix", rows["category_ix"].map(kind.__getitem__)]):
            at = group["reported_at"].to_numpy().astype("datetime64[us]").astype(np.int64)
            lon, lat = np.radians(group["lon"].to_numpy(float)), np.radians(group["lat"].to_numpy(float))
            texts = group["address"].fillna("").astype(str).str.replace(" ", "").str.lower().to_numpy()
            east = (lon[:, None] - lon) * np.cos((lat[:, None] + lat) / 2)
            place = 6_371_008.8 * np.sqrt(east**2 + (lat[:, None] - lat) ** 2) <= metres
            place |= (texts[:, None] == texts) & (texts != "")
            np.fill_diagonal(place, True)
            before = at[:, None] - at
            calls = place & (before >= 0) & (before < days * 86_400_000_000)
            found[group.index] = calls[calls.sum(axis=1) >= cases].any(axis=0)
        return found

    def population(self, chosen: dict[str, Any]) -> float | None:
        """People in the selected area: its own figure, or the sum of the areas below it."""

        def people(ix: int) -> float | None:
            own = self.areas.loc[self.areas["area_ix"] == ix, "population"].iloc[0]
            if pd.notna(own):
                return float(own)
            parts = [people(child) for child in self.areas.loc[self.areas["parent_ix"] == ix, "area_ix"]]
            return None if not parts or any(part is None for part in parts) else float(sum(part for part in parts if part is not None))

        top = chosen.get("area")
        return people(0 if top is None else int(self.areas.loc[self.areas["area_code"] == top, "area_ix"].iloc[0]))

    def numbers(self, chosen: dict[str, Any], weights: dict[str, float]) -> dict[str, tuple[Any, Any, Any]]:
        """Indicator → (value, numerator, denominator); NaN-free, None where there is none."""
        rows = self.selected(chosen)
        good = rows[~rows["is_void"] & ~rows["is_duplicate"]]
        due_disposal = good[good["is_dispatched"] & (good["is_disposed"] | good["is_past_deadline"])]
        due_closing = good[good["is_registered"] & (good["is_closed"] | good["is_past_deadline"])]
        disposal_said = due_disposal[~(due_disposal["is_disposed"] & due_disposal["disposed_on_time"].isna())]
        closing_said = due_closing[~(due_closing["is_closed"] & due_closing["closed_on_time"].isna())]
        closed_said = good[good["is_closed"] & good["closed_on_time"].notna()]
        backlog = good[~good["is_closed"] & good["is_past_deadline"]]
        called, closed = good[good["has_call_back"]], good[good["is_closed"]]
        level_said = closed[closed["is_local"].notna()]

        def share(hits: pd.Series | int, of: pd.DataFrame | int) -> tuple[Any, Any, Any]:
            numerator = int(hits) if isinstance(hits, int) else int(hits.fillna(False).astype(bool).sum())
            denominator = of if isinstance(of, int) else len(of)
            return (numerator / denominator if denominator else None, numerator, denominator)

        def count(of: pd.DataFrame) -> tuple[Any, Any, Any]:
            return (len(of), len(of), None)

        found: dict[str, tuple[Any, Any, Any]] = {
            "accepted": count(good),
            "due_for_disposal": count(due_disposal),
            "due_for_closing": count(due_closing),
            "disposal_rate": share(due_disposal["is_disposed"], due_disposal),
            "disposal_on_time_rate": share(disposal_said["disposed_on_time"].isin([True]), disposal_said),
            "closing_rate": share(due_closing["is_closed"], due_closing),
            "closing_on_time_rate": share(closing_said["closed_on_time"].isin([True]), closing_said),
            "overdue_open": share(due_disposal["is_past_deadline"] & ~due_disposal["is_disposed"], due_disposal),
            "on_time_with_backlog": share(int(closed_said["closed_on_time"].isin([True]).sum()), len(closed_said) + len(backlog)),
            "rework_rate": share(due_closing["is_reworked"], due_closing),
            "postpone_rate": share(due_disposal["is_postponed"], due_disposal),
            "response_rate": share(called["is_contacted"], called),
            "resolution_rate": share(called["is_resolved"], called),
            "proactive_rate": share(good["is_proactive"], good),
            "resolved_locally_rate": share(level_said["is_local"].isin([True]), level_said),
            "unmapped": share(~good["is_mapped"], good),
            "repeat_rate": share(self.at_repeat_point[good.index], good),
        }
        satisfied = float((called["satisfaction"] == "satisfied").sum() + 0.9 * (called["satisfaction"] == "basically").sum())
        found["satisfaction_rate"] = (satisfied / len(called) if len(called) else None, satisfied, len(called))
        score = None
        if len(called):
            rates = {
                "response": found["response_rate"][0],
                "resolution": found["resolution_rate"][0],
                "satisfaction": satisfied / len(called),
            }
            score = 100 * sum(weights[rate] * value for rate, value in rates.items())
        found["composite_score"] = (score, None if score is None else score * len(called) / 100, len(called))
        people = self.population(chosen)
        found["per_10k"] = (None, len(good), None) if not people else (len(good) / (people / 1e4), len(good), people / 1e4)
        hours = closed.loc[closed["has_duration"], "duration_s"].astype(float).to_numpy() / 3600
        for key, at in (("median_hours", 0.5), ("p90_hours", 0.9)):
            found[key] = (float(np.quantile(hours, at)) if len(hours) else None, None, len(hours))
        return found
