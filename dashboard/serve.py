"""Starting the application by itself: safety, port, store, then waitress. gunicorn does without (``gunicorn.conf.py``)."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import waitress

from dashboard.settings import Settings
from data.errors import ConfigError, NoSnapshot
from data.settings import PREFIX
from data.store.store import Store

if TYPE_CHECKING:
    from flask import Flask

DEMO_SEED = 1


def refuse_unsafe(addresses: list[str]) -> None:
    """Without users, only this machine may listen.

    Raises
    ------
    ConfigError
        An address can be reached from elsewhere.
    """
    for address in addresses:
        if address != "localhost" and not ipaddress.ip_address(address).is_loopback:
            raise ConfigError(
                f"Listening on {address} would show the data to everybody who can reach this machine, for there are no users yet. "
                f"Leave {PREFIX}HOST at 127.0.0.1."
            )


def listening(settings: Settings) -> socket.socket:
    """A socket bound to the configured address and port, taken before anything slow begins.

    Raises
    ------
    ConfigError
        The port is in use or may not be taken.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((settings.host, settings.port))
        taken.listen(socket.SOMAXCONN)
    except OSError as error:
        taken.close()
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"Port {settings.port} on {settings.host} is in use. Stop the other program or set {PREFIX}PORT to another port."
            ) from error
        raise ConfigError(
            f"{settings.host} port {settings.port} cannot be listened on ({error.strerror}). Set {PREFIX}HOST and {PREFIX}PORT."
        ) from error
    return taken


def address_of(taken: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def open_store(settings: Settings) -> Store:
    """The store of the settings; nothing is opened yet."""
    return Store(settings.store, memory_limit=settings.memory_limit, threads=settings.threads, is_indexed=settings.index)


def with_data(settings: Settings, store: Store, say: Callable[[str], None]) -> None:
    """See that there is a snapshot to serve: builds the demo district where nothing was ever published.

    Raises
    ------
    NoSnapshot, SnapshotRefused
        Something was published and cannot be read.
    """
    if not store.manifests() and not store.generation:
        from data.demo import demo  # noqa: PLC0415 -- only the first start needs the builder

        say(f"There are no data in {settings.store} yet; building a made-up district ({settings.demo_scale}). This takes a minute or two.")
        files = settings.store.parent / "demo"
        demo(scale=settings.demo_scale, seed=DEMO_SEED, out=files, store=settings.store)
    try:
        store.current()
    except NoSnapshot as error:
        raise NoSnapshot(f"{error} Publish a snapshot with python -m data build, or set {PREFIX}STORE to another folder.") from error


def serve(server: Flask, taken: socket.socket, settings: Settings) -> None:
    """Answer requests until interrupted."""
    waitress.create_server(
        server,
        sockets=[taken],
        threads=settings.worker_threads,
        ident=None,
        clear_untrusted_proxy_headers=True,
        max_request_body_size=(settings.upload_mb + 1) << 20,
    ).run()


def say(sentence: str) -> None:
    """One line on standard error."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
