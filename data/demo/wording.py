"""Columns of a department's file out of made-up cases: numbers, texts, times, places, all as Arrow arrays."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.demo.areas import Ints, to_degrees
from data.demo.cases import Cases, Flags, Instants, World
from data.demo.feeds import Feed
from data.demo.terrain import Floats
from data.ingest.datum import wgs84_to_gcj02

_ASKS: Final = (
    "请尽快派人处理。",
    "希望有关部门核实整改。",
    "请求给予答复。",
    "多次反映未果，要求尽快解决。",
    "望加强日常巡查。",
    "请现场查看并反馈结果。",
)
_TAILS: Final = ("", "", "", "", "", "，群众二次反映", "，请尽快处理", "，涉及多户居民", "，已拍照取证", "，需现场处置")
_TAILS_ANYWHERE: Final = 8
_STAGES: Final = ("受理", "立案", "派遣", "处置中", "核查", "结案", "挂账", "作废")
_URGENCIES: Final = ("一般", "紧急", "特急")
_LEVELS: Final = ("网格", "社区", "街道", "区级")
_SATISFACTIONS: Final = ("满意", "基本满意", "不满意", "未评价")
_CALLERS: Final = ("王女士", "李先生", "张女士", "刘先生", "陈女士", "杨先生", "匿名", "赵女士", "周先生", "热心市民")


def _chosen(texts: tuple[str, ...] | list[str], index: Ints) -> pa.Array:
    return pa.array(texts).take(pa.array(index))


def _joined(*parts: Any) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _where(flags: Flags, array: pa.Array) -> pa.Array:
    """``array`` with null where a flag is false."""
    return pc.if_else(pa.array(flags), array, pa.scalar(None, array.type))


def _yes(flags: Flags) -> pa.Array:
    return _chosen(["否", "是"], flags.astype(np.int64))


class Wording:
    """Turns cases into columns.

    Parameters
    ----------
    world
        What all cases share.
    with_descriptions
        Whether the long texts are wanted.
    """

    def __init__(self, world: World, with_descriptions: bool = True) -> None:
        self.world = world
        self._with_descriptions = with_descriptions
        table = world.catalogue
        self._phrases = pa.array([phrase for phrases in table.phrases for phrase in phrases])
        counts = np.array([len(phrases) for phrases in table.phrases])
        self._phrase_from, self._phrase_count = np.cumsum(counts) - counts, counts
        self._has_a_place = table.weights[1] >= 4  # the others are about a service, not a spot
        self._in_the_open = table.weights[1] >= 12  # what patrols see, one can photograph and stumble over
        self._place_names, self._place_short = pa.array(world.district.place_names), pa.array(world.district.place_short)

    @cached_property
    def _area_texts(self) -> dict[str, pa.Array]:
        land = self.world.district
        streets, communities, grids = (land.levels[level] for level in ("street", "community", "grid"))
        return {
            "street": pa.array([streets[ix].name for ix in land.street]),
            "community": pa.array([communities[ix].name for ix in land.community]),
            "street_code": pa.array([streets[ix].area_code for ix in land.street]),
            "community_code": pa.array([communities[ix].area_code for ix in land.community]),
            "grid_code": pa.array([area.area_code for area in grids]),
        }

    def columns(self, rng: np.random.Generator, feed: Feed, cases: Cases) -> dict[str, pa.Array]:
        """The feed's fields, in its order; instants are local timestamps in seconds, lon and lat numbers in its datum."""
        found = self._ids(feed, cases) | self._times(cases) | self._texts(rng, feed, cases) | self._handling(rng, cases)
        found |= self._places(rng, feed, cases)
        return {field: found[field] for field in feed.headings if field in found}

    def _ids(self, feed: Feed, cases: Cases) -> dict[str, pa.Array]:
        dates = pa.array([f"{feed.prefix}{day:%Y%m%d}" for day in self.world.rhythm.days.tolist()]).take(pa.array(cases.day))
        ids = _joined(dates, pc.utf8_lpad(pa.array(cases.sequence).cast(pa.string()), 6, "0"))
        main = pa.array(np.maximum(cases.duplicate, 0))
        return {"event_id": ids, "duplicate_of": _where(cases.duplicate >= 0, ids.take(main))}

    def _times(self, cases: Cases) -> dict[str, pa.Array]:
        world = self.world

        def local(at: Instants) -> pa.Array:
            return pa.array((at + world.offset).astype("datetime64[s]"))

        times = cases.times
        stage = np.zeros(len(cases), dtype=np.int64)
        for number, key in enumerate(("registered", "dispatched", "dispatched", "disposed", "closed"), 1):
            reached = ~np.isnat(times[key])
            if number == 3:  # taken up an hour after it was handed over
                reached = reached & (times[key] + 3600 < world.now)
            stage[reached] = number
        stage = np.where(cases.parked & (stage > 1), 6, stage)
        stage = np.where(cases.void, 7, stage)
        found = {f"{key}_at": local(at) for key, at in times.items()}
        return found | {"reported_at": local(cases.reported), "deadline_at": local(cases.deadline), "stage": _chosen(_STAGES, stage)}

    def _texts(self, rng: np.random.Generator, feed: Feed, cases: Cases) -> dict[str, pa.Array]:
        n, table = len(cases), self.world.catalogue
        phrase = self._phrases.take(pa.array(self._phrase_from[cases.leaf] + rng.integers(0, 1 << 30, n) % self._phrase_count[cases.leaf]))
        places = pa.array(cases.place)
        short = pc.if_else(pa.array(self._has_a_place[cases.leaf] & (rng.random(n) < 0.5)), self._place_short.take(places), "")
        found = {
            "title": _joined(
                short, phrase, _chosen(_TAILS, rng.integers(0, np.where(self._in_the_open[cases.leaf], len(_TAILS), _TAILS_ANYWHERE)))
            )
        }
        category, subcategory = _chosen(table.category, cases.leaf), _chosen(table.subcategory, cases.leaf)
        odd = pa.array(rng.random(n) < (0.0028 if feed.source == "hotline" else 0.0))
        found |= {"category": pc.if_else(odd, "其他诉求", category), "subcategory": pc.if_else(odd, "其他", subcategory)}
        found["address"] = self._place_names.take(places)
        if "description" in feed.headings and self._with_descriptions:
            caller = rng.integers(0, len(_CALLERS), n)
            number = pc.utf8_lpad(pa.array(rng.integers(0, 100_000_000, n)).cast(pa.string()), 8, "0")
            phone = _joined("140", number)
            reachable = pc.if_else(pa.array(rng.random(n) < 0.02), _joined("联系电话", phone, "。"), "")
            ask = _chosen(_ASKS, rng.integers(0, len(_ASKS), n))
            found["description"] = _joined("市民来电反映：", found["address"], phrase, "，", ask, reachable)
            found |= {"caller": _chosen(_CALLERS, caller), "phone": phone}
        if "worker" in feed.headings:
            found["worker"] = _joined("W", pc.utf8_lpad(pa.array(cases.grid).cast(pa.string()), 5, "0"))
        if "confidence" in feed.headings:
            found["confidence"] = pa.array(np.round(rng.uniform(0.72, 0.99, n), 2))
        return found

    def _handling(self, rng: np.random.Generator, cases: Cases) -> dict[str, pa.Array]:
        units = self.world.units
        spelt = [*units]
        streets = len(self.world.quality)
        for ix, area in enumerate(self.world.district.levels["street"][:2]):  # the same unit, written the other way round
            spelt.append(f"{units[-2 * streets + ix].removeprefix(area.name)}（{area.name}）")
        first_street_unit = len(units) - 2 * streets
        twice = (cases.unit >= first_street_unit) & (cases.unit < first_street_unit + 2) & (rng.random(len(cases)) < 0.03)
        effective = cases.call_back == 1
        return {
            "department": _chosen(spelt, np.where(twice, cases.unit + 2 * streets, cases.unit)),
            "handle_level": _where(~np.isnat(cases.times["disposed"]), _chosen(_LEVELS, cases.level)),
            "urgency": _chosen(_URGENCIES, cases.urgency),
            "is_supervised": _yes(cases.supervised),
            "rework_count": pa.array(cases.rework),
            "postpone_count": pa.array(cases.postpone),
            "bounce_count": pa.array(cases.bounce),
            "call_back": _where(cases.call_back >= 0, _yes(effective)),
            "contacted": _where(effective, _yes(cases.contacted)),
            "resolved": _where(effective, _yes(cases.resolved)),
            "satisfaction": _where(effective, _chosen(_SATISFACTIONS, cases.satisfaction)),
        }

    def _places(self, rng: np.random.Generator, feed: Feed, cases: Cases) -> dict[str, pa.Array]:
        n, texts, grid = len(cases), self._area_texts, pa.array(cases.grid)
        lonlat = to_degrees(cases.metres)
        if feed.datum == "GCJ02":
            lonlat = np.column_stack(wgs84_to_gcj02(lonlat[:, 0], lonlat[:, 1]))
        lonlat = np.round(lonlat, 6)
        chance = rng.random(n)
        without = chance < feed.no_position
        lon, lat = _spoilt(lonlat, chance / max(feed.no_position, 1e-9))
        found = {"lon": _where(~np.isnan(lon), pa.array(lon)), "lat": _where(~np.isnan(lat), pa.array(lat))}
        found["point"] = _joined(pa.array(lonlat[:, 0]).cast(pa.string()), ",", pa.array(lonlat[:, 1]).cast(pa.string()))
        nowhere = without & (rng.random(n) < 0.05)
        vague = rng.random(n) < 0.09
        found["street"] = _where(~nowhere, texts["street"].take(grid))
        found["community"] = _where(~nowhere & ~vague, texts["community"].take(grid))
        if feed.source == "hotline":
            code = pc.if_else(pa.array(vague), texts["street_code"].take(grid), texts["community_code"].take(grid))
            found["area_code"] = _where(~nowhere & (rng.random(n) < 0.93), code)
        else:
            found["area_code"] = texts["grid_code"].take(grid)
        return found


def _spoilt(lonlat: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Positions as they come: below 1 the row has none that can be used: left out, 0/0, swapped, or far away."""
    lon, lat = lonlat[:, 0].copy(), lonlat[:, 1].copy()
    lon[share < 0.84], lat[share < 0.84] = np.nan, np.nan
    zero = (share >= 0.84) & (share < 0.92)
    lon[zero], lat[zero] = 0.0, 0.0
    swapped = (share >= 0.92) & (share < 0.98)
    lon[swapped], lat[swapped] = lonlat[swapped, 1], lonlat[swapped, 0]
    far = (share >= 0.98) & (share < 1.0)
    lon[far], lat[far] = lon[far] + 4.2, lat[far] + 1.3
    return lon, lat
