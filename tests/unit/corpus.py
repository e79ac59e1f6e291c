"""Odd and hostile files, each written by code: what a department, a desktop or somebody with bad intentions may send."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

Make = Callable[[Path], Path]
"""Writes a file into a folder and gives its path."""

HEADER = ("事件编号", "上报时间", "大类", "地址", "经度", "纬度")
ROWS = (
    ("0010001", "2026-01-03 08:05:00", "市容环境", "河东路1号", "104.05", "30.05"),
    ("0010002", "2026-01-03 09:00:00", "噪声", "𠮷祥里㐂寿巷👍🏽2号", "104.06", "30.06"),
    ("510118199001011234", "2026-01-04 23:59:59", "停车", "河北路3号", "", ""),
)
AREA = '{"type":"Polygon","coordinates":[[[104,30],[105,30],[105,31],[104,30]]]}'


def text(rows: Sequence[Sequence[str]] = (HEADER, *ROWS), separator: str = ",", end: str = "\n") -> str:
    return "".join(separator.join(row) + end for row in rows)


def file(name: str, content: bytes | str, encoding: str = "utf-8") -> Make:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    return make


def rows(*lines: str, header: str = "事件编号,上报时间,大类") -> Make:
    return file("events.csv", "\n".join([header, *lines]) + "\n")


def zipped(*members: tuple[str, bytes | Make], name: str = "sent.zip", method: int = zipfile.ZIP_DEFLATED) -> Make:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(
            packed(*((inner, content(folder).read_bytes() if callable(content) else content) for inner, content in members), method=method)
        )
        return path

    return make


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def linked(folder: Path) -> Path:
    path = folder / "links.zip"
    with zipfile.ZipFile(path, "w") as archive:
        member = zipfile.ZipInfo("events.csv")
        member.create_system, member.external_attr = 3, 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return path


def with_encrypted_flag(folder: Path) -> Path:
    path = folder / "locked.zip"
    content = bytearray(packed(("events.csv", text().encode())))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    path.write_bytes(content)
    return path


def overlapping(folder: Path) -> Path:
    """Many entries of the directory point at the same packed bytes."""
    path = folder / "overlap.zip"
    data = zlib.compress(b"0" * 40 * 2**20)[2:-4]
    crc = zlib.crc32(b"0" * 40 * 2**20)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(data), 40 * 2**20, 1, 0) + b"a"
    entries = b"".join(
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, len(data), 40 * 2**20, 1, 0, 0, 0, 0, 0, 0) + name
        for name in (b"a", b"b", b"c", b"d")
    )
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 4, 4, len(entries), len(local) + len(data), 0)
    path.write_bytes(local + data + entries + end)
    return path


def bomb(inner: str = "events.csv", size_mb: int = 300) -> Make:
    def make(folder: Path) -> Path:
        path = folder / "bomb.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(inner, "w") as member:
            block = b"0" * 2**20
            for _ in range(size_mb):
                member.write(block)
        return path

    return make


def lying_bomb(folder: Path) -> Path:
    """A bomb whose directory says it is small."""
    path = bomb(size_mb=300)(folder)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1000)
    path.write_bytes(content)
    return path


def nested(depth: int, folder: Path) -> Path:
    content = text().encode()
    name = "events.csv"
    for level in range(depth):
        content, name = packed((name, content)), f"level{level}.zip"
    path = folder / "nested.zip"
    path.write_bytes(content)
    return path


def workbook(fill: Callable[[openpyxl.Workbook], None], name: str = "events.xlsx") -> Make:
    def make(folder: Path) -> Path:
        path = folder / name
        book = openpyxl.Workbook()
        fill(book)
        book.save(path)
        return path

    return make


def sheet(*lines: Sequence[Any]) -> Make:
    def fill(book: openpyxl.Workbook) -> None:
        for line in lines:
            book.active.append(list(line))

    return workbook(fill)


def changed(make: Make, member: str, change: Callable[[bytes], bytes]) -> Make:
    """A workbook of which one part is changed."""

    def again(folder: Path) -> Path:
        path = make(folder)
        with zipfile.ZipFile(path) as archive:
            parts = [(name, archive.read(name)) for name in archive.namelist()]
        path.write_bytes(packed(*((name, change(content) if name == member else content) for name, content in parts)))
        return path

    return again


def parquet(columns: dict[str, Any], **more: Any) -> Make:
    def make(folder: Path) -> Path:
        path = folder / "events.parquet"
        pq.write_table(pa.table(columns), path, **more)
        return path

    return make


def fifo(folder: Path) -> Path:
    path = folder / "events.csv"
    os.mkfifo(path)
    return path


def link(folder: Path) -> Path:
    path = folder / "events.csv"
    path.symlink_to(file("real.csv", text())(folder))
    return path


def features(*items: tuple[dict[str, Any], str]) -> str:
    shown = ",".join(f'{{"type":"Feature","properties":{json.dumps(row, ensure_ascii=False)},"geometry":{shape}}}' for row, shape in items)
    return f'{{"type":"FeatureCollection","features":[{shown}]}}'


def shapefile(*, encoding: str, without: Sequence[str] = (), named: str | None = None, pack: bool = True) -> Make:
    """An ESRI Shapefile of two areas with Chinese attributes, its parts in one archive."""

    def make(folder: Path) -> Path:
        import geopandas as gpd
        import shapely

        frame = gpd.GeoDataFrame(
            {"编码": ["G1", "G2"], "名称": ["河东街道", "河西街道"]},
            geometry=[shapely.box(104, 30, 104.1, 30.1), shapely.box(104.1, 30, 104.2, 30.1)],
            crs="EPSG:4490",
        )
        source = folder / "parts"
        source.mkdir()
        frame.to_file(source / "areas.shp", encoding=encoding)
        if named is not None:
            (source / "areas.cpg").write_text(named)
        parts = [(part.name, part.read_bytes()) for part in sorted(source.iterdir()) if part.suffix not in without]
        return zipped(*((f"数据/{name}", content) for name, content in parts), name="areas.zip")(folder)

    return make


def geopackage(folder: Path) -> Path:
    import geopandas as gpd
    import shapely

    path = folder / "areas.gpkg"
    frame = gpd.GeoDataFrame({"编码": ["G1"], "名称": ["河东街道"]}, geometry=[shapely.box(104, 30, 104.1, 30.1)], crs="EPSG:4326")
    frame.to_file(path, layer="areas", driver="GPKG")
    return path


def geoparquet(folder: Path) -> Path:
    import geopandas as gpd
    import shapely

    path = folder / "areas.parquet"
    shapes = [shapely.box(104, 30, 104.1, 30.1), None, shapely.Point(104, 30)]
    gpd.GeoDataFrame({"编码": ["G1", "G2", "G3"], "名称": "x"}, geometry=shapes, crs="EPSG:4490").to_crs("EPSG:4547").to_parquet(path)
    return path


def point_parquet(folder: Path) -> Path:
    import geopandas as gpd

    path = folder / "events.parquet"
    points = gpd.points_from_xy([104.05, 104.06], [30.05, 30.06])
    frame = gpd.GeoDataFrame({"事件编号": ["A1", "A2"], "上报时间": "2026-01-03 08:05", "大类": "x"}, geometry=points, crs="EPSG:4326")
    frame.to_parquet(path)
    return path


def cut(make: Make, share: float) -> Make:
    def again(folder: Path) -> Path:
        path = make(folder)
        content = path.read_bytes()
        path.write_bytes(content[: max(1, int(len(content) * share))])
        return path

    return again


def in_sheet(pattern: bytes, replacement: bytes) -> Callable[[bytes], bytes]:
    return lambda content: re.sub(pattern, replacement, content, count=1)


def gz(content: bytes, name: str = "events.csv.gz") -> Make:
    return file(name, gzip.compress(content, mtime=0))
