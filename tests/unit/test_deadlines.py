"""Deadlines out of time limits: by hand over Spring Festival and National Day of 2026, and through a whole build."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import pytest

from data.calendar import WorkingTime
from data.config import Config
from data.ingest import deadlines
from data.ingest.rules import REPAIR
from data.store.build import build_file

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
BY_HAND = [
    # Saturday 14 February is worked; 15 to 23 is Spring Festival; Saturday 28 is worked. A working day has seven hours.
    ("2026-02-13 16:30", "1个工作日", "2026-02-14 16:30"),
    ("2026-02-13 16:30", "2个工作日", "2026-02-24 16:30"),
    ("2026-02-13 16:30", "3 个工作日内", "2026-02-25 16:30"),
    ("2026-02-14 17:00", "4工作小时", "2026-02-24 14:00"),
    ("2026-02-14 17:00", "0.5工作小时", "2026-02-14 17:30"),
    ("2026-02-16 10:00", "1工作日", "2026-02-24 17:30"),
    ("2026-02-27 17:00", "1 working hour", "2026-02-28 09:30"),
    ("2026-02-27 17:00", "２个工作日", "2026-03-02 17:00"),
    # by the clock, holidays or not
    ("2026-02-14 17:00", "24小时", "2026-02-15 17:00"),
    ("2026-02-14 17:00", "3天", "2026-02-17 17:00"),
    ("2026-02-14 17:00", "5个自然日以内", "2026-02-19 17:00"),
    ("2026-02-14 17:00", "2h", "2026-02-14 19:00"),
    # Sunday 20 September and Saturday 10 October are worked; 25 to 27 September is Mid-Autumn, 1 to 7 October National Day
    ("2026-09-19 10:00", "1工作小时", "2026-09-20 10:00"),
    ("2026-09-24 17:00", "1个工作日", "2026-09-28 17:00"),
    ("2026-09-30 12:30", "4工时", "2026-09-30 17:30"),
    ("2026-09-30 12:30", "5工时", "2026-10-08 10:00"),
    ("2026-10-09 17:00", "1个工作日", "2026-10-10 17:00"),
    ("2026-10-09 17:00", "2个工作日", "2026-10-12 17:00"),
    # nothing that can be read
    ("2026-10-09 17:00", "尽快", None),
    ("2026-10-09 17:00", "3", None),
    ("2026-10-09 17:00", "0天", None),
    ("2026-10-09 17:00", "3-5个工作日", None),
    ("2026-10-09 17:00", "2026-10-12 17:00", None),
    ("2026-10-09 17:00", None, None),
]


def utc(local: str | None) -> dt.datetime | None:
    return None if local is None else dt.datetime.fromisoformat(local).replace(tzinfo=SHANGHAI).astimezone(dt.UTC).replace(tzinfo=None)


def computed(rows: pd.DataFrame, working: WorkingTime) -> pd.DataFrame:
    with duckdb.connect() as connection:
        deadlines.lay_out(connection, working)
        frame = pd.DataFrame(
            {
                "row_no": np.arange(1, len(rows) + 1),
                "reported_at": pd.to_datetime(rows["reported_at"]).astype("datetime64[us]"),
                "time_limit": pd.Series(rows["time_limit"], dtype="str"),
                "time_unit": pd.Series(rows.get("time_unit", [None] * len(rows)), dtype="str"),
                "deadline_at": pd.Series(pd.to_datetime(rows.get("deadline_at", [None] * len(rows)))).astype("datetime64[us]"),
                "repairs": np.ones(len(rows), dtype=np.uint16),
            }
        ).sample(frac=1, random_state=1)
        connection.register("given", frame)
        return connection.execute(f"SELECT * FROM {deadlines.with_computed('given', working)}").df()


def test_by_hand() -> None:
    rows = pd.DataFrame([(utc(at), limit) for at, limit, _ in BY_HAND], columns=["reported_at", "time_limit"])
    found = computed(rows, WorkingTime.default())
    assert found["row_no"].tolist() == list(range(1, len(rows) + 1))
    for (at, limit, expected), deadline, repairs in zip(BY_HAND, found["deadline_at"], found["repairs"], strict=True):
        assert (None if pd.isna(deadline) else deadline) == utc(expected), (at, limit)
        assert repairs == (1 if expected is None else 1 | REPAIR["computed_deadline"])


def test_a_given_deadline_wins_and_a_unit_may_stand_apart() -> None:
    reported = utc("2026-10-09 17:00")
    rows = pd.DataFrame({
        "reported_at": [reported, reported, reported], "time_limit": ["1个工作日", "2", "2"], "time_unit": [None, "工作日", "周"],
        "deadline_at": [utc("2026-10-30 08:00"), None, None],
    })  # fmt: skip
    found = computed(rows, WorkingTime.default())
    assert found["deadline_at"].tolist()[:2] == [utc("2026-10-30 08:00"), utc("2026-10-12 17:00")]
    assert pd.isna(found["deadline_at"].iloc[2])
    assert found["repairs"].tolist() == [1, 1 | REPAIR["computed_deadline"], 1]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_sql_gives_what_working_time_gives(zone: str) -> None:
    rng, working = np.random.default_rng(3), WorkingTime.default(zone)
    reported = np.datetime64("2025-12-20", "us") + rng.integers(0, 120 * 86_400, 400).astype("timedelta64[s]")
    units = {"work_hour": "工作小时", "work_day": "工作日", "natural_day": "天", "urgent_hour": "小时"}
    chosen, limits = rng.choice(list(units), 400), rng.integers(1, 40, 400) / 2
    rows = pd.DataFrame({"reported_at": reported, "time_limit": [f"{n:g}{units[unit]}" for n, unit in zip(limits, chosen, strict=True)]})
    expected = [working.deadlines(np.array([at]), n, unit)[0] for at, n, unit in zip(reported, limits, chosen, strict=True)]
    assert (computed(rows, working)["deadline_at"].to_numpy() == np.array(expected)).all()


def test_a_build_computes_deadlines_with_the_calendar_file(tmp_path: Path) -> None:
    (tmp_path / "areas.csv").write_text("area_code,level,name\n999901,district,澜溪区\n", encoding="utf-8")
    (tmp_path / "events.csv").write_text(
        "事件编号,上报时间,类别,时限,截止时间,办结时间\n"
        "A,2026-10-12 10:00,停车,1个工作日,,2026-10-13 10:00\n"
        "B,2026-10-12 10:00,停车,1个工作日,,2026-10-14 10:01\n"
        "C,2026-10-12 10:00,停车,1个工作日,2026-10-12 11:00,2026-10-12 12:00\n"
        "D,2026-10-12 10:00,停车,尽快,,\n",
        encoding="utf-8",
    )
    (tmp_path / "calendar.csv").write_text("日期,是否工作日\n2026-10-13,否\n", encoding="utf-8")
    sources = [{"name": kind, "kind": kind, "path": f"{path}.csv"} for kind, path in
               (("area", "areas"), ("event", "events"), ("calendar", "calendar"))]  # fmt: skip
    config = Config.parse({"levels": ["district"], "source": sources}, tmp_path)
    built = build_file(config, tmp_path / "built.duckdb", now=NOW)
    with duckdb.connect(str(built.path), read_only=True) as connection:
        rows = connection.execute(
            "SELECT event_id, deadline_at, repairs, closed_on_time FROM event JOIN outcome USING (outcome_ix) ORDER BY event_id"
        ).fetchall()
    bit = REPAIR["computed_deadline"]
    due = utc("2026-10-14 10:00")  # the 13th is a day off in this calendar
    assert rows == [("A", due, bit, True), ("B", due, bit, False), ("C", utc("2026-10-12 11:00"), 0, False), ("D", None, 0, None)]
    assert next(report for report in built.reports.values() if report.kind == "event").accepted == 4


def test_a_calendar_file_sets_the_week_and_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "areas.csv").write_text("area_code,level,name\n999901,district,澜溪区\n", encoding="utf-8")
    (tmp_path / "events.csv").write_text("事件编号,上报时间,类别,时限\nA,2026-10-16 16:00,停车,2工作小时\n", encoding="utf-8")
    (tmp_path / "calendar.csv").write_text(
        "日期,星期,是否工作日,工作时间\n,周五,是,08:00-17:00\n,星期六,是,10:00-12:00\n,8,是,\n,,是,\n2026-10-20,,是,九点到五点\n2026-10-21,,,\n",
        encoding="utf-8",
    )
    sources = [{"name": kind, "kind": kind, "path": f"{path}.csv"} for kind, path in
               (("area", "areas"), ("event", "events"), ("calendar", "calendar"))]  # fmt: skip
    built = build_file(Config.parse({"levels": ["district"], "source": sources}, tmp_path), tmp_path / "built.duckdb", now=NOW)
    with duckdb.connect(str(built.path), read_only=True) as connection:
        due = connection.execute("SELECT deadline_at FROM event").fetchall()
    assert due == [(utc("2026-10-17 11:00"),)]  # an hour on Friday, an hour on Saturday
    report = next(report for report in built.reports.values() if report.kind == "calendar")
    assert (report.rows_in, report.accepted, report.quarantined) == (6, 2, 4)
    assert report.reasons == {"E_ENUM": 3, "E_TIME_MISSING": 1}
