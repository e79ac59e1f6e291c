"""What is wrong in real files, put into made-up ones: rows that must be refused, and spelling that must be forgiven.

Refused rows come on top of the events, so that the number of accepted ones stays what the scale promises.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SPARE: Final = 900_000
"""Numbers of refused rows begin here within their day: no good row has them."""
_FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")


def refused_rows(rng: np.random.Generator, table: pa.Table, times: int, now: np.datetime64) -> pa.Table:
    """A few copies of good rows, each with one thing wrong; fields as in :mod:`data.demo.feeds`, instants local.

    Parameters
    ----------
    times
        How often each fault occurs.
    now
        The demo's now, local; a row that claims to come from later is wrong.
    """
    closed = np.flatnonzero(pc.is_valid(table["closed_at"]).to_numpy())
    if len(closed) < 8:
        return table.slice(0, 0)

    def some(n: int) -> pa.Table:
        rows = table.take(pa.array(np.sort(rng.choice(closed, min(n, len(closed)), replace=False))))
        fresh = [
            f"{old[:10]}{SPARE + int(number):06d}"
            for old, number in zip(rows["event_id"].to_pylist(), rng.choice(99_999, len(rows), replace=False), strict=True)
        ]
        return _with(rows, "event_id", fresh)

    nameless, timeless, early, future = some(times), some(times), some(2 * times), some(times)
    nameless = _with(nameless, "event_id", [None] * len(nameless))
    timeless = _with(timeless, "reported_at", [None] * len(timeless))
    reported = early["reported_at"].to_numpy()
    early = _with(early, "closed_at", reported - rng.integers(3600, 80_000, len(early)).astype("timedelta64[s]"))
    late = now + rng.integers(86_400, 4_000_000, len(future)).astype("timedelta64[s]")
    future = _with(future, "reported_at", late)
    twice = table.take(pa.array(np.sort(rng.choice(closed, min(2 * times, len(closed)), replace=False))))
    return pa.concat_tables([nameless, timeless, early, future, twice])


def _with(table: pa.Table, column: str, values: Any) -> pa.Table:
    place = table.schema.get_field_index(column)
    field = table.schema.field(place)
    return table.set_column(place, field, pa.array(values, type=field.type))


def strewn(rng: np.random.Generator, good: pa.Table, bad: pa.Table) -> pa.Table:
    """Bad rows among good ones, in random places."""
    place = np.concatenate([np.arange(len(good), dtype=np.float64), rng.uniform(0, max(len(good), 1), len(bad))])
    return pa.concat_tables([good, bad]).take(pa.array(np.argsort(place, kind="stable")))


def badly_written(rng: np.random.Generator, table: pa.Table, times: int) -> pa.Table:
    """Texts as people type them: full-width digits, trailing blanks, ``-`` for nothing, a time that is none.

    Takes and gives a table of strings. Only the last, and an unknown stage, cost a row: those are added, not changed.
    """
    n = len(table)
    if n < 8:
        return table
    some = np.sort(rng.choice(n, max(1, n // 250), replace=False))
    chosen = np.zeros(n, dtype=bool)
    chosen[some] = True
    mask = pa.array(chosen)
    for column, change in (("address", lambda text: text.translate(_FULL_WIDTH)), ("title", lambda text: f" {text}  ")):
        if column in table.column_names:
            place, old = table.schema.get_field_index(column), table[column].combine_chunks()
            new = [change(text or "") for text in old.take(pa.array(some)).to_pylist()]
            table = table.set_column(place, column, pc.replace_with_mask(old, mask, pa.array(new, type=old.type)))
    if "community" in table.column_names:
        place = table.schema.get_field_index("community")
        table = table.set_column(place, "community", pc.fill_null(table["community"], "-"))
    extra: list[pa.Table] = []
    for column, text in (("reported_at", "待补录"), ("stage", "转阅")):
        with_ids = np.flatnonzero(pc.is_valid(table["event_id"]).to_numpy())
        rows = table.take(pa.array(np.sort(rng.choice(with_ids, times, replace=False))))
        fresh = [f"{old[:10]}{SPARE + 99_999 - int(number):06d}" for old, number in
                 zip(rows["event_id"].to_pylist(), rng.choice(40, times, replace=False) + 50 * len(extra), strict=True)]  # fmt: skip
        extra.append(_with(_with(rows, "event_id", fresh), column, [text] * times))
    return pa.concat_tables([table, *extra])
