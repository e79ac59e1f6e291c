"""The registry of indicators: what each counts, among which events, and why others are left out.

Numerators, denominators and reasons are expressions over the columns of the table ``outcome``, so one count of events per
outcome answers them all. An event of the cohort that is not in the denominator is listed under the first reason that applies.
The entries stand by what they are about in :mod:`data.indicators.families`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from data.errors import UnknownIndicator
from data.indicators.families.call_back_rates import CALL_BACK_RATES
from data.indicators.families.closing import CLOSING
from data.indicators.families.coverage import COVERAGE
from data.indicators.families.handling import HANDLING
from data.indicators.families.origin import ORIGIN
from data.indicators.indicator import Indicator, Reason
from data.indicators.reasons import DUPLICATE, VOID

__all__ = ["DUPLICATE", "INDICATORS", "VOID", "Indicator", "Reason", "find"]

_ALL: Final = (*HANDLING, *CALL_BACK_RATES, *ORIGIN, *CLOSING, *COVERAGE)

INDICATORS: Final[Mapping[str, Indicator]] = {indicator.key: indicator for indicator in _ALL}
"""Every indicator by key, in the order they are shown."""


def find(key: str) -> Indicator:
    """The indicator of that key.

    Raises
    ------
    UnknownIndicator
        There is none; the sentence lists those there are.
    """
    if key not in INDICATORS:
        raise UnknownIndicator(f"There is no indicator {key[:40]!r}; choose one of {', '.join(INDICATORS)}.")
    return INDICATORS[key]
