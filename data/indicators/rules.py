"""The parts of a definition: when a day begins, which call-backs count, what a repeated place and a target are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

CONDITIONS: Final = ("rated", "closed")
"""What a definition may ask of a call-back before it counts as effective. Contact is not among them: the response rate could
then only be 100 %."""
UNRATED: Final = ("counts", "left_out", "satisfied")


@dataclass(frozen=True)
class Day:
    """When a day begins.

    Attributes
    ----------
    begins
        Whole hour of the local clock, 0 to 23; 12 makes days that run from noon to noon.
    named_by
        The date a day bears where it spans two: that on which it begins, or that on which it ends.
    """

    begins: int = 0
    named_by: Literal["begin", "end"] = "begin"

    @property
    def lag_hours(self) -> int:
        """Hours from midnight to the beginning of the day of that date: 12, or -12 where noon of the day before begins it."""
        return self.begins - 24 if self.named_by == "end" and self.begins else self.begins


@dataclass(frozen=True)
class CallBack:
    """Which call-backs count, and as what.

    Attributes
    ----------
    effective
        What a recorded call-back must be beside, all of :data:`CONDITIONS` that are named; none: as the source says.
    unrated
        A call-back without a rating ``counts`` as not satisfied, is ``left_out`` of the satisfaction rate, or is ``satisfied``.
    resolved_needs_contact
        A case counts as resolved only where the handling unit was in contact.
    """

    effective: tuple[str, ...] = ()
    unrated: Literal["counts", "left_out", "satisfied"] = "counts"
    resolved_needs_contact: bool = False


@dataclass(frozen=True)
class Repeat:
    """What makes a place a repeated one: at least ``cases`` cases within ``days`` days and ``metres`` metres."""

    cases: int = 3
    days: int = 30
    metres: float = 50.0


@dataclass(frozen=True)
class Target:
    """What an indicator should reach, and the threshold at or beyond which an area is marked; in the indicator's unit."""

    target: float
    threshold: float
