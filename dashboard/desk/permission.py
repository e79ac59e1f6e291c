"""Who may change anything or read rows as they came: this machine alone, until there are accounts."""

from __future__ import annotations

import ipaddress

from flask import request

from dashboard.context import Context
from dashboard.guard import LOOPBACK_NAMES, host_name

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
"""Headers of a proxy: behind one, every caller looks like this machine."""


def may_write(context: Context) -> bool:
    """Whether the running request may upload, publish, roll back, pin, or download rejected rows.

    It must come from this machine to a server that listens on loopback only, under one of its own names, through no proxy, and
    from a viewer who may see everything.
    """
    try:
        is_near = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        is_near = False
    return (
        context.settings.is_loopback
        and is_near
        and host_name(request.headers.get("Host", "")) in LOOPBACK_NAMES
        and not any(name in request.headers for name in FORWARDED)
        and context.scope() is None
    )
