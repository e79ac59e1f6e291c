"""Files of a selection, read by other programs, hold the rows and totals that pandas finds in the tables, and nothing of other areas."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from dashboard.export import workbook
from dashboard.export.formats import FORMATS
from dashboard.factory import create_app
from dashboard.settings import Settings
from data.export import COUNTS, INSTANTS, Export
from data.filters import settle
from data.indicators.definition import shipped
from data.selection import Selection
from data.store.snapshot import Snapshot
from data.store.store import Store
from data.view import View
from data.vocabulary import STAGE_NAMES, URGENCY_NAMES
from tests import district
from tests.oracle import Oracle

HOSTILE = (
    "=1+1", "+86", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'quoted", "''", "a,\"b\"\nc", "<b>&amp;</b>", "_x0041_", "bell\x07", "𠮷野家 é",
    "  blanks ", "=cmd|' /C calc'!A0",
)  # fmt: skip
ROWS = 900
LOCAL = "http://localhost"
OWN = "999901001"
EVERYTHING = {"days": (dt.date(2026, 8, 1), dt.date(2026, 12, 31))}
SELECTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("window=all", EVERYTHING),
    (
        "from=2026-10-01&to=2026-11-05&source=patrol,video",
        {"days": (dt.date(2026, 10, 1), dt.date(2026, 11, 5)), "source": ["patrol", "video"]},
    ),
    (
        "window=all&domain=大民生&stage=closed,void&hours=22-6",
        EVERYTHING | {"domain": ["大民生"], "stage": ["closed", "void"], "hours": (22, 6)},
    ),
    (f"window=all&area={OWN}&deadline=overdue,late", EVERYTHING | {"area": OWN, "deadline": ["overdue", "late"]}),
    ("window=all&q=nothing like this", EVERYTHING | {"q": "nothing like this"}),
)  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random district some of whose texts look like formulas."""
    path = district.build(tmp_path_factory.mktemp("export") / "district.duckdb", ROWS)
    with duckdb.connect(str(path)) as connection:
        for place, text in enumerate(HOSTILE * 3):
            connection.execute("UPDATE event SET title = ?, address = ? WHERE event_ix = ?", [text, text[::-1], place * 7])
        connection.execute("UPDATE event SET rework_count = event_ix % 3 WHERE event_ix % 5 > 0")
    return path


@pytest.fixture(scope="module")
def oracle(path: Path) -> Oracle:
    return Oracle(path)


@pytest.fixture(scope="module")
def snapshot(path: Path, oracle: Oracle) -> Iterator[Snapshot]:
    opened = Snapshot(path, {"id": "20261120T033000Z-abcdef01"})
    yield opened
    opened.close()


def export(snapshot: Snapshot, query: str, scope: tuple[str, ...] | None = None) -> Export:
    view = View(snapshot, shipped()[0], scope)
    return Export(view, settle(view, Selection.parse_strict(query))[0])


def file_of(key: str, wanted: Export) -> bytes:
    return b"".join(FORMATS[key].write(wanted))


def expected(oracle: Oracle, chosen: dict[str, Any]) -> pd.DataFrame:
    rows = oracle.selected(chosen)
    if "void" not in chosen.get("stage", ()):
        rows = rows[~rows["is_void"] & ~rows["is_duplicate"]]
    return rows.sort_values("event_ix", ignore_index=True)


def path_names(table: pd.DataFrame, ix: str, depth: int) -> list[str | None]:
    """By position the name at a depth, by walking up from child to parent."""
    rows, found = table.set_index(ix), []
    for start in rows.index:
        node = start
        while rows.at[node, "depth"] > depth:
            node = int(rows.at[node, "parent_ix"])
        found.append(rows.at[node, "name"] if rows.at[node, "depth"] == depth else None)
    return found


def clock(column: pd.Series) -> pd.Series:
    return column.dt.tz_localize("UTC").dt.tz_convert(district.ZONE)


