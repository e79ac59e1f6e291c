"""Personal numbers are masked in free text however they are written, and nothing else is."""

from __future__ import annotations

import duckdb
import pytest

from data.ingest.privacy import MASK, masked


def _masked(text: str) -> str:
    with duckdb.connect() as connection:
        return str(connection.execute(f"SELECT {masked('text')} FROM (SELECT ?::VARCHAR AS text)", [text]).fetchall()[0][0])


@pytest.mark.parametrize(
    "number",
    [
        "13812345678", "138 1234 5678", "138-1234-5678", "１３８１２３４５６７８", "+86 138-1234-5678",
        "0755-26543210", "(0755)26543210", "（021）65432100", "（０２１）６５４３２１００", "+86 755 26543210", "+86(021)65432100",
        "440101199001011234", "44010119900101123X", "4401 0119 9001 0112 34", "４４０１０１１９９００１０１１２３Ｘ",
        "6222 0212 3456 7890 123", "粤A12345", "粤A·D12345", "粤ＡＤ１２３４５",
    ],
)  # fmt: skip
def test_personal_numbers_are_masked(number: str) -> None:
    assert _masked(f"请回电{number}，谢谢") == f"请回电{MASK}，谢谢"


@pytest.mark.parametrize(
    "text",
    [
        "工单20260101123456",
        "2026-01-02 08:05:00 至 2026-01-03 09:00",
        "3栋(2)房5号",
        "1号 2号 3号 4号 5号 6号 7号 8号 9号 10号",
        "K1234567890",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert _masked(text) == text
