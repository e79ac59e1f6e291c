"""Addresses as QR codes, made here and drawn by nobody else."""

from __future__ import annotations

import io

import segno

QUIET_ZONE = 2
"""Modules of white around it; half of what the standard asks, on white paper."""


def png(address: str, scale: int = 8) -> bytes:
    """A picture with ``scale`` pixels to a module; long addresses make denser codes."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="png", scale=scale, border=QUIET_ZONE)
    return out.getvalue()


def picture(address: str) -> str:
    """A drawing (SVG) as an address that holds it."""
    return segno.make(address, error="m", micro=False).svg_data_uri(border=QUIET_ZONE, scale=4)