def same(read: pd.DataFrame, rows: pd.DataFrame, oracle: Oracle, named: dict[str, str]) -> None:
    """The columns of a file against the tables; ``named``: our key to the file's name."""
    assert len(read) == len(rows)
    assert read[named["event_id"]].tolist() == rows["event_id"].tolist()
    for key in ("title", "address"):
        assert [text if isinstance(text, str) else None for text in read[named[key]]] == [
            text if isinstance(text, str) else None for text in rows[key]
        ]
    for depth, level in enumerate(("district", "street", "community", "grid")):
        names = np.array(path_names(oracle.areas, "area_ix", depth), dtype=object)[rows["area_ix"]]
        assert [text if isinstance(text, str) else None for text in read[named[f"{level}_name"]]] == list(names)
    for depth, key in enumerate(("domain", "category", "subcategory"), start=1):
        names = np.array(path_names(oracle.categories, "category_ix", depth), dtype=object)[rows["category_ix"]]
        assert [text if isinstance(text, str) else None for text in read[named[key]]] == list(names)
    assert read[named["stage"]].tolist() == [STAGE_NAMES[stage].zh for stage in rows["stage"]]
    assert read[named["urgency"]].tolist() == [URGENCY_NAMES[urgency].zh for urgency in rows["urgency"]]
    for key, _ in INSTANTS:
        given = pd.to_datetime(read[named[key]], utc=False)
        known = clock(rows[key]) if given.dt.tz is not None else clock(rows[key]).dt.tz_localize(None).dt.floor("s")
        assert (given.isna() == known.isna()).all(), key
        assert (given.dropna() == known.dropna()).all(), key
    hours = pd.to_numeric(read[named["hours_taken"]])
    assert np.allclose(hours, rows["duration_s"].astype(float) / 3600, atol=6e-5, equal_nan=True)
    for key, _ in COUNTS:
        assert pd.to_numeric(read[named[key]]).sum() == rows[key].astype(float).sum()


def headings(wanted: Export) -> dict[str, str]:
    return {column.key: column.names.in_(wanted.lang) for column in wanted.columns}


def without_apostrophe(text: Any) -> Any:
    """The documented way back to the texts as they were."""
    return text[1:] if isinstance(text, str) and text.startswith("'") else text


@pytest.mark.parametrize(("query", "chosen"), SELECTIONS)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_csv_is_what_pandas_finds(snapshot: Snapshot, oracle: Oracle, query: str, chosen: dict[str, Any], encoding: str) -> None:
    from dashboard.export import comma_separated

    wanted, rows = export(snapshot, query), expected(oracle, chosen)
    content = b"".join(comma_separated.write(wanted, encoding))
    assert content.startswith(b"\xef\xbb\xbf") is (encoding == "utf-8")
    text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    read = pd.read_csv(
        io.StringIO(text, newline=""), dtype={name: str for key, name in headings(wanted).items() if not key.endswith("_at")}
    )
    risky = read.map(lambda cell: isinstance(cell, str) and cell[:1] in "=+-@\t\r")
    assert not risky.to_numpy().any()
    same(read.map(without_apostrophe), rows, oracle, headings(wanted))
    position = read[[headings(wanted)["lon"], headings(wanted)["lat"]]].astype(float).to_numpy()
    assert np.array_equal(position, rows[["lon", "lat"]].to_numpy(), equal_nan=True)
    assert wanted.total == len(rows)
    assert wanted.unmapped == rows["lon"].isna().sum()


@pytest.mark.parametrize(("query", "chosen"), SELECTIONS)
def test_a_workbook_is_what_pandas_finds_and_typed(snapshot: Snapshot, oracle: Oracle, query: str, chosen: dict[str, Any]) -> None:
    wanted, rows = export(snapshot, query), expected(oracle, chosen)
    book = openpyxl.load_workbook(io.BytesIO(file_of("xlsx", wanted)))
    told = dict(book.worksheets[0].iter_rows(values_only=True))
    assert told["所选范围"].startswith("澜溪区" if "area" not in chosen else "street")
    assert (told["快照"], told["件数"], told["其中未上图"]) == (snapshot.id, str(len(rows)), str(rows["lon"].isna().sum()))
    assert told["口径"].startswith(wanted.view.definition.key)
    sheet = book.worksheets[1]
    assert sheet.freeze_panes == "A2"
    head, *cells = sheet.iter_rows(values_only=True)
    read = pd.DataFrame(cells, columns=list(head))
    same(read.map(lambda cell: openpyxl.utils.escape.unescape(cell) if isinstance(cell, str) else cell), rows, oracle, headings(wanted))
    if len(rows):
        kinds = {column.names.zh: column.kind for column in wanted.columns}
        for place, name in enumerate(head, start=1):
            types = {cell.data_type for cell in next(sheet.iter_cols(min_col=place, max_col=place, min_row=2)) if cell.value is not None}
            assert (
                types <= {"s"}
                if kinds[name] in ("text", "name", "flag")
                else types <= {"d"}
                if kinds[name] == "instant"
                else types <= {"n"}
            ), name


