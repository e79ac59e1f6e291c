"""The life of made-up events: what, where, when, by whom, how well."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.calendar import WorkingTime
from data.demo.areas import District, Ints
from data.demo.catalogue import SOURCES, Catalogue
from data.demo.rhythm import Rhythm
from data.demo.terrain import Floats

Instants = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]

STAGE_TIMES: Final = ("accepted", "registered", "dispatched", "disposed", "verified", "closed")
STREET_UNITS: Final = ("综合行政执法队", "城市管理服务中心")
JITTER_M: Final = 9.0
"""How far positions of one address scatter."""

# share handled at grid, community, street, district
_HANDLED: Final = {"low": (0.44, 0.36, 0.17, 0.03), "street": (0.05, 0.14, 0.74, 0.07), "district": (0.02, 0.08, 0.64, 0.26)}
_LATE: Final = 0.084
_SPREAD: Final = 0.84


@dataclass(frozen=True)
class World:
    """What stays the same for all events of one demo.

    Attributes
    ----------
    quality : float array, shape (streets,)
        How often a street is late, as a factor.
    trouble : float array, shape (grids,)
        How much more than its people a grid reports.
    hot_place, hot_leaf : int arrays
        Places that come back again and again, with what is wrong there.
    rising_street, rising_leaf : int
        Where one category has been rising for a week.
    now : datetime64
        The demo's now, UTC.
    offset : timedelta64
        Local time minus UTC.
    """

    district: District
    catalogue: Catalogue
    rhythm: Rhythm
    working: WorkingTime
    quality: Floats
    department_quality: Floats
    trouble: Floats
    hot_place: Ints
    hot_leaf: Ints
    rising_street: int
    rising_leaf: int
    now: np.datetime64
    offset: np.timedelta64

    @classmethod
    def make(cls, rng: np.random.Generator, district: District, catalogue: Catalogue, rhythm: Rhythm, now: dt.datetime) -> World:
        """Draw the character of streets, departments and places; ``now`` has its zone, whose offset must be the same all year."""
        offset = now.utcoffset() or dt.timedelta()
        grids, streets = len(district.people), int(district.street.max()) + 1
        weight = catalogue.weights[0] + catalogue.weights[1]
        order = np.argsort(rng.random(streets), kind="stable")
        quality = np.exp(np.linspace(-0.75, 0.75, streets))[order] if streets > 1 else np.ones(1)
        places = len(district.place_grid) // grids
        hot_grid = rng.choice(grids, max(12, grids // 6), p=district.people / district.people.sum())
        people = np.bincount(district.street, district.people)
        return cls(
            district=district,
            catalogue=catalogue,
            rhythm=rhythm,
            working=WorkingTime.default(),
            quality=quality,
            department_quality=rng.lognormal(0, 0.3, len(catalogue.departments)),
            trouble=rng.lognormal(0, 0.42, grids) * rng.lognormal(0, 0.2, streets)[district.street],
            hot_place=hot_grid * places + rng.integers(0, min(4, places), len(hot_grid)),
            hot_leaf=rng.choice(len(catalogue), len(hot_grid), p=weight / weight.sum()),
            rising_street=int(np.argsort(people)[streets // 2]),
            rising_leaf=catalogue.subcategory.index("施工噪声"),
            now=np.datetime64(now.astimezone(dt.UTC).replace(tzinfo=None), "s"),
            offset=np.timedelta64(round(offset.total_seconds()), "s"),
        )

    @cached_property
    def units(self) -> list[str]:
        """All handling units: departments of the district, then each street's own."""
        streets = [area.name for area in self.district.levels["street"]]
        return [*self.catalogue.departments, *(f"{street}{unit}" for unit in STREET_UNITS for street in streets)]


