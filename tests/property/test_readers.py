"""Any table, in any encoding, with any separator and line end, comes back cell by cell; damage is refused or accounted for."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import openpyxl
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from data.codes import codes_of
from data.ingest.fields import EVENT
from data.ingest.raw import Options, Raw
from data.ingest.readers import read
from data.ingest.recognise import score
from data.ingest.sandbox import Sandbox
from data.store.check import check
from tests.unit.corpus import features, geoparquet, packed, text

HEADER = ("事件编号", "上报时间", "大类", "备注")
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
PLAIN = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co"), blacklist_characters="\ufeff\ufffd"), max_size=12)
CELLS = PLAIN | st.sampled_from(["", " ", '"', '""', 'a"b', ",", ";", "\t", "|", "，", "a\nb", "a\r\nb", "𠮷㐂", "👍🏽", "=1", "0012", "'"])
ROWS = st.lists(st.tuples(st.from_regex(r"[A-Z][0-9]{3}", fullmatch=True), CELLS, CELLS, CELLS), min_size=1, max_size=8)
SLOW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def cells_of(path: Path, folder: Path, sandbox: Sandbox | None = None) -> tuple[Raw, list[tuple[str, ...]]]:
    with duckdb.connect() as connection:
        raw = read(connection, path, Options(), lambda names: score(names, EVENT, {}), folder / "work", sandbox=sandbox)
        return raw, list(raw.cells(connection, range(1, raw.rows + 1)).values())


@SLOW
@given(
    rows=ROWS,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]),
    separator=st.sampled_from(",\t;|，^~\x01"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_text_comes_back_cell_by_cell(rows: list[tuple[str, ...]], encoding: str, separator: str, end: str, quoting: int) -> None:
    if end != "\r\n":
        # The writer quotes only the line end it writes itself.
        quoting = csv.QUOTE_ALL
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator=end, quoting=quoting).writerows([HEADER, *rows])
    content = buffer.getvalue()
    # UTF-8 is tried before GB18030, and one that is valid as the other cannot be told.
    if encoding == "gb18030":
        try:
            content.encode(encoding).decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            assume(content.isascii())
    with TemporaryDirectory() as name:
        path = Path(name) / "rows.csv"
        path.write_bytes(content.encode(encoding))
        raw, found = cells_of(path, Path(name))
    assert raw.headers == list(HEADER)
    assert not raw.faults
    assert found == [tuple(row) for row in rows]


def test_workbooks_and_json_come_back_cell_by_cell() -> None:
    with Sandbox() as sandbox:

        @settings(max_examples=15, deadline=None)
        @given(rows=ROWS, is_json=st.booleans())
        def comes_back(rows: list[tuple[str, ...]], is_json: bool) -> None:
            with TemporaryDirectory() as name:
                path = Path(name) / "rows"
                if is_json:
                    path.write_text(json.dumps([dict(zip(HEADER, row, strict=True)) for row in rows]), encoding="utf-8")
                else:
                    book = openpyxl.Workbook()
                    for row in (HEADER, *rows):
                        book.active.append([cell.replace("\r\n", "\n") for cell in row])
                        for cell in book.active[book.active.max_row]:
                            cell.data_type = "s"
                    book.save(path)
                raw, found = cells_of(path, Path(name), sandbox)
            assert raw.rows == len(rows)
            if is_json:
                assert found == rows
            else:  # a workbook's writer and readers drop blanks around a text and know one line end
                assert [[cell.strip() for cell in row] for row in found] == [
                    [cell.replace("\r\n", "\n").strip() for cell in row] for row in rows
                ]

        comes_back()


def _whole() -> dict[str, bytes]:
    with TemporaryDirectory() as name:
        book = openpyxl.Workbook()
        book.active.append(["事件编号", "上报时间", "大类"])
        book.active.append(["A1", "2026-01-03 08:05", "x"])
        book.save(Path(name) / "a.xlsx")
        point = '{"type":"Point","coordinates":[104.05,30.05]}'
        return {
            "csv": text().encode(),
            "gb18030": text().encode("gb18030"),
            "xlsx": (Path(name) / "a.xlsx").read_bytes(),
            "zip": packed(("a.csv", text().encode() * 4)),
            "gz": gzip.compress(text().encode() * 4, mtime=0),
            "geojson": features(({"事件编号": "A1", "上报时间": "2026-01-03 08:05", "大类": "x"}, point)).encode(),
            "parquet": geoparquet(Path(name)).read_bytes(),
        }


WHOLE = _whole()


@settings(max_examples=30, deadline=None)
@given(kind=st.sampled_from(sorted(WHOLE)), data=st.data())
def test_damage_is_refused_or_accounted_for(kind: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[kind])
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=20)):
        content[at] = byte
    end = data.draw(st.integers(1, len(content)) | st.just(len(content)))
    with TemporaryDirectory() as name:
        path = Path(name) / f"sent.{kind}"
        path.write_bytes(content[:end])
        report = check(path, "area" if kind == "parquet" else "event", now=NOW)
        assert [item.name for item in Path(name).iterdir()] == [path.name]
    assert report["rows_in"] == report["accepted"] + report["quarantined"]
    assert (report["read"] == "ok") == (report["code"] is None)
    assert report["code"] is None or report["code"] in codes_of("file")
