"""Small counts are hidden from outside readers, and do not follow from what is left."""

from __future__ import annotations

import datetime as dt
import random

from dashboard.brief.document import Chart, Column, Document, Figure, Paragraph, Provenance, Row, Section, Series, Table, plain
from dashboard.brief.small_numbers import DERIVED, hidden

SOURCE = Provenance("s", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "d", "w", "", "/brief?")


def n(value: int) -> Figure:
    return Figure(f"{value:,}", value, "count", "accepted")


def of(values: list[int], threshold: int = 5) -> list[str]:
    """One column with its total, after hiding."""
    rows = (*(Row((f"街道{at}", n(value))) for at, value in enumerate(values)), Row(("合计", n(sum(values))), is_total=True))
    table = Table("t", (Column("a", is_number=False), Column("b")), rows)
    document = Document("t", "p", "i", "o", (Section("s", "s", (table,), "3 件"),), SOURCE)
    found = hidden(document, threshold).sections[0].blocks[0]
    assert isinstance(found, Table)
    return [plain(row.cells[1]) for row in found.rows]


def solutions(shown: list[str], threshold: int = 5, most: int = 40) -> list[set[int]]:
    """The values each hidden cell may have, tried one by one, given the total."""
    total = int(shown[-1])
    ranges = [
        range(1, threshold) if text == f"<{threshold}" else range(threshold, most) if text == DERIVED else [int(text)]
        for text in shown[:-1]
    ]
    sums: list[dict[int, set[int]]] = [{0: {0}}]
    for values in ranges:
        reached: dict[int, set[int]] = {}
        for before in sums[-1]:
            for value in values:
                if before + value <= total:
                    reached.setdefault(before + value, set()).add(before)
        sums.append(reached)
    found: list[set[int]] = [set() for _ in ranges]
    wanted = {total}
    for at in range(len(ranges) - 1, -1, -1):
        earlier: set[int] = set()
        for end in wanted:
            for before in sums[at + 1].get(end, set()):
                found[at].add(end - before)
                earlier.add(before)
        wanted = earlier
    return found


def test_one_small_count_hides_another() -> None:
    assert of([3, 20, 9, 30]) == ["<5", "20", DERIVED, "30", "62"]


def test_what_follows_from_a_hidden_count_is_hidden_in_a_sentence_as_well() -> None:
    def said(count: int) -> str:
        derived = (Figure("+50.0%", indicator="accepted", is_derived=True), Figure("8—20", indicator="accepted", is_derived=True))
        block = Paragraph((n(count), "，较上期 ", derived[0], "，预期 ", derived[1], "。"), "finding")
        document = Document("t", "p", "i", "o", (Section("s", "s", (block,), "m"),), SOURCE)
        found = hidden(document, 5).sections[0].blocks[0]
        assert isinstance(found, Paragraph)
        assert (count >= 5) is any(isinstance(run, Figure) and run.indicator is not None for run in found.runs)
        return found.text

    assert said(3) == "<5，较上期 *，预期 *。"
    assert said(12) == "12，较上期 +50.0%，预期 8—20。"


def test_zeros_and_large_counts_stay() -> None:
    assert of([0, 20, 9, 30]) == ["0", "20", "9", "30", "59"]


def test_two_of_the_least_or_the_most_hide_a_third() -> None:
    assert of([1, 1, 9, 30]) == ["<5", "<5", DERIVED, "30", "41"]
    assert of([4, 4, 9, 30]) == ["<5", "<5", DERIVED, "30", "47"]
    assert of([2, 3, 9, 30]) == ["<5", "<5", "9", "30", "44"]


def test_no_hidden_count_can_be_worked_out_from_the_total() -> None:
    generator = random.Random(3)
    tried = 0
    for _ in range(300):
        values = [generator.choice([0, 1, 2, 3, 4, 5, 6, 9, 14, 22]) for _ in range(generator.randint(2, 6))]
        shown = of(values)
        if not shown[-1].isdigit():
            continue
        for text, possible, value in zip(shown, solutions(shown), values, strict=False):
            if text == "<5":
                assert value in possible
                assert len(possible) > 1, (values, shown)
                tried += 1
    assert tried > 100


def test_what_is_derived_from_a_small_count_goes_with_it() -> None:
    columns = (Column("a", is_number=False), Column("now"), Column("before"), Column("change"), Column("expected"), Column("most"))
    rows = (
        Row(("停车", n(4), n(20), Figure("−80.0%"), "2–9", Figure("东街 3", 3, "count", "accepted"))),
        Row(("噪声", n(40), n(20), Figure("+100.0%"), "12–30", Figure("东街 30", 30, "count", "accepted"))),
    )
    paragraph = Paragraph(("停车 ", Figure("4 件", 4, "count", "accepted"), "。"))
    chart = Chart("c", "bars", ("停车", "噪声"), (Series("本周", (4.0, 40.0)),), "件")
    document = Document("t", "p", "i", "o", (Section("s", "名称", (paragraph, Table("t", columns, rows), chart), "停车 4 件"),), SOURCE)
    found = hidden(document, 5)
    section = found.sections[0]
    table, drawn = section.blocks[1], section.blocks[2]
    assert isinstance(table, Table)
    assert isinstance(drawn, Chart)
    assert [plain(cell) for cell in table.rows[0].cells] == ["停车", "<5", "20", DERIVED, "2–9", "东街 <5"]
    assert [plain(cell) for cell in table.rows[1].cells] == ["噪声", "40", "20", "+100.0%", "12–30", "东街 30"]
    assert all(not isinstance(cell, Figure) or cell.value is None for cell in table.rows[0].cells[1:2])
    assert drawn.series[0].values == (None, 40.0)
    assert section.message == "停车 <5 件。"
    assert found.notes
    assert hidden(document, 1) is document