@dataclass
class Cases:
    """Events of one source, one array entry each, ordered by time of report.

    Instants are UTC and NaT where not reached. ``call_back`` is -1 none, 0 tried in vain, 1 effective; ``satisfaction``
    indexes (satisfied, basically, unsatisfied, unrated); ``duplicate`` is the position of the main case or -1.
    """

    source: int
    day: Ints
    sequence: Ints
    leaf: Ints
    grid: Ints
    place: Ints
    metres: Floats
    times: dict[str, Instants]
    reported: Instants
    deadline: Instants
    void: Flags
    parked: Flags
    unit: Ints
    level: Ints
    urgency: Ints
    supervised: Flags
    rework: Ints
    postpone: Ints
    bounce: Ints
    call_back: Ints
    contacted: Flags
    resolved: Flags
    satisfaction: Ints
    duplicate: Ints

    def __len__(self) -> int:
        return len(self.leaf)


def pick(cumulative: Floats, rows: Ints, chance: Floats) -> Ints:
    """For each entry a column drawn from its row of ``cumulative`` shares (rows × columns, each row ending in 1)."""
    flat = (np.minimum(cumulative, 1.0) + np.arange(len(cumulative))[:, None]).ravel()
    found = np.searchsorted(flat, rows + chance * 0.999999999, side="right") - rows * cumulative.shape[1]
    return np.asarray(np.clip(found, 0, cumulative.shape[1] - 1), dtype=np.int64)


def cases(rng: np.random.Generator, world: World, source: int, first_day: int, last_day: int) -> Cases:
    """Events of one source reported on the days ``first_day`` … ``last_day`` (positions in the rhythm, inclusive)."""
    counts = world.rhythm.counts[source, first_day : last_day + 1]
    day = np.repeat(np.arange(first_day, last_day + 1), counts)
    n, name = len(day), SOURCES[source]
    grid, place, leaf = _what_and_where(rng, world, source, day)
    copied = _duplicates(rng, day, name)
    main = np.where(copied >= 0, copied, np.arange(n))
    grid, place, leaf = grid[main], place[main], leaf[main]

    hours = np.cumsum(world.catalogue.hours_of(source), axis=1)
    chance = rng.random(n)
    today = day == len(world.rhythm.days) - 1
    if world.rhythm.hours_today > 0:
        chance = np.where(today, chance * hours[leaf, world.rhythm.hours_today - 1], chance)
    second = pick(hours, leaf, chance) * 3600 + rng.integers(0, 3600, n)
    reported = world.rhythm.days[day].astype("datetime64[s]") - world.offset + second.astype("timedelta64[s]")
    reported = np.where(reported > world.now - 60, world.now - rng.integers(60, 900, n).astype("timedelta64[s]"), reported)
    order = np.lexsort((reported, day))
    place_in_order = np.empty(n, dtype=np.int64)
    place_in_order[order] = np.arange(n)
    duplicate = np.where(copied >= 0, place_in_order[main], -1)[order]
    day, grid, place, leaf, reported = day[order], grid[order], place[order], leaf[order], reported[order]
    duplicate = np.where(duplicate < np.arange(n), duplicate, -1)

    radius, turn = JITTER_M * np.sqrt(rng.random(n)), rng.uniform(0, 2 * np.pi, n)
    metres = world.district.place_metres[place] + (np.where(rng.random(n) < 0.25, 0, radius) * [np.cos(turn), np.sin(turn)]).T
    first_of_day = np.searchsorted(day, day, side="left")
    return Cases(
        source=source, day=day, sequence=np.arange(n) - first_of_day + 1, leaf=leaf, grid=grid, place=place, metres=metres,
        reported=reported, duplicate=duplicate, **_life(rng, world, leaf, grid, name=name, reported=reported),
    )  # fmt: skip


