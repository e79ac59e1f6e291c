import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from dashboard import format as shown

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("number", "kind", "lang", "expected"),
    [
        (3012, "count", "zh", "3,012 件"),
        (0.9464, "rate", "zh", "94.6 %"),
        (0.9464, "rate", "en", "94.6 %"),
        (91.26, "score", "zh", "91.3 分"),
        (18.44, "hours", "en", "18.4 h"),
        (None, "rate", "zh", "—"),
        (float("nan"), "count", "en", "—"),
    ],
)
def test_values_carry_their_unit_and_missing_ones_none(number: float | None, kind: str, lang: shown.Language, expected: str) -> None:
    assert str(shown.value(number, kind, lang)) == expected


@pytest.mark.parametrize(
    ("now", "before", "kind", "expected"),
    [
        (104, 100, "count", "+4.0%"),
        (95, 100, "count", "−5.0%"),
        (300, 100, "count", "+200%"),
        (5, 0, "count", ""),
        (None, 4, "count", ""),
        (4, None, "count", ""),
        (0.946, 0.954, "rate", "−0.8 点"),
        (0.5, 0.5, "rate", "±0.0 点"),
        (91.3, 90.9, "score", "+0.4"),
    ],
)
def test_change_is_percent_for_counts_and_points_for_rates(now: float | None, before: float | None, kind: str, expected: str) -> None:
    assert shown.change(now, before, kind, "zh") == expected


@pytest.mark.parametrize(("seconds", "zh"), [(0, "0 分"), (-5, "0 分"), (89 * 60, "89 分"), (90 * 60, "1 小时"), (48 * 3600, "2 天")])
def test_spans_use_their_largest_fitting_unit(seconds: float, zh: str) -> None:
    assert shown.span(seconds, "zh") == zh


def test_instants_are_shown_in_the_deployments_zone() -> None:
    assert shown.clock(dt.datetime(2026, 11, 22, 0, 4), SHANGHAI) == "08:04"
    assert shown.moment(dt.datetime(2026, 11, 21, 20, 0, tzinfo=dt.UTC), SHANGHAI) == "11-22 04:00"
