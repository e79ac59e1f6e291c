"""The cases of a selection as rows to hand out: every selected row, and of each only the columns named here.

:func:`columns` is the one place that says what may leave the house. Descriptions, names of grid workers and whatever else may speak of a
person are not among them. Rows come in batches, oldest first, in memory that does not grow with their number; every writer of
a file format takes the same batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data import queries
from data.bound import deadline_masks
from data.due import due_until
from data.filters import sentence
from data.indicators import call_backs
from data.question import BATCH_ROWS
from data.questions import QUESTIONS
from data.schema import HANDLE_LEVELS, URGENCIES
from data.selection import Selection
from data.view import View
from data.vocabulary import CALLBACK_NAMES, DEADLINE_NAMES, LEVEL_NAMES, STAGE_NAMES, URGENCY_NAMES, Language, Words
from data.window import window

Kind = Literal["text", "name", "whole", "number", "degrees", "instant", "flag"]
"""``text`` differs from row to row; ``name`` is one of few texts, its array is a dictionary; ``number`` has four decimals."""

HOUR_S: Final = 3600
CATEGORY_LEVELS: Final = (
    ("domain", Words("领域", "Domain")),
    ("category", Words("大类", "Category")),
    ("subcategory", Words("小类", "Subcategory")),
)
INSTANTS: Final = (
    ("reported_at", Words("上报时间", "Reported at")),
    ("accepted_at", Words("受理时间", "Accepted at")),
    ("registered_at", Words("立案时间", "Registered at")),
    ("dispatched_at", Words("派遣时间", "Dispatched at")),
    ("disposed_at", Words("处置时间", "Handled at")),
    ("verified_at", Words("核查时间", "Verified at")),
    ("closed_at", Words("结案时间", "Closed at")),
    ("deadline_at", Words("截止时间", "Deadline at")),
)
CALL_BACK: Final = (
    ("has_call_back", Words("有效回访", "Effective call-back")),
    ("is_contacted", Words("已响应", "Contacted")),
    ("is_resolved", Words("已解决", "Resolved")),
)
COUNTS: Final = (
    ("rework_count", Words("返工次数", "Times sent back")),
    ("postpone_count", Words("延期次数", "Times extended")),
    ("bounce_count", Words("推诿次数", "Times bounced")),
)


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    key
        Its name in files that programs read.
    names
        Its heading in files that people read.
    kind
        What its values are.
    values
        From a batch of the question ``export_rows`` to the column's array. Instants carry the deployment's zone.
    """

    key: str
    names: Words
    kind: Kind
    values: Callable[[pa.RecordBatch], pa.Array]


