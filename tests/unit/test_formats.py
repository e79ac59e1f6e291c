"""The same rows in every format give the same snapshot."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests.unit.reading import built, events, table

ROWS = pd.DataFrame(
    {
        "事件编号": ["0010001", "0010002", "0010003"],
        "上报时间": ["2026-11-20 08:05:00", "2026-11-20 09:00:00", "2026-11-21 23:59:59"],
        "大类": ["市容环境", "噪声，扰民", "停车"],
        "地址": ["河东路1号", "“河西”路\n2号", "河北路3号"],
        "经度": [104.05, np.nan, 104.15],
        "纬度": [30.05, np.nan, 30.06],
    }
)


def csv(encoding: str, separator: str = ",") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "events.csv"
        ROWS.to_csv(path, index=False, encoding=encoding, sep=separator)
        return path

    return write


def crlf(folder: Path) -> Path:
    path = folder / "events.csv"
    path.write_bytes(ROWS.to_csv(index=False).replace("\n", "\r\n").replace("”路\r\n", "”路\n").encode())
    return path


def zipped(folder: Path) -> Path:
    path = folder / "events.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(csv("gb18030")(folder), "内层/events.csv")
    return path


def gzipped(folder: Path) -> Path:
    path = folder / "events.csv.gz"
    path.write_bytes(gzip.compress(csv("utf-8")(folder).read_bytes()))
    return path


def workbook(folder: Path) -> Path:
    path = folder / "events.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某部门事件台账", *[None] * 5])
    sheet.merge_cells("A1:F1")
    sheet.append(["基本信息", None, None, "位置信息", None, None])
    sheet.merge_cells("A2:C2")
    sheet.merge_cells("D2:F2")
    sheet.append(list(ROWS.columns))
    for row in ROWS.itertuples(index=False):
        cells = [None if isinstance(value, float) and np.isnan(value) else value for value in row]
        sheet.append([cells[0], pd.Timestamp(cells[1]).to_pydatetime(), *cells[2:]])
    book.create_sheet("说明").append(["仅供参考"])
    book.save(path)
    return path


def frame() -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(ROWS["经度"], ROWS["纬度"])
    shown = gpd.GeoDataFrame(ROWS.drop(columns=["经度", "纬度"]), geometry=points, crs="EPSG:4326")
    shown.loc[shown.geometry.is_empty, "geometry"] = None
    return shown


def geojson(folder: Path) -> Path:
    path = folder / "events.geojson"
    frame().to_file(path, driver="GeoJSON")
    return path


def shapefile(folder: Path) -> Path:
    path = folder / "events.shp"
    names = {"事件编号": "unique_key", "上报时间": "created_at", "大类": "大类", "地址": "地址"}
    frame().rename(columns=names).to_file(path, encoding="GB18030")
    path.with_suffix(".cpg").unlink()
    return path


def geopackage(folder: Path) -> Path:
    path = folder / "events.gpkg"
    frame().to_crs("EPSG:4547").to_file(path, driver="GPKG")
    return path


def parquet(folder: Path) -> Path:
    path = folder / "events.parquet"
    ROWS.assign(上报时间=pd.to_datetime(ROWS["上报时间"])).to_parquet(path)
    return path


@pytest.mark.parametrize(
    "write",
    [
        csv("utf-8"), csv("utf-8-sig"), csv("gb18030"), csv("utf-16"), csv("utf-8", "\t"), csv("utf-8", ";"),
        crlf, zipped, gzipped, workbook, geojson, shapefile, geopackage, parquet,
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "tab", "semicolon", "crlf", "zip", "gzip", "xlsx", "geojson", "shp", "gpkg", "parquet"],
)  # fmt: skip
def test_every_format_gives_the_same_events(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    found = events(write(tmp_path))
    assert found["event_id"].tolist() == ROWS["事件编号"].tolist()
    assert found["category"].tolist() == ROWS["大类"].tolist()
    assert found["address"].tolist() == ROWS["地址"].tolist()
    assert (found["reported_at"] + pd.Timedelta(hours=8)).dt.strftime("%Y-%m-%d %H:%M:%S").tolist() == ROWS["上报时间"].tolist()
    np.testing.assert_allclose(found["lon"].to_numpy(float), ROWS["经度"].to_numpy(), atol=1e-9)
    np.testing.assert_allclose(found["lat"].to_numpy(float), ROWS["纬度"].to_numpy(), atol=1e-9)


def test_the_content_does_not_depend_on_the_format(tmp_path: Path) -> None:
    first, second = events(csv("utf-8")(tmp_path)), events(csv("gb18030")(tmp_path))
    pd.testing.assert_frame_equal(first, second)


def test_a_datum_is_converted_and_the_given_pair_kept(tmp_path: Path) -> None:
    row = table(built(csv("utf-8")(tmp_path), datum="GCJ02"), "SELECT * FROM event ORDER BY event_ix").iloc[0]
    assert (row["given_lon"], row["given_lat"], row["datum"]) == (104.05, 30.05, "GCJ02")
    assert 0.001 < abs(row["lon"] - 104.05) < 0.01


def test_a_pair_glued_into_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    ROWS.assign(坐标=['"104.05,30.05"'.strip('"'), "", "POINT (104.15 30.06)"]).drop(columns=["经度", "纬度"]).to_csv(path, index=False)
    found = events(path)
    np.testing.assert_allclose(found["lon"].to_numpy(float), ROWS["经度"].to_numpy())
    np.testing.assert_allclose(found["lat"].to_numpy(float), ROWS["纬度"].to_numpy())


def test_personal_data_never_enter(tmp_path: Path) -> None:
    secret = [
        "13812345678",
        "１３９８７６５４３２１",
        "138 1234 5679",
        "510118199001011234",
        "028-87654321",
        "川A·12345",
        "6222021234567890123",
    ]
    path = tmp_path / "events.csv"
    rows = pd.DataFrame(
        {
            "事件编号": [f"13812345678{ix}" for ix in range(len(secret))],
            "上报时间": "2026-11-20 08:00",
            "大类": "x",
            "描述": [f"请联系{text}处理" for text in secret],
            "标题": [f"{text}反映" for text in secret],
            "联系电话": "13700000000",
            "来电人姓名": "张三丰",
            "身份证号": "510118199001019999",
        }
    )
    rows.to_csv(path, index=False)
    snapshot = built(path)
    content = "\n".join(
        table(snapshot, f"SELECT * FROM {name}").to_csv() for name in ("event", "department", "source", "category", "finding")
    )
    without_ids = content.replace("1381234567", "")
    for text in [*secret[1:], "2345678处理", "13700000000", "张三丰", "510118199001019999"]:
        assert text not in without_ids
    described = table(snapshot, "SELECT description, title, event_id FROM event ORDER BY event_id")
    assert described["description"].tolist() == ["请联系***处理"] * len(secret)
    assert described["title"].tolist() == ["***反映"] * len(secret)
    assert described["event_id"].tolist() == [f"13812345678{ix}" for ix in range(len(secret))]
    assert not any(secret_text.encode() in snapshot.path.read_bytes() for secret_text in ("13700000000", "张三丰", "510118199001019999"))


def test_texts_without_personal_numbers_stay_as_they_are(tmp_path: Path) -> None:
    texts = ["河东路12号3栋2单元", "2026年11月20日8时", "编号20261120", "京东物流占道", "0.5米深的坑"]
    path = tmp_path / "events.csv"
    pd.DataFrame({"事件编号": range(len(texts)), "上报时间": "2026-11-20 08:00", "大类": "x", "描述": texts}).to_csv(path, index=False)
    assert events(path)["description"].tolist() == texts