@pytest.mark.parametrize(("query", "chosen"), SELECTIONS)
def test_geojson_is_what_pandas_finds(snapshot: Snapshot, oracle: Oracle, query: str, chosen: dict[str, Any]) -> None:
    wanted, rows = export(snapshot, query), expected(oracle, chosen)
    content = file_of("geojson", wanted)
    found = json.loads(content)
    assert content.count(b"\n") == len(rows) + 2
    assert found["quanyu"]["snapshot"] == snapshot.id
    assert found["quanyu"]["rows"] == str(len(rows))
    if not len(rows):
        assert found["features"] == []
        return
    read = pd.DataFrame([feature["properties"] for feature in found["features"]])
    assert all(text[-6:] == "+08:00" for text in read["reported_at"])
    same(read, rows, oracle, {column.key: column.key for column in wanted.columns})
    placed = pyogrio.read_dataframe(io.BytesIO(content))
    assert placed.crs.to_epsg() == 4326
    _same_places(placed.geometry, rows)


@pytest.mark.parametrize(("query", "chosen"), SELECTIONS)
def test_geoparquet_is_what_pandas_finds(snapshot: Snapshot, oracle: Oracle, query: str, chosen: dict[str, Any]) -> None:
    wanted, rows = export(snapshot, query), expected(oracle, chosen)
    content = file_of("geoparquet", wanted)
    read = gpd.read_parquet(io.BytesIO(content))
    assert read.crs == "OGC:CRS84"
    same(pd.DataFrame(read), rows, oracle, {column.key: column.key for column in wanted.columns})
    _same_places(read.geometry, rows)
    told = json.loads(pq.ParquetFile(io.BytesIO(content)).metadata.metadata[b"quanyu"])
    assert (told["snapshot"], told["rows"], told["unmapped"]) == (snapshot.id, str(len(rows)), str(rows["lon"].isna().sum()))
    assert told["definition"].startswith(wanted.view.definition.key)


def _same_places(geometry: gpd.GeoSeries, rows: pd.DataFrame) -> None:
    """Unmapped cases are there, without a place; the others stand where the tables have them."""
    assert geometry.isna().tolist() == rows["lon"].isna().tolist()
    given = geometry.dropna()
    assert np.array_equal(shapely.get_coordinates(given), rows.loc[rows["lon"].notna(), ["lon", "lat"]].to_numpy())


def test_the_address_in_a_file_gives_the_same_rows_again(snapshot: Snapshot) -> None:
    first = export(snapshot, "source=patrol")
    again = export(snapshot, {key: text for key, _, text in first.facts()}["address"])
    assert file_of("csv", again) == file_of("csv", first)
    assert first.total > 0


def test_cells_that_look_like_formulas_are_texts_in_a_workbook(snapshot: Snapshot) -> None:
    with zipfile.ZipFile(io.BytesIO(file_of("xlsx", export(snapshot, "window=all")))) as archive:
        assert archive.testzip() is None
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets" in name]
    assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets)