def _what_and_where(rng: np.random.Generator, world: World, source: int, day: Ints) -> tuple[Ints, Ints, Ints]:
    """Grid, address and category of each event."""
    land, n, name = world.district, len(day), SOURCES[source]
    grids = len(land.people)
    weight = land.people ** (0.92 if name == "hotline" else 0.7) * world.trouble
    grid = np.searchsorted(np.cumsum(weight / weight.sum()), rng.random(n) * 0.999999999, side="right")
    month = (world.rhythm.days.astype("datetime64[M]").astype(np.int64) % 12)[day]
    shares = np.array([world.catalogue.shares(source, number, zone) for number in range(1, 13) for zone in range(3)])
    leaf = pick(np.cumsum(shares, axis=1), month * 3 + land.zone[grid], rng.random(n))
    places = len(land.place_grid) // grids
    place = grid * places + (places * rng.random(n) ** 2.3).astype(np.int64)
    if name in {"hotline", "patrol", "video"}:
        hot = rng.random(n) < 0.06
        which = (len(world.hot_place) * rng.random(n) ** 1.8).astype(np.int64)
        hot &= world.catalogue.weights[source][world.hot_leaf[which]] > 0
        place, leaf = np.where(hot, world.hot_place[which], place), np.where(hot, world.hot_leaf[which], leaf)
        grid = land.place_grid[place]
    if name == "hotline":  # one category rising in one street for a week
        since = day - (len(world.rhythm.days) - 1 - 7)
        rising = rng.random(n) < np.where(since >= 0, 0.008 + 0.0055 * since, 0.0)
        sites = np.flatnonzero(land.street[land.place_grid] == world.rising_street)
        sites = sites[:: max(1, len(sites) // 7)][:7]
        place = np.where(rising, sites[rng.integers(0, len(sites), n)], place)
        leaf, grid = np.where(rising, world.rising_leaf, leaf), land.place_grid[place]
    return grid, place, leaf


def _duplicates(rng: np.random.Generator, day: Ints, name: str) -> Ints:
    """For some events the position of an earlier one that they repeat, else -1."""
    n = len(day)
    back = np.arange(n) - rng.integers(1, 60, n)
    copied = (rng.random(n) < (0.014 if name == "hotline" else 0.003)) & (back >= 0)
    copied[np.where(copied, back, 0)] &= ~copied[np.where(copied, back, 0)]  # never of one that is a copy itself
    return np.asarray(np.where(copied & ~copied[np.maximum(back, 0)], back, -1), dtype=np.int64)


def _life(rng: np.random.Generator, world: World, leaf: Ints, grid: Ints, *, name: str, reported: Instants) -> dict[str, Any]:
    """Stage times, deadline, units, call-backs."""
    n, table = len(leaf), world.catalogue
    street = world.district.street[grid]
    department = np.array([table.departments.index(text) for text in table.department])[leaf]
    unit_of = np.array(table.unit)[leaf]
    in_work, natural = np.char.startswith(unit_of, "work"), unit_of == "natural_day"
    office = np.where(natural, world.working.hours_per_day * 5 / 7 / 24, 1.0)  # working hours in an hour of the time limit
    hours = (table.limit * np.array([{"work_day": world.working.hours_per_day, "natural_day": 24.0}.get(u, 1.0) for u in table.unit]))[leaf]

    def later(start: Instants, amount: Floats, working: Flags) -> Instants:
        """``amount`` hours on, by the working calendar where ``working`` says so."""
        at = start + np.round(amount * 3600).astype("timedelta64[s]")
        at[working] = world.working.add_hours_many(start[working], amount[working]).astype("datetime64[s]")
        return np.asarray(at)

    accepted = reported + _seconds(rng.lognormal(4.8 if name == "hotline" else 3.4, 0.8, n), 2400)
    level = pick(np.cumsum([_HANDLED[key] for key in ("low", "street", "district")], axis=1),
                 np.array([("low", "street", "district").index(key) for key in table.level])[leaf], rng.random(n))  # fmt: skip
    own = (level < 3) & (rng.random(n) < 0.55)
    streets = len(world.quality)
    outdoors = np.array([domain in {"大城运", "大建管"} for domain in table.domain])[leaf]
    unit = np.where(own, len(table.departments) + np.where(outdoors, 1, 0) * streets + street, department)

    late = np.clip(_LATE * world.quality[street] * np.where(own, 1.0, world.department_quality[department]), 0.008, 0.28)
    ratio = np.exp(_SPREAD * (rng.normal(0, 1, n) - _upper(late)))
    ratio = np.clip(ratio, 0.004, 7.0)
    disposed = np.maximum(later(accepted, hours * office * ratio, in_work | natural), accepted + 120)
    postpone = (rng.random(n) < np.where(ratio > 1, 0.32, 0.012)).astype(np.int64)
    deadline = later(accepted, hours * (1 + postpone), in_work)
    taken = (disposed - accepted).astype(np.float64)
    registered = accepted + _seconds(np.minimum(rng.lognormal(6.3, 0.7, n), 0.12 * taken))
    dispatched = registered + _seconds(np.minimum(rng.lognormal(7.0, 0.8, n), 0.2 * taken))
    verified = later(disposed, hours * office * rng.uniform(0.01, 0.13, n), in_work | natural)
    closed = verified + _seconds(np.minimum(hours * 3600 * rng.uniform(0.002, 0.05, n), 7200))

    void = rng.random(n) < 0.005
    age_days = (world.now - reported).astype(np.int64) / 86_400
    parked = rng.random(n) < 0.0035 * np.exp(-age_days / 30)
    reach = {"accepted": accepted, "registered": registered, "dispatched": dispatched, "disposed": disposed, "verified": verified,
             "closed": closed}  # fmt: skip
    never = np.datetime64("NaT", "s")
    times = {key: np.where(at <= world.now, at, never) for key, at in reach.items()}
    for key in ("registered", "dispatched", "disposed", "verified", "closed"):
        times[key] = np.where(void, never, times[key])
    for key in ("disposed", "verified", "closed"):
        times[key] = np.where(parked, never, times[key])

    # call-backs by the hotline: a day or two after closing
    called_at = closed + _seconds(rng.lognormal(np.log(20 * 3600), 0.8, n))
    tried = (name == "hotline") & ~np.isnat(times["closed"]) & (called_at <= world.now) & (rng.random(n) < 0.64)
    call_back = np.where(tried, (rng.random(n) < 0.89).astype(np.int64), -1)
    worse = 0.045 * np.log(world.quality[street]) + np.where(closed > deadline, 0.16, -0.01)
    contacted = rng.random(n) < 0.972 - 0.3 * worse
    resolved = contacted & (rng.random(n) < 0.895 - worse)
    content = np.cumsum([[0.62, 0.15, 0.205, 0.025], [0.07, 0.17, 0.735, 0.025], [0.86, 0.075, 0.045, 0.02]], axis=1)
    satisfaction = pick(content, np.where(resolved, 2, np.where(contacted, 1, 1)), np.clip(rng.random(n) + 0.25 * worse, 0, 0.9999))
    urgent = unit_of == "urgent_hour"
    urgency = pick(np.cumsum([[0.955, 0.042, 0.003], [0.30, 0.60, 0.10]], axis=1), urgent.astype(np.int64), rng.random(n))
    return {
        "times": times, "deadline": deadline, "void": void, "parked": parked, "unit": unit, "level": level, "urgency": urgency,
        "supervised": rng.random(n) < np.where(ratio > 1, 0.035, 0.006),
        "rework": (rng.random(n) < 0.021 * world.quality[street]).astype(np.int64) + (rng.random(n) < 0.002),
        "postpone": postpone, "bounce": (rng.random(n) < 0.017).astype(np.int64) + (rng.random(n) < 0.002),
        "call_back": call_back, "contacted": contacted, "resolved": resolved, "satisfaction": satisfaction,
    }  # fmt: skip


def _seconds(amount: Floats, most: float | None = None) -> npt.NDArray[np.timedelta64]:
    """Whole seconds, at most ``most``."""
    return np.round(amount if most is None else np.minimum(amount, most)).astype("timedelta64[s]")


def _upper(share: Floats) -> Floats:
    """The standard normal value exceeded with probability ``share`` (0 < share < 0.5); error below 0.0005.

    Abramowitz and Stegun, 26.2.23.
    """
    t = np.sqrt(-2 * np.log(share))
    top = 2.515517 + 0.802853 * t + 0.010328 * t**2
    return np.asarray(t - top / (1 + 1.432788 * t + 0.189269 * t**2 + 0.001308 * t**3), dtype=np.float64)
