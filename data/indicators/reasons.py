"""Why events of the cohort are not in a denominator: what an indicator lists as left out."""

from __future__ import annotations

from typing import Final

from data.indicators.indicator import Reason
from data.vocabulary import Words

VOID: Final = Reason("void", "is_void", Words("作废", "void"))
DUPLICATE: Final = Reason("duplicate", "is_duplicate", Words("重复", "duplicates"))
NOT_DISPATCHED: Final = Reason("not_dispatched", "NOT is_dispatched", Words("未派遣", "not dispatched"))
NOT_REGISTERED: Final = Reason("not_registered", "NOT is_registered", Words("未立案", "not registered"))
NO_DEADLINE: Final = Reason("no_deadline", "NOT has_deadline", Words("无时限", "without a deadline"))
NOT_DUE: Final = Reason("not_due", "TRUE", Words("未到期", "not yet due"))
CLOSING_UNKNOWN: Final = Reason("no_deadline", "is_closed AND closed_on_time IS NULL", NO_DEADLINE.words)
DISPOSAL_UNKNOWN: Final = Reason("no_deadline", "is_disposed AND disposed_on_time IS NULL", NO_DEADLINE.words)
UNRATED: Final = Reason("unrated", "has_call_back", Words("回访未评价", "not rated when called back"))
NO_CALL_BACK: Final = Reason("no_call_back", "TRUE", Words("无有效回访", "without an effective call-back"))
NOT_CLOSED: Final = Reason("not_closed", "NOT is_closed", Words("未结案", "not closed"))
NO_LEVEL: Final = Reason("no_handle_level", "TRUE", Words("未注明办理层级", "without a handling level"))
NO_DURATION: Final = Reason("no_duration", "TRUE", Words("无办结时间", "without a closing time"))
