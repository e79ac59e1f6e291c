"""The preview of a camera: an address made from the installation's template, and what the browser does with it.

No address of a camera is ever stored: data hold none (ingest refuses them), and the template is a setting. Whoever may not see the
camera never gets its address.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator

from data.settings import StoreSettings

PLACE: Final = "{point_id}"
DIRECTIVES: Final = ("img-src", "media-src", "connect-src")
"""Of the content-security policy: stills, streams, and what a player in a script asks for."""
_TEMPLATE: Final = re.compile(r"(?:https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?)?/[A-Za-z0-9._~!$&()*+=:@%/?{}-]*")
_DOTS: Final = re.compile(r"\.{1,2}")


class PreviewSettings(StoreSettings):
    """The settings of previews, and the store's."""

    video_template: str = Field(
        "",
        description="Address of a camera's picture, with `{point_id}` where its id goes, e.g. `/live/{point_id}/index.m3u8` or "
        "`https://media.example:8443/{point_id}.jpg`; empty: no previews. An address elsewhere is let into the security policy.",
    )
    video_kind: Literal["hls", "still", "mjpeg"] = Field(
        "hls", description="What lies there: a stream (HLS), a picture that is fetched again and again, or moving JPEG."
    )
    video_seconds: float = Field(5, ge=0.2, le=3600, description="Seconds between two pictures of `still`.")
    video_player: Path | None = Field(
        None, description="A local `hls.min.js`, for browsers that do not play HLS by themselves; it is served from here."
    )

    @field_validator("video_template")
    @classmethod
    def _placed(cls, value: str) -> str:
        if value:
            parts = urlsplit(value)
            is_plain = _TEMPLATE.fullmatch(value) is not None and not value.startswith("//")
            if not is_plain or PLACE not in value or re.search(r"[{}]", value.replace(PLACE, "")) or PLACE in parts.netloc:
                raise ValueError("expected a path (/…) or http(s)://host/… with {point_id} in it, and no other braces, blanks or quotes")
        return value


def address_of(template: str, point_id: str) -> str | None:
    """The address of one camera's picture; None without a template, and for ids that a browser would read as a step up."""
    if not template or _DOTS.fullmatch(point_id):
        return None
    return template.replace(PLACE, quote(point_id, safe=""))


def origin_of(template: str) -> str:
    """Where pictures come from, as a policy names it; empty for this server's own."""
    parts = urlsplit(template)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def widened(policy: str, origin: str) -> str:
    """A content-security policy that also lets in pictures and streams of one origin; unchanged without one."""
    if origin:
        for directive in DIRECTIVES:
            policy = policy.replace(f"{directive} 'self'", f"{directive} 'self' {origin}")
    return policy