def test_a_full_sheet_goes_on_on_the_next_and_says_so(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 300)
    monkeypatch.setattr(workbook, "ROWS", 128)
    wanted = export(snapshot, "window=all&lang=en")
    book = openpyxl.load_workbook(io.BytesIO(file_of("xlsx", wanted)), read_only=True)
    sizes = [len(list(sheet.iter_rows())) - 1 for sheet in book.worksheets[1:]]
    assert sizes == [300] * (wanted.total // 300) + [wanted.total % 300]
    told = dict(book.worksheets[0].iter_rows(values_only=True))
    assert told["Sheets"].startswith("Cases: 300; Cases 2: 300")


def test_english_files_have_english_headings(snapshot: Snapshot) -> None:
    wanted = export(snapshot, "window=all&lang=en")
    head = file_of("csv", wanted).decode("utf-8-sig").splitlines()[0]
    assert head.startswith('"Case id","Title","Address","District code","District"')
    assert not any(ord(letter) > 127 for letter in head)
    assert "Selection: " in file_of("about", wanted).decode("utf-8-sig")


def opened(content: bytes) -> bytes:
    """All that is in a file, unpacked where it is packed."""
    if content.startswith(b"PAR1"):
        return pq.read_table(io.BytesIO(content)).to_pandas().to_csv().encode()
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_a_scoped_file_holds_the_scope_alone(snapshot: Snapshot, oracle: Oracle) -> None:
    rows = expected(oracle, EVERYTHING | {"area": OWN})
    for query in ("window=all", "window=all&area=999901", "window=all&bbox=-180,-90,180,90"):
        wanted = export(snapshot, query, (OWN,))
        read = pd.read_csv(io.BytesIO(file_of("csv", wanted)), dtype=str)
        assert set(read["编号"]) <= set(rows["event_id"]), query
        if query == "window=all":
            assert read["编号"].tolist() == rows["event_id"].tolist()
    for key in FORMATS:
        assert b"street9" not in opened(file_of(key, export(snapshot, "window=all", ())))
        assert b"street999901002" not in opened(file_of(key, export(snapshot, "window=all", (OWN,))))


def test_nothing_personal_is_among_the_columns(snapshot: Snapshot) -> None:
    keys = {column.key for column in export(snapshot, "").columns}
    assert not keys & {"description", "grid_worker", "caller", "phone", "given_lon", "file_ix", "row_no"}


@pytest.fixture(scope="module")
def client(demo_store: Path) -> Any:
    return create_app(Settings(), Store(demo_store)).server.test_client()


def get(client: Any, path: str, **arguments: Any) -> Any:
    return client.get(path, base_url=LOCAL, buffered=True, **arguments)


@pytest.mark.parametrize("key", FORMATS)
def test_a_file_has_its_name_and_says_how_many_rows_come(client: Any, key: str) -> None:
    answer = get(client, f"/export/{key}?window=30d&stage=closed")
    assert answer.status_code == 200
    total = get(client, "/api/v1/events?window=30d&stage=closed&limit=1").json["total"]
    assert answer.headers["X-Total-Rows"] == str(total)
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment; filename=cases.")
    assert get(client, "/healthz").json["snapshot"] in said
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    if key == "csv":
        assert len(pd.read_csv(io.BytesIO(answer.data), dtype=str)) == total
        other = get(client, "/export/csv?window=30d&stage=closed&encoding=GB18030")
        assert other.data.decode("gb18030") == answer.data.decode("utf-8-sig")
        assert "charset=gb18030" in other.headers["Content-Type"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("csv?nope=1", 400), ("csv?area=nowhere", 400), ("csv?stage=gone", 400), ("csv?encoding=latin1", 400), ("xlsx?encoding=utf-8", 400),
        ("csv?encoding=utf-8&encoding=utf-8", 400), ("csv?snapshot=20200101T000000Z-00000000", 404), ("nothing", 404), ("csv/more", 404),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(client: Any, path: str, status: int) -> None:
    assert get(client, f"/export/{path}").status_code == status


def test_places_are_given_back_and_too_many_at_once_are_told_so(client: Any) -> None:
    held = [client.get("/export/csv?window=all", base_url=LOCAL) for _ in range(2)]
    assert get(client, "/export/csv").status_code == 429
    for answer in held:
        answer.close()
    for _ in range(5):
        assert get(client, "/export/csv").status_code == 200
    for _ in range(5):
        assert get(client, "/export/csv?nope=1").status_code == 400
    assert get(client, "/export/csv").status_code == 200
