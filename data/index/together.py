"""What a screen asks at once of a window and the one it is compared with (:mod:`data.bundle`), in one pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.index.codes import HOURS, Packing
from data.index.compiled import compiled
from data.index.counting import Pass
from data.index.rows import BLOCK, COHORT, ByCode, Codes, Rows, Spans, fail, look, read
from data.window import Window

QUESTIONS_TOGETHER: Final = frozenset(
    {"outcomes_per_bucket", "categories_per_bucket", "hours_per_source", "counts_per_area", "rates_per_area"}
)
LEFT_OUT: Final = -1
"""Bucket of a day that lies in neither window."""


class Parts(NamedTuple):
    """By what rows are counted: bucket of each day and how many are of the window before, and of each code what a question asks of it."""

    bucket: npt.NDArray[np.int16]
    before: int
    source: Codes
    hour: Codes
    numerator: ByCode
    denominator: ByCode


class Tallies(NamedTuple):
    """Cases and kinds by bucket, (before or not, source, hour), and of each area events, numerators and denominators."""

    case: ByCode
    kind: ByCode
    hours: npt.NDArray[np.uint32]
    area: ByCode
    numerator: ByCode
    denominator: ByCode


def together(
    window: Window,
    packing: Packing,
    looks: Pass,
    shared: Callable[[Callable[[int, int], tuple[Tallies]], Spans], tuple[Tallies]],
    asked: Mapping[str, Mapping[str, Any]],
) -> dict[str, pd.DataFrame]:
    """The frames of the questions asked, by name. Buckets of the window before come first in the counters, from the last to the first."""
    bucket, before, many = _buckets(window, packing, asked)
    case, kind = packing.values["case"], packing.values["kind"]
    rates = asked.get("rates_per_area", {"numerator": "", "denominator": ""})
    parts = Parts(
        bucket,
        before,
        case["source_ix"].astype(np.uint16),
        packing.values["clock"]["hour_of_week"].astype(np.uint16),
        *(_weights(rates[key], case["outcome_ix"]) for key in ("numerator", "denominator")),
    )
    areas, sources = packing.size("area"), packing.sizes["case"][1]
    shapes = ((many, packing.size("case")), (many, packing.size("kind")), (2, sources, HOURS), areas, areas, areas)

    def take(part: int, of: int) -> tuple[Tallies]:
        tallies = Tallies(*(np.zeros(shape, dtype=np.uint32) for shape in shapes))
        tally(looks, parts, part, of, tallies)
        return (tallies,)

    (found,) = shared(take, looks.spans)
    number = np.concatenate([-1 - np.arange(before)[::-1], np.arange(many - before)])
    frames = {
        "outcomes_per_bucket": lambda: _per_bucket("outcome_ix", found.case, number, case["outcome_ix"]),
        "categories_per_bucket": lambda: _per_bucket("category_ix", found.kind, number, kind["category_ix"]),
        "hours_per_source": lambda: _per_source(found.hours),
        "counts_per_area": lambda: _per_area({"n": found.area}),
        "rates_per_area": lambda: _per_area({"n": found.area, "denominator": found.denominator, "numerator": found.numerator}),
    }
    return {name: frames[name]() for name in asked}


def _buckets(window: Window, packing: Packing, asked: Mapping[str, Mapping[str, Any]]) -> tuple[npt.NDArray[np.int16], int, int]:
    """The counters' row of each day of the index; how many rows are of the window before; and how many there are."""
    step = next((given["bucket_days"] for given in asked.values() if "bucket_days" in given), 1)
    found = np.full(packing.days, LEFT_OUT, dtype=np.int16)
    day = packing.first_day + np.arange(packing.days)
    previous = window.previous
    before = 0 if previous is None else max(0, -(-previous.days // step))
    if previous is not None:
        _fill(found, day, previous.from_day, previous.to_day, lambda since: before - 1 - since // step)
    _fill(found, day, window.from_day, window.to_day, lambda since: before + since // step)
    return found, before, before + -(-window.days // step)


def _fill(
    found: npt.NDArray[np.int16], day: npt.NDArray[np.int64], first: dt.date, last: dt.date, row: Callable[[npt.NDArray[np.int64]], Any]
) -> None:
    since = day - (first - dt.date(1970, 1, 1)).days
    inside = (since >= 0) & (since <= (last - first).days)
    found[inside] = row(since[inside])


def _weights(bits: str, outcomes: npt.NDArray[np.int64]) -> ByCode:
    """1 for each case whose outcome is in a bit string."""
    if not bits:
        return np.zeros(len(outcomes), dtype=np.uint32)
    mask: ByCode = (np.frombuffer(bits.encode("ascii"), dtype=np.uint8) == ord("1")).astype(np.uint32)
    return mask[outcomes]


def _per_bucket(value: str, counters: ByCode, number: npt.NDArray[np.int64], values: npt.NDArray[np.int64]) -> pd.DataFrame:
    """``bucket, value, n`` from counters by bucket and code."""
    row, code = np.nonzero(counters)
    width = int(values.max()) + 1
    summed = np.bincount(row * width + values[code], weights=counters[row, code], minlength=len(number) * width).astype(np.int64)
    place = np.flatnonzero(summed)
    return pd.DataFrame({"bucket": number[place // width], value: place % width, "n": summed[place]})


def _per_source(counters: npt.NDArray[np.uint32]) -> pd.DataFrame:
    """``is_previous, source_ix, hour_of_week, n``."""
    after, source, hour = np.nonzero(counters)
    n = counters[after, source, hour].astype(np.int64)
    return pd.DataFrame({"is_previous": after == 0, "source_ix": source, "hour_of_week": hour, "n": n})


def _per_area(counters: Mapping[str, ByCode]) -> pd.DataFrame:
    """``area_ix`` and the counters of areas with events."""
    found = np.flatnonzero(counters["n"])
    return pd.DataFrame({"area_ix": found} | {name: counted[found].astype(np.int64) for name, counted in counters.items()})


@compiled
def tally(looks: Pass, parts: Parts, part: int, of: int, tallies: Tallies) -> None:
    """Count the rows of some ranges that fail nothing; void events and duplicates among the cases only."""
    rows, spans, tests, words, looked = looks
    failed = np.empty(BLOCK, np.uint16)
    block = 0
    for span in range(len(spans)):
        end = spans[span, 1]
        for low in range(spans[span, 0], end, BLOCK):
            block += 1
            if block % of != part:
                continue
            size = min(BLOCK, end - low)
            fail(failed, low, size, np.uint16(0), tests)
            if len(words.kept) > 0:
                read(failed, low, size, words)
            if len(looked.lon) > 0:
                look(failed, low, size, looked)
            for i in range(size):
                if failed[i] == 0:
                    _tally_one(rows, low + i, parts, tallies)
                elif failed[i] == COHORT and parts.bucket[rows.day[low + i]] != LEFT_OUT:
                    tallies.case[parts.bucket[rows.day[low + i]], rows.case[low + i]] += 1


@compiled
def _tally_one(rows: Rows, row: int, parts: Parts, tallies: Tallies) -> None:
    bucket, case, area = parts.bucket[rows.day[row]], rows.case[row], rows.area[row]
    if bucket == LEFT_OUT:
        return
    tallies.case[bucket, case] += 1
    tallies.kind[bucket, rows.kind[row]] += 1
    is_after = 1 if bucket >= parts.before else 0
    tallies.hours[is_after, parts.source[case], parts.hour[rows.clock[row]]] += 1
    if is_after:
        tallies.area[area] += 1
        tallies.numerator[area] += parts.numerator[case]
        tallies.denominator[area] += parts.denominator[case]
