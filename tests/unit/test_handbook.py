"""What is told of the indicators: complete, worked examples that work, documents that have not drifted."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from data.__main__ import main
from data.indicators import handbook
from data.indicators.definition import shipped
from data.indicators.document import FILES, markdown
from data.indicators.formula import example, fraction, score
from data.indicators.registry import INDICATORS

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_documents_are_what_the_registry_says(lang: str) -> None:
    written = (DOCS / FILES[lang]).read_text(encoding="utf-8")  # type: ignore[index]
    hint = f"run: python -m data indicators --markdown --lang {lang} > docs/{FILES[lang]}"  # type: ignore[index]
    assert written == markdown(shipped(), lang), hint  # type: ignore[arg-type]


def test_the_command_writes_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["indicators", "--markdown", "--lang", "en"]) == 0
    assert capsys.readouterr().out == (DOCS / "indicators.md").read_text(encoding="utf-8")
    assert main(["indicators"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(INDICATORS)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("key", INDICATORS)
def test_every_entry_tells_all(key: str, lang: str) -> None:
    told = {term: text for term, text, _ in handbook.rows(INDICATORS[key], shipped(), lang)}  # type: ignore[arg-type]
    words = [handbook.TEXTS[name].in_(lang) for name in ("formula", "source", "interval", "example", "direction", "rules")]  # type: ignore[arg-type]
    assert all(told[word].strip() for word in words)
    assert INDICATORS[key].example is not None
    if lang == "en":
        assert not re.search("[\u4e00-\u9fff]", "".join(told.values()))


@pytest.mark.parametrize("key", [key for key, one in INDICATORS.items() if one.example and one.example.numerator])
def test_worked_examples_come_out(key: str) -> None:
    indicator = INDICATORS[key]
    assert indicator.example is not None
    numerator = sum(n * weight for n, weight in indicator.example.numerator)
    unit = {"per_10k": indicator.example.denominator / 10_000, "count": 1.0}.get(indicator.unit, indicator.example.denominator)
    assert numerator / unit == pytest.approx(indicator.example.value)


def test_the_examples_of_quantiles_and_scores_come_out() -> None:
    hours = [2, 6, 12, 30, 50]
    for key in ("median_hours", "p90_hours"):
        indicator = INDICATORS[key]
        assert indicator.example is not None
        assert np.quantile(hours, indicator.share) == pytest.approx(indicator.example.value)
    composite = INDICATORS["composite_score"].example
    assert composite is not None
    assert pytest.approx(composite.value) == 10 * 0.98 + 40 * 0.79 + 50 * 0.80
    assert pytest.approx(94.69, abs=0.005) == 30 * 0.95 + 20 * 0.9 + 20 * (1 - 4 / 195) + 20 * (1 - 0.05) + 10 * (1 - 0.04)


def test_formulas_with_counts_put_in() -> None:
    assert fraction(INDICATORS["disposal_rate"], [(190, 1)], 200, 0.95, "zh") == "应处置 200：已处置 190 ÷ 200 = 95.0%"
    assert example(INDICATORS["satisfaction_rate"], "en").endswith("(70 + 10 × 0.9) ÷ 100 = 79.0%")
    assert fraction(INDICATORS["closing_rate"], [(0, 1)], 0, None, "en").endswith("= —")
    terms = {"disposal_rate": 80.0, "rework_rate": -20.0}
    assert score(terms, {"disposal_rate": 0.95, "rework_rate": None}, 90.0, "zh") == "处置率 80 × 95.0% + 返工率 20 × (1 − —) = 90.0 分"


@pytest.mark.parametrize("key", [key for key, one in INDICATORS.items() if one.unit == "rate"])
def test_a_rate_names_numerator_and_denominator_in_its_formula(key: str) -> None:
    assert all(word.strip() for side in INDICATORS[key].fraction for word in side)


def test_differences_are_those_of_the_files() -> None:
    found = {difference.path: difference.values for difference in handbook.differences(shipped())}
    assert ("name",) not in found
    assert ("minimum_n",) not in found
    assert found["weights", "response"] == ("0.1", "0.3")
    assert found["assessment_day",] == ("19", "1")
    assert handbook.concerns(next(iter(handbook.differences(shipped()))), INDICATORS["composite_score"])
