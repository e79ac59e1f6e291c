import re
import string
from pathlib import Path

import pytest

from dashboard.words import WORDS, say

STEMS = (
    "data_kind_",
    "data_mode_",
    "data_form_",
    "data_problem_",
    "data_step_",
    "data_theme_",
    "data_code_",
    "before_",
    "brief_file_",
    "brief_finding_",
    "brief_per_",
    "brief_rule_",
    "brief_status_",
    "brief_streets_",
    "camera_no_",
    "direction_",
    "preview_",
    "compare_",
    "export_",
    "limit_",
    "saved_",
    "case_rework",
    "case_postpone",
    "case_bounce",
    "mark_",
    "vs_",
    "bench_days_hint_",
    "bench_hours_hint_",
    "bench_durations_hint_",
    "bounced_",
    "opened_order_",
    "reworked_",
    "step_",
    "times_",
    "to_",
    "video_by_",
    "video_no_",
    "video_seen_",
    "wait_",
)
"""Of texts whose key is put together where they are said."""
DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard"


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_every_text_exists_in_both_languages_with_the_same_names(key: str) -> None:
    zh, en = WORDS[key]
    assert zh.strip()
    assert en.strip()
    assert names(zh) <= names(en) | {"first", "n", "rest", "level"}
    assert names(en) <= names(zh) | {"first", "n", "rest", "level"}


def test_chinese_texts_are_chinese_and_english_ones_hold_no_chinese() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [key for key, (_, en) in WORDS.items() if chinese.search(en) and key not in ("language", "language_hint")] == []
    alike = [key for key, (zh, _) in WORDS.items() if not chinese.search(zh)]
    assert alike == [
        "language",
        "language_hint",
        "n",
        "ranking",
        "data_row_id",
        "waiting_area",
        "export_name_csv",
        "export_name_csv_gb18030",
    ]


def test_every_text_is_used_and_every_used_text_exists() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in DASHBOARD.rglob("*.py") if path.parent.name != "words")
    asked = set(re.findall(r"""\bsay\(\s*["'](\w+)["']""", source)) | set(re.findall(r'"(\w+)"', source)) & WORDS.keys()
    asked |= {f"brief_{key}" for key in re.findall(r"""\b(?:words|said_with)\(\s*["'](\w+)["']""", source)}
    built = {key for key in WORDS for stem in ("window_", "any_", "categories_", "event_", *STEMS) if key.startswith(stem)}
    assert asked - WORDS.keys() == set()
    assert WORDS.keys() - asked - built == set()


def test_values_fill_the_text() -> None:
    assert say("event_overdue", "zh", span="2 小时") == "超期 2 小时"
