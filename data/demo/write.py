"""Write the made-up district as the files its departments would send."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.calendar import CHINA
from data.demo import names
from data.demo.areas import district
from data.demo.cameras import HEADINGS, cameras
from data.demo.cases import World, cases
from data.demo.catalogue import SOURCES, Catalogue, catalogue
from data.demo.feeds import FEEDS, Feed
from data.demo.mess import badly_written, refused_rows, strewn
from data.demo.rhythm import rhythm
from data.demo.scale import SCALES, Scale
from data.demo.wording import Wording
from data.demo.writers import as_text, headings_of, write_areas, write_csv, write_points, write_workbook
from data.errors import ConfigError

Progress = Callable[[str, float], None]
"""Told what is being done and how much of the whole is done, 0 to 1."""

PART: Final = 400_000
"""Events that are made at a time; a multiple of whole days."""
CONFIG_NAME: Final = "sources.toml"
_LEVEL_FILES: Final = {"district": "区界", "street": "街道界", "community": "社区界", "grid": "网格界"}


def default_now() -> dt.datetime:
    """The latest 08:00 in the district's zone."""
    local = dt.datetime.now(ZoneInfo(CHINA))
    eight = local.replace(hour=8, minute=0, second=0, microsecond=0)
    return eight if eight <= local else eight - dt.timedelta(days=1)


def scale_of(name: str) -> Scale:
    """The scale of that name.

    Raises
    ------
    ConfigError
        There is none.
    """
    if name not in SCALES:
        raise ConfigError(f"There is no demo scale '{name}'; choose one of {', '.join(SCALES)}.")
    return SCALES[name]


def write_files(
    folder: Path, scale: str = "district", seed: int = 1, progress: Progress | None = None, *, as_of: dt.datetime | None = None
) -> Path:
    """Write all files of a made-up district into ``folder`` and give the path of its configuration.

    Parameters
    ----------
    folder
        Made if needed; files of the same names are replaced, others stay.
    scale
        ``small``, ``district`` or ``city``.
    seed
        The same seed, scale and ``as_of`` give the same files.
    progress
        Told what is being done.
    as_of
        The demo's now; the latest 08:00 local time if not given. Without a zone it is local time.

    Raises
    ------
    ConfigError
        There is no such scale.
    """
    size = scale_of(scale)
    tell = progress or (lambda _step, _share: None)
    zone = ZoneInfo(CHINA)
    now = default_now() if as_of is None else (as_of.astimezone(zone) if as_of.tzinfo else as_of.replace(tzinfo=zone))
    now = now.replace(microsecond=0)
    (folder / "区划").mkdir(parents=True, exist_ok=True)
    tell("绘制区划 · drawing the areas", 0.0)
    rng = np.random.default_rng([seed, 1])
    land = district(rng, size)
    for level, name in _LEVEL_FILES.items():
        write_areas(folder / "区划" / f"{name}.geojson", name, land.levels[level])
    kinds = catalogue()
    _write_categories(folder, kinds)
    local_now = np.datetime64(now.replace(tzinfo=None), "s")
    rows = cameras(np.random.default_rng([seed, 2]), land, size.video_points, local_now)
    write_workbook(folder / "视频点位台账.xlsx", "点位", HEADINGS, rows)
    rng = np.random.default_rng([seed, 3])
    world = World.make(rng, land, kinds, rhythm(rng, size.events, size.days, now), now)
    wording = Wording(world, with_descriptions=not size.as_parquet)
    done = 0
    for feed in FEEDS:
        for part in _write_feed(folder, feed, wording, size, seed):
            done += part
            tell(f"编写 {feed.name} · writing {feed.source}", 0.1 + 0.9 * done / size.events)
    config = folder / CONFIG_NAME
    config.write_text(_config(now, size), encoding="utf-8")
    return config


def _write_categories(folder: Path, kinds: Catalogue) -> None:
    units = {"work_hour": "工作小时", "work_day": "工作日", "natural_day": "自然日", "urgent_hour": "紧急小时"}
    rows = [
        [kinds.domain[ix], kinds.category[ix], kinds.subcategory[ix], float(kinds.limit[ix]), units[kinds.unit[ix]]]
        for ix in range(len(kinds))
    ]
    write_workbook(folder / "事项分类.xlsx", "分类", ["领域", "大类", "小类", "办理时限", "时限单位"], rows)