@dataclass(frozen=True)
class Export:
    """A selection to be handed out.

    Attributes
    ----------
    view, selection
        The selection must have been settled against the view.
    """

    view: View
    selection: Selection

    @property
    def lang(self) -> Language:
        """The language of headings and words."""
        return self.selection.lang

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in order."""
        return columns(self.view, self.lang)

    @cached_property
    def total(self) -> int:
        """Rows."""
        return queries.event_count(self.view, self.selection)

    @cached_property
    def unmapped(self) -> int:
        """Rows without a usable position."""
        return self.total - queries.mapped_count(self.view, self.selection)

    @property
    def leaves_out(self) -> bool:
        """Whether void events and duplicates are left out."""
        return QUESTIONS["export_rows"].leaves_out(self.selection)

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """All rows, oldest first, with :attr:`columns`; at least one batch.

        Raises
        ------
        QueryTimeout
            One batch took too long.
        """
        names = [column.key for column in self.columns]
        for batch in QUESTIONS["export_rows"].stream(self.view, self.selection, rows=rows):
            yield pa.RecordBatch.from_arrays([column.values(batch) for column in self.columns], names=names)

    def facts(self) -> list[tuple[str, Words, str]]:
        """What the rows are, as key, what that is called, and a text: selection, counts, snapshot, definition, zone."""
        snapshot, lang = self.view.snapshot, self.lang
        span = window(self.view, self.selection)
        as_of = snapshot.as_of.astimezone(snapshot.zone).isoformat(timespec="minutes")
        left_out = Words("作废件与重复件不在其中", "void cases and duplicates are not among them")
        kept = Words("包括作废件与重复件", "void cases and duplicates are among them")
        return [
            ("selection", Words("所选范围", "Selection"), sentence(self.view, self.selection, lang)),
            ("address", Words("地址", "Address"), self.pinned.query()),
            ("days", Words("日期", "Days"), f"{span.from_day} – {span.to_day}"),
            ("rows", Words("件数", "Cases"), f"{self.total}"),
            ("unmapped", Words("其中未上图", "Of them without a position"), f"{self.unmapped}"),
            ("cohort", Words("计入", "Counted"), (left_out if self.leaves_out else kept).in_(lang)),
            ("snapshot", Words("快照", "Snapshot"), snapshot.id),
            ("as_of", Words("数据时刻", "Data as of"), as_of),
            ("definition", Words("口径", "Definition"), f"{self.view.definition.key} {self.view.definition.shown(lang)}"),
            ("timezone", Words("时间所在时区", "Zone of all times"), str(snapshot.zone)),
        ]

    @property
    def pinned(self) -> Selection:
        """The selection with its snapshot, definition and days, so that its address gives these rows at any time."""
        span = window(self.view, self.selection)
        return self.selection.with_(
            snapshot=self.view.snapshot.id,
            definition=self.view.definition.key,
            window=None,
            from_day=span.from_day,
            to_day=span.to_day,
        )


def columns(view: View, lang: Language) -> tuple[Column, ...]:
    """What is handed out of a case, in order, and nothing else."""
    snapshot, zone = view.snapshot, str(view.snapshot.zone)
    areas, categories = snapshot.areas, snapshot.categories

    def level(depth: int, key: str) -> list[Column]:
        at = areas.ancestor(depth)
        words = LEVEL_NAMES.get(key, Words(key, key))
        codes = [areas.codes[ix] if ix >= 0 else None for ix in at]
        names = [areas.names[ix] if ix >= 0 else None for ix in at]
        return [
            Column(f"{key}_code", Words(f"{words.zh}编码", f"{words.en.capitalize()} code"), "name", _named("area_ix", codes)),
            Column(f"{key}_name", Words(words.zh, words.en.capitalize()), "name", _named("area_ix", names)),
        ]

    def category(depth: int) -> list[str | None]:
        return [categories.names[ix] if ix >= 0 else None for ix in categories.ancestor(depth)]

    def outcome(words: dict[str, Words], values: Sequence[Any]) -> Callable[[pa.RecordBatch], pa.Array]:
        return _named("outcome_ix", [words[value].in_(lang) if isinstance(value, str) and value in words else None for value in values])

    outcomes, judged = snapshot.outcomes, call_backs.outcomes(view)
    is_known = judged["has_call_back"].astype(bool)
    told = {"has_call_back": is_known, **{key: judged[key].astype(object).where(is_known, None) for key, _ in CALL_BACK[1:]}}
    handled_by = {key: LEVEL_NAMES[key] for key in HANDLE_LEVELS}
    return (
        Column("event_id", Words("编号", "Case id"), "text", _taken("event_id")),
        Column("title", Words("标题", "Title"), "text", _taken("title")),
        Column("address", Words("地址", "Address"), "text", _taken("address")),
        *(column for depth, key in enumerate(snapshot.levels) for column in level(depth, key)),
        *(
            Column(key, names, "name", _named("category_ix", category(depth)))
            for depth, (key, names) in enumerate(CATEGORY_LEVELS, start=1)
        ),
        Column("source", Words("来源", "Source"), "name", _named("source_ix", [source.name_in(lang) for source in snapshot.sources])),
        Column(
            "department", Words("承办单位", "Department"), "name", _named("department_ix", [name or None for name in snapshot.departments])
        ),
        Column("stage", Words("阶段", "Stage"), "name", outcome(dict(STAGE_NAMES), outcomes["stage"].tolist())),
        Column("urgency", Words("紧急程度", "Urgency"), "name", _named("urgency_ix", [URGENCY_NAMES[key].in_(lang) for key in URGENCIES])),
        Column("handle_level", Words("处置层级", "Handled at level"), "name", _worded("handle_level", handled_by, lang)),
        Column("is_supervised", Words("督办", "Supervised"), "flag", _taken("is_supervised")),
        *(Column(key, names, "instant", _instant(key, zone)) for key, names in INSTANTS),
        Column("deadline_state", Words("时限状态", "Deadline state"), "name", _deadline_state(view, lang)),
        Column("hours_taken", Words("办结用时（小时）", "Hours taken"), "number", _hours),
        *(Column(key, names, "whole", _whole(key)) for key, names in COUNTS),
        *(Column(key, names, "flag", _flags(told[key].tolist())) for key, names in CALL_BACK),
        Column("satisfaction", Words("满意度", "Satisfaction"), "name", outcome(dict(CALLBACK_NAMES), outcomes["satisfaction"].tolist())),
        Column("lon", Words("经度", "Longitude"), "degrees", _taken("lon")),
        Column("lat", Words("纬度", "Latitude"), "degrees", _taken("lat")),
        Column(
            "position_code", Words("未上图原因", "Why without a position"), "name", lambda batch: batch["position_code"].dictionary_encode()
        ),
    )


def _taken(key: str) -> Callable[[pa.RecordBatch], pa.Array]:
    return lambda batch: batch[key]


def _whole(key: str) -> Callable[[pa.RecordBatch], pa.Array]:
    return lambda batch: batch[key].cast(pa.int64())


def _named(key: str, words: Sequence[str | None]) -> Callable[[pa.RecordBatch], pa.Array]:
    """A column of indices as the words they stand for, each word once in the dictionary."""
    distinct = {word: place for place, word in enumerate(dict.fromkeys(word for word in words if word is not None))}
    dictionary = pa.array(list(distinct), pa.string())
    places = pa.array([None if word is None else distinct[word] for word in words], pa.int32())
    return lambda batch: pa.DictionaryArray.from_arrays(places.take(batch[key]), dictionary)


def _worded(key: str, words: dict[str, Words], lang: Language) -> Callable[[pa.RecordBatch], pa.Array]:
    """A column of keys in words; a key that has none stays as it is."""

    def values(batch: pa.RecordBatch) -> pa.Array:
        found = batch[key].dictionary_encode()
        said = [words[value].in_(lang) if value in words else value for value in found.dictionary.to_pylist()]
        return pa.DictionaryArray.from_arrays(found.indices, pa.array(said, pa.string()))

    return values


def _flags(values: Sequence[Any]) -> Callable[[pa.RecordBatch], pa.Array]:
    known = pa.array([value if isinstance(value, bool | np.bool_) else None for value in values], pa.bool_())
    return lambda batch: known.take(batch["outcome_ix"])


def _instant(key: str, zone: str) -> Callable[[pa.RecordBatch], pa.Array]:
    return lambda batch: batch[key].cast(pa.timestamp("us")).cast(pa.int64()).cast(pa.timestamp("us", tz=zone))


def _hours(batch: pa.RecordBatch) -> pa.Array:
    return pc.round(pc.divide(batch["duration_s"].cast(pa.float64()), HOUR_S), 4)


def _deadline_state(view: View, lang: Language) -> Callable[[pa.RecordBatch], pa.Array]:
    """The deadline's state as of the snapshot, in words; null where there is none to be told."""
    masks, until = deadline_masks(view), due_until(view)
    keys = list(DEADLINE_NAMES)
    dictionary = pa.array([DEADLINE_NAMES[key].in_(lang) for key in keys], pa.string())
    places = np.full(len(view.snapshot.outcomes), -1, dtype=np.int32)
    for key in ("on_time", "late", "overdue", "not_due"):
        places[masks[key]] = keys.index(key)

    def values(batch: pa.RecordBatch) -> pa.Array:
        found = places[batch["outcome_ix"].to_numpy()]
        soon = pc.fill_null(pc.less_equal(batch["deadline_at"].cast(pa.timestamp("us")), pa.scalar(until, pa.timestamp("us"))), False)
        found = np.where((found == keys.index("not_due")) & soon.to_numpy(zero_copy_only=False), keys.index("due_soon"), found)
        return pa.DictionaryArray.from_arrays(pa.array(found, pa.int32(), mask=found < 0), dictionary)

    return values
