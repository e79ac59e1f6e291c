"""Every promised reason code exists, with a sentence in both languages that says what to do."""

from __future__ import annotations

import re

import pytest

from data.codes import CODES, FINDINGS_WITH_POSITION, Code, codes_of

PROMISED = {
    "file": """E_EMPTY_FILE E_NO_HEADER E_ENCODING E_FILE_TYPE E_FILE_ENCRYPTED E_FILE_TOO_BIG E_TOO_MANY_ROWS E_TOO_MANY_COLUMNS
        E_TOO_MANY_FILES E_CORRUPT E_JSON E_XML E_ZIP_BOMB E_ZIP_PATH E_ZIP_LINK E_ZIP_DUP E_SHP_PART_MISSING E_MISSING_COLUMN
        E_DUP_COLUMN E_TYPE""",
    "row": """E_RAGGED E_QUOTE E_NUL E_FIELD_TOO_LONG E_FORMULA E_ENUM E_ID_MISSING E_ID_INVALID E_ID_DUP E_ID_CONFLICT E_ID_PRECISION
        E_FK_STREET E_FK_GRID E_GRID_MISMATCH E_TIME_MISSING E_TIME_INVALID E_TIME_RANGE E_TIME_FUTURE E_TIME_AMBIGUOUS
        E_CLOSE_BEFORE_REPORT E_CLOSE_TIME_MISSING E_STATUS_TIME_CONFLICT""",
    "position": "E_COORD_MISSING E_COORD_INVALID E_COORD_ZERO E_COORD_SWAPPED E_COORD_OUT_OF_AREA E_COORD_CRS",
    "boundary": "E_GEOM_NULL E_GEOM_EMPTY E_GEOM_INVALID E_GEOM_TYPE",
    "warning": """W_NO_ROWS W_UNKNOWN_COLUMN W_MOJIBAKE W_MIXED_TZ W_CRS_SUSPECT W_CRS_ASSUMED W_GRID_OVERLAP W_GRID_GAP W_HIDDEN_SHEET
        W_MULTI_SHEET""",
    "caveat": "C_CLOSING_CUT_OFF C_NO_DEADLINES C_NOT_RECORDED",
}


@pytest.mark.parametrize("kind", PROMISED)
def test_the_promised_codes_are_all_there_and_no_others(kind: str) -> None:
    assert {key for key, code in CODES.items() if code.kind == kind} == set(PROMISED[kind].split())


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_sentences_are_complete_in_both_languages(code: Code) -> None:
    assert re.search(r"[\u4e00-\u9fff]", code.zh)
    assert code.zh.endswith("。")
    assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", code.en)
    assert code.en.endswith(".")
    assert code.sentence("zh") == code.zh
    assert code.sentence("en") == code.en


def test_no_two_codes_share_a_sentence() -> None:
    assert len({code.zh for code in CODES.values()}) == len({code.en for code in CODES.values()}) == len(CODES)


def test_kinds_split_the_registry() -> None:
    assert codes_of("position") == set(PROMISED["position"].split())
    assert codes_of("row") >= FINDINGS_WITH_POSITION