def _parts(world: World, source: int) -> Iterator[tuple[int, int]]:
    """First and last day of each part: whole days, about :data:`PART` events, never over the end of a year."""
    counts = world.rhythm.counts[source]
    years = world.rhythm.days.astype("datetime64[Y]")
    first, held = 0, 0
    for day in range(len(counts)):
        held += int(counts[day])
        if day + 1 == len(counts) or held >= PART or years[day + 1] != years[day]:
            yield first, day
            first, held = day + 1, 0


def _write_feed(folder: Path, feed: Feed, wording: Wording, size: Scale, seed: int) -> Iterator[int]:
    """Write one department's files; gives how many events each part holds."""
    world, source = wording.world, SOURCES.index(feed.source)
    parquet: pq.ParquetWriter | None = None
    held: dict[str, list[pa.Table]] = {}
    times = max(1, size.events // 150_000)
    for number, (first, last) in enumerate(_parts(world, source)):
        rng = np.random.default_rng([seed, 4, source, number])
        made = cases(rng, world, source, first, last)
        table = pa.table(wording.columns(rng, feed, made))
        if number == 0:
            table = strewn(rng, table, refused_rows(rng, table, times, world.now + world.offset))
        if size.as_parquet:
            table = table.rename_columns(headings_of(feed, table))
            if parquet is None:
                parquet = pq.ParquetWriter(folder / f"{feed.name}.parquet", table.schema, compression="zstd", compression_level=1)
            parquet.write_table(table)
        else:
            name = feed.file.format(year=str(world.rhythm.days[first])[:4])
            held.setdefault(name, []).append(table)
        yield len(made)
    if parquet is not None:
        parquet.close()
    for order, (name, tables) in enumerate(held.items()):
        rng = np.random.default_rng([seed, 5, source, order])
        _write_table(rng, folder / name, feed, pa.concat_tables(tables), times if order == 0 else 0)


def _write_table(rng: np.random.Generator, path: Path, feed: Feed, table: pa.Table, times: int) -> None:
    if path.suffix == ".csv":
        table = as_text(table, feed.times)
        if times:
            table = badly_written(rng, table, times)
        write_csv(path, table, headings_of(feed, table), feed.encoding)
    elif path.suffix == ".geojson":
        lonlat = np.array([[float(value) for value in pair.split(",")] for pair in table["point"].to_pylist()])
        rest = as_text(table.drop_columns(["point"]), feed.times)
        write_points(path, feed.name, rest, headings_of(feed, rest), lonlat)
    else:
        columns = [table.column(ix).to_pylist() for ix in range(table.num_columns)]
        write_workbook(path, "台账", headings_of(feed, table), zip(*columns, strict=True), title=f"{names.DISTRICT}督查转办事项台账")


def _config(now: dt.datetime, size: Scale) -> str:
    """The configuration that names all files."""
    lines = [
        "# 虚构的演示区：地名、人名、数据均为程序生成。 A made-up district: places, people and data are generated.",
        f'timezone = "{CHINA}"',
        f'name = "{names.DISTRICT}"',
        f'code = "{names.DISTRICT_CODE}"',
        f"as_of = {now.isoformat()}",
        'levels = ["district", "street", "community", "grid"]',
        "made_up = true",
    ]

    def source(name: str, kind: str, path: str, **more: str) -> None:
        lines.extend(["", "[[source]]", f'name = "{name}"', f'kind = "{kind}"', f'path = "{path}"'])
        lines.extend(f'{key} = "{value}"' for key, value in more.items())

    for level, name in _LEVEL_FILES.items():
        source(name, "area", f"区划/{name}.geojson", level=level, datum="WGS84")
    source("事项分类", "category", "事项分类.xlsx")
    source("视频点位", "video_point", "视频点位台账.xlsx", datum="WGS84")
    for feed in FEEDS:
        path = f"{feed.name}.parquet" if size.as_parquet else feed.file.format(year="*")
        source(feed.name, "event", path, datum=feed.datum)
    return "\n".join(lines) + "\n"
