"""Fair ranking: whether the last band holds the streets that are truly last, and bands still tell the best from the worst.

Sixteen streets with known true rates are called back and ranked, again and again, by the code the screen uses. The plain
published order is ranked beside it.

Usage: python benchmarks/ranking.py [RUNS] [--seed N] [--picture FILE.svg]
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from data.indicators import intervals
from data.indicators.bands import Standing, angles, critical, standing

STREETS = 16
LAST = 3
Rates = npt.NDArray[np.float64]


def bell(spread: float, middle: float) -> Rates:
    """True rates of the streets, worst first: bell-shaped around ``middle`` with standard deviation ``spread``."""
    scores = np.array([NormalDist().inv_cdf((at + 0.5) / STREETS) for at in range(STREETS)])
    return middle + spread * scores / scores.std()


def even(width: float, middle: float) -> Rates:
    """True rates in even steps, worst first, ``width`` from the worst to the best."""
    return middle + width * np.linspace(-0.5, 0.5, STREETS)


@dataclass(frozen=True)
class Setting:
    """One simulated district: its name, true rates and call-backs to a street."""

    name: str
    truth: Rates
    calls: int


SETTINGS = (
    Setting("60 call-backs, spread 1.5 points", bell(0.015, 0.93), 60),
    Setting("600 call-backs, spread 20 points", bell(0.20, 0.60), 600),
    Setting("600 call-backs, even steps from 75 % to 95 %", even(0.20, 0.85), 600),
    Setting("600 call-backs, no difference at all", even(0.0, 0.85), 600),
    Setting("30 to 1,500 call-backs, no difference at all", even(0.0, 0.85), 0),
)
UNEVEN = np.geomspace(30, 1500, STREETS).round().astype(np.int64)


@dataclass(frozen=True)
class Outcome:
    """Shares of the runs of a setting.

    Attributes
    ----------
    held
        The last band holds the true last three.
    together
        One of the true first three and one of the true last three are in the same band.
    found
        Mean share of the true last three among the published last three, without bands.
    ranges
        Every street's true place lies in its range of places; of streets that are truly equal, all the places they share.
    bands, last
        Mean number of bands, and mean number of streets in the last one.
    """

    held: float
    together: float
    found: float
    ranges: float
    bands: float
    last: float


def ranked(good: npt.NDArray[np.int64], calls: npt.NDArray[np.int64]) -> Standing:
    """The standing of streets with ``good`` satisfied of ``calls`` call-backs, as the screen computes it."""
    share = good / calls
    angle, error = angles(share, calls.astype(np.float64))
    reach = error * critical(len(share))
    return standing(share, angle, reach, reach)


def simulate(setting: Setting, runs: int, seed: int) -> Outcome:
    """Call back, rank, compare with the truth."""
    rng = np.random.default_rng(seed)
    calls = np.full(STREETS, setting.calls) if setting.calls else UNEVEN
    drawn = rng.binomial(calls, setting.truth, size=(runs, STREETS))
    last = np.argsort(drawn / calls + rng.random(drawn.shape) * 1e-9, axis=1)[:, :LAST]
    best = 1 + (setting.truth[None, :] > setting.truth[:, None] + 1e-12).sum(axis=1)
    worst = STREETS - (setting.truth[None, :] < setting.truth[:, None] - 1e-12).sum(axis=1)
    counted = np.zeros(5)
    for good in drawn:
        found = ranked(good, calls)
        lowest = found.band == found.band.max()
        counted += (
            lowest[:LAST].all(),
            bool(np.isin(found.band[:LAST], found.band[-LAST:]).any()),
            ((found.first <= best) & (found.last >= worst)).all(),
            found.band.max(),
            lowest.sum(),
        )
    held, together, ranges, bands, size = counted / runs
    return Outcome(held, together, float((last < LAST).mean()), ranges, bands, size)


def picture(seed: int = 16) -> str:
    """Two districts side by side as SVG: what the published order says, and what the bands say."""
    parts = [_panel(SETTINGS[0], seed, 20, "60 件回访，真实差距 1.5 点", "60 call-backs, true spread 1.5 points")]
    parts.append(_panel(SETTINGS[2], seed, 500, "600 件回访，真实水平 75% 到 95%", "600 call-backs, true rates from 75 % to 95 %"))
    style = (
        'text{font:13px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;fill:#1f2937}'
        ".q{fill:#6b7280;font-size:12px}.h{font-weight:600;font-size:15px}"
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 980 500" role="img">'
        "<title>并列带 / Bands of streets that cannot be told apart</title>"
        f'<style>{style}</style><rect width="980" height="500" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _panel(setting: Setting, seed: int, left: int, chinese: str, english: str) -> str:
    good = np.random.default_rng(seed).binomial(setting.calls, setting.truth)
    calls = np.full(STREETS, setting.calls)
    found = ranked(good, calls)
    low, high = intervals.wilson(good, calls)
    share, order = good / calls, np.argsort(-good, kind="stable")
    start, end = float(low.min()), float(high.max())

    def across(rate: float) -> float:
        return left + 90 + (rate - start) / (end - start) * 250

    rows = [f'<text x="{left}" y="28" class="h">{chinese}</text><text x="{left}" y="46" class="q">{english}</text>']
    y, band = 60.0, 1
    tops = {1: y}
    for at, street in enumerate(order):
        if found.band[street] != band:
            band, y = int(found.band[street]), y + 14
            tops[band] = y
        y += 21
        is_last = street < LAST
        rows.append(
            f'<text x="{left}" y="{y}" class="{"" if is_last else "q"}">{at + 1}</text>'
            f'<text x="{left + 24}" y="{y}">{share[street] * 100:.1f}%</text>'
            f'<rect x="{across(low[street]):.1f}" y="{y - 8}" width="{across(high[street]) - across(low[street]):.1f}" height="7" rx="3.5" '
            f'fill="#bfd7ea"/><circle cx="{across(share[street]):.1f}" cy="{y - 4.5}" r="4" fill="{"#1d4ed8" if is_last else "#5b8db8"}"/>'
            + (f'<circle cx="{across(share[street]):.1f}" cy="{y - 4.5}" r="7" fill="none" stroke="#1d4ed8"/>' if is_last else "")
            + f'<text x="{left + 352}" y="{y}" class="q">{found.first[street]}–{found.last[street]}</text>'
        )
    for number, top in tops.items():
        count = int((found.band == number).sum())
        rows.append(f'<rect x="{left + 404}" y="{top + 8}" width="3" height="{count * 21 - 4}" rx="1.5" fill="#5b8db8"/>')
    rows.append(f'<text x="{left + 340}" y="46" class="q">可能位次 places</text>')
    rows.append(f'<text x="{left}" y="{y + 34}" class="q">◎ 真正的末三名 the true last three　│ 并列带 band</text>')
    return "".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--picture", type=Path, help="write the picture of docs/fair-ranking.md to this file")
    options = parser.parse_args()
    if options.picture:
        options.picture.write_text(picture(), encoding="utf-8")
    start = time.perf_counter()
    print(f"{STREETS} streets, {options.runs:,} runs each; told apart beyond {critical(STREETS):.2f} standard errors of a difference")
    for setting in SETTINGS:
        found = simulate(setting, options.runs, options.seed)
        print(f"\n{setting.name}")
        if setting.truth[-1] > setting.truth[0]:
            print(f"  last band holds the true last three      {found.held:9.2%} of runs")
            print(f"  published order finds of the true last three {found.found:5.0%}")
            print(f"  first and last three in one band         {found.together:9.2%} of runs")
        print(f"  every true place within its range        {found.ranges:9.2%} of runs")
        print(f"  bands {found.bands:.1f}, streets in the last {found.last:.1f}")
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
