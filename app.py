"""Quanyu: settings → store → application → server.

``python app.py`` builds a made-up district where there is no store and serves it on loopback. In production gunicorn serves
``app:server`` with ``gunicorn.conf.py``; where there is no fork, ``waitress-serve app:server`` does.
"""

from __future__ import annotations

import functools
import signal
import sys
from typing import Any

from dashboard import serve
from dashboard.factory import create_app
from dashboard.log import configure
from dashboard.settings import Settings
from data.errors import QuanyuError


@functools.cache
def _server() -> Any:
    settings = Settings.load()
    configure(settings.log_level)
    return create_app(settings, serve.open_store(settings)).server


def __getattr__(name: str) -> Any:
    """``server``, made when it is first asked for: importing this module does nothing."""
    if name == "server":
        return _server()
    raise AttributeError(name)


def main() -> int:
    """Start by hand; 1 with one sentence where that is not possible."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings = Settings.load()
        serve.refuse_unsafe([settings.host])
        with serve.listening(settings) as taken:
            configure(settings.log_level)
            store = serve.open_store(settings)
            serve.with_data(settings, store, serve.say)
            server = create_app(settings, store).server
            sys.stdout.write(f"Quanyu is ready: {serve.address_of(taken)}\n")
            sys.stdout.flush()
            serve.serve(server, taken, settings)
    except QuanyuError as error:
        serve.say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
