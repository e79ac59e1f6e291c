"""Starting by hand and under gunicorn: one clear sentence and a non-zero exit where it is not possible, ready when it says so."""

from __future__ import annotations

import concurrent.futures
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def environment(**settings: object) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QUANYU_", "PROMETHEUS_"))}
    return kept | {f"QUANYU_{name}": str(value) for name, value in settings.items()}


def start(**settings: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment(**settings), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def refused(**settings: object) -> str:
    with start(**settings) as process:
        out, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert out == ""
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1
    return said


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_port_in_use_is_a_sentence(taken_port: int, tmp_path: Path) -> None:
    said = refused(PORT=taken_port, STORE=tmp_path)
    assert str(taken_port) in said
    assert "QUANYU_PORT" in said


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_listening_beyond_this_machine_is_refused(host: str, tmp_path: Path) -> None:
    assert "no users yet" in refused(HOST=host, STORE=tmp_path)


def test_a_wrong_setting_is_a_sentence() -> None:
    assert "QUANYU_PORT" in refused(PORT="eighty")


def test_an_unreadable_snapshot_is_a_sentence_and_no_demo_takes_its_place(demo_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(demo_store, store)
    (database,) = (store / "snapshots").glob("*.duckdb")
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 0xFF
    database.write_bytes(content)
    assert database.stem in refused(PORT=0, STORE=store)
    assert [path.name for path in (store / "snapshots").glob("*.duckdb")] == [database.name]


@pytest.mark.slow
def test_without_a_store_the_demo_is_built_and_served(tmp_path: Path) -> None:
    with start(PORT=0, STORE=tmp_path / "store", DEMO_SCALE="small") as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            health = json.load(urllib.request.urlopen(f"{address}healthz", timeout=20))
            assert (health["status"], health["reason"]) == ("ok", None)
        finally:
            process.terminate()
            process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.slow
def test_no_first_request_of_a_new_worker_fails(demo_store: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:server"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(PORT=port, STORE=demo_store, WORKERS=2), text=True, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stderr is not None
            while "Listening" not in (line := process.stderr.readline()):
                assert line, "gunicorn ended"
            address = f"http://127.0.0.1:{port}"
            paths = ["/", "/_dash-layout", "/_dash-dependencies", "/healthz", "/api/v1/ask", "/api/v1/generation"] * 16
            with concurrent.futures.ThreadPoolExecutor(24) as pool:
                statuses = list(pool.map(lambda path: urllib.request.urlopen(address + path, timeout=60).status, paths))
            assert statuses == [200] * len(paths)
        finally:
            process.terminate()
            process.communicate(timeout=30)


def test_gunicorn_refuses_an_address_beyond_this_machine(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "-b", "0.0.0.0:0", "app:server"]
    done = subprocess.run(command, cwd=ROOT, env=environment(STORE=tmp_path), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "no users yet" in done.stderr
    assert "Traceback" not in done.stderr
