"""Log lines for operators: one JSON object a line, never a name, an address or a text of an event."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from dashboard.context import Context


def configure(level: str) -> None:
    """Set up logging of this process, on standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def note_failure(context: Context, place: str, error: BaseException) -> None:
    """Count and log an error that nobody expected.

    Only its kind and the lines of our code it passed through are written: messages may quote values, and values may be personal.
    """
    context.metrics.failures.labels(place.split(maxsplit=1)[0]).inc()
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
    structlog.get_logger().error("failure", place=place, kind=type(error).__name__, where=where)
