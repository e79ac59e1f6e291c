"""Files as desktops and careless exports leave them: litter in archives, rows of blanks, wrong shapes, unknown datums."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from data.config import Config
from data.store.build import build, check
from data.store.store import Store

HEADER = "事件编号,上报时间,大类,经度,纬度,坐标系\n"
ROW = "A1,2026-01-01 08:00,甲,114.3,30.5,\n"


def test_a_row_of_blanks_is_no_record(tmp_path: Path) -> None:
    path = tmp_path / "blank.csv"
    path.write_text(HEADER + ROW + " , ,\u3000, , , \nA2,坏,甲,114.3,30.5,\n", encoding="utf-8")
    report = check(path, "event")
    assert (report["rows_in"], report["rows"]) == (2, {"2": ["E_TIME_INVALID"]})


def test_what_a_desktop_adds_to_an_archive_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "sent.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hotline.csv", HEADER + ROW)
        archive.writestr("__MACOSX/._hotline.csv", "x")
        archive.writestr(".DS_Store", "x")
    assert check(path, "event")["accepted"] == 1


def test_features_of_the_wrong_shape_refuse_the_file(tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    for more in ({"properties": "text"}, {"properties": ["a"]}):
        path.write_text(
            json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None, **more}]}), encoding="utf-8"
        )
        assert check(path, "area")["code"] == "E_TYPE"


def test_an_unknown_datum_sets_the_position_aside_in_a_build(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(HEADER + ROW + "A2,2026-01-01 08:00,甲,114.3,30.5,北京54\n", encoding="utf-8")
    config = {"levels": ["district"], "as_of": "2026-06-01", "source": [{"name": "热线", "kind": "event", "path": "events.csv"}]}
    report = build(Config.parse(config, tmp_path), tmp_path / "store")
    assert report.sources[0].accepted == 2
    snapshot = Store(tmp_path / "store").current()
    rows = snapshot.frame("SELECT event_id, position_code FROM event ORDER BY event_id").astype(object).values.tolist()
    snapshot.close()
    assert [code if isinstance(code, str) else None for _, code in rows] == [None, "E_COORD_CRS"]
