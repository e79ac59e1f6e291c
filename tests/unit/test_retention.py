"""Retention: what stays is what the design promises, what goes goes whole, and everybody is told."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.errors import ConfigError, NoSnapshot, SnapshotRefused, SnapshotRetired, StoreBusy
from data.settings import StoreSettings, store_settings
from data.store.lock import locked
from data.store.pins import is_pinned, pin, unpin
from data.store.publish import building, publish, rollback
from data.store.retention import planned, retire
from data.store.store import Store
from tests.tiny import built_file

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def add(store: Path, count: int) -> str:
    return publish(store, built_file(store.parent / "built.duckdb", [f"A{n}" for n in range(count)]), {})


def instant(identity: str) -> dt.datetime:
    return dt.datetime.strptime(identity[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)


def plant(store: Path, instants: Iterable[dt.datetime], size: int = 0) -> list[str]:
    """Snapshots as far as retention sees them: files with an id."""
    ids = []
    for at in instants:
        identity = f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-0123abcd"
        (store / "snapshots" / f"{identity}.json").write_text(json.dumps({"id": identity}))
        (store / "snapshots" / f"{identity}.duckdb").write_bytes(b"x" * size)
        ids.append(identity)
    return ids


def expected(ids: list[str], now: dt.datetime, current: str) -> set[str]:
    """The promise, worked out id by id: it stays if no later one has the same hour, day or week and it is young enough."""
    stay = {current}
    for identity in ids:
        at = instant(identity).astimezone(SHANGHAI)
        later = [instant(other).astimezone(SHANGHAI) for other in ids if other > identity]
        monday = at.date() - dt.timedelta(days=at.weekday())
        is_last = {
            "hour": not any(other.replace(minute=0, second=0) == at.replace(minute=0, second=0) for other in later),
            "day": not any(other.date() == at.date() for other in later),
            "week": not any(monday <= other.date() < monday + 7 * DAY for other in later),
        }
        age = now - at
        if (
            age <= 2 * HOUR
            or (age <= 2 * DAY and is_last["hour"])
            or (age <= 90 * DAY and is_last["day"])
            or (age <= 730 * DAY and is_last["week"])
        ):
            stay.add(identity)
    return stay


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.mark.parametrize("seed", range(2))
def test_what_is_promised_stays_and_the_rest_goes(store: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUANYU_TIMEZONE", raising=False)
    current, random_ = add(store, 1), random.Random(seed)
    now = instant(current) + dt.timedelta(seconds=5)
    spans = [2 * HOUR] * 10 + [2 * DAY] * 60 + [90 * DAY] * 90 + [900 * DAY] * 90
    moments = {instant(current) - random_.random() * span for span in spans}
    ids = sorted([*plant(store, moments), current])
    stay = expected(ids, now, current)
    assert 50 < len(stay) < len(ids) - 50
    assert list(planned(store, now).retired) == [identity for identity in ids if identity not in stay]
    assert set(retire(store, now)) == set(ids) - stay
    assert {path.stem for path in (store / "snapshots").iterdir()} == stay
    assert retire(store, now) == []
    # Retiring now and then on the way takes nothing away that retiring once at the end would have kept.
    later = now + 40 * DAY
    for hours in range(30, 960, 310):
        retire(store, now + hours * HOUR)
    retire(store, later)
    assert {path.stem for path in (store / "snapshots").iterdir()} == expected(ids, later, current)


def test_pinned_ones_and_the_one_in_force_stay_whatever_their_age(store: Path) -> None:
    oldest, pinned, newest = add(store, 1), add(store, 2), add(store, 3)
    rollback(store, oldest)
    assert pin(store, pinned) is True
    assert pin(store, pinned) is False
    far = instant(newest) + 4000 * DAY
    assert retire(store, far) == [newest]
    manifests = Store(store).manifests()
    assert [(manifest["id"], manifest["in_force"], manifest["pinned"]) for manifest in manifests] == [
        (pinned, False, True),
        (oldest, True, False),
    ]
    assert unpin(store, pinned) is True
    assert unpin(store, pinned) is False
    assert retire(store, far) == [pinned]
    assert Store(store).current().id == oldest


def test_of_one_hour_what_was_in_force_at_its_end_stays_not_what_was_rolled_back_from(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (store / "snapshots").mkdir(parents=True)
    at = dt.datetime(2026, 11, 20, 10, 10, tzinfo=dt.UTC)
    right, wrong, later = plant(store, [at, at + HOUR / 6, at + 5 * HOUR])
    lines = [("publish", right, None), ("publish", wrong, right), ("rollback", right, wrong), ("publish", later, right)]
    text = "".join(json.dumps({"at": "2026", "do": deed, "id": identity, "previous": before}) + "\n" for deed, identity, before in lines)
    (store / "history.jsonl").write_text(text)
    (store / "CURRENT").write_text(later)
    monkeypatch.setattr("data.store.retention.verified", lambda _store, _identity: {})
    plan = planned(store, at + 6 * HOUR)
    assert list(plan.retired) == [wrong]
    assert plan.kept == {right: "last of its hour", later: "in force"}


def test_over_the_limit_the_oldest_unpinned_go_first(store: Path) -> None:
    current = add(store, 1)
    now = instant(current)
    ids = plant(store, [now - n * DAY for n in range(10, 0, -1)], size=1_000_000)
    pin_path = store / "snapshots" / f"{ids[2]}.pin"
    pin_path.write_text("{}")
    size = sum(path.stat().st_size for path in (store / "snapshots").glob(f"{current}.*")) / 1e9
    plan = planned(store, now, settings=StoreSettings(store_max_gb=size + 0.0045))
    assert list(plan.retired) == [ids[0], ids[1], *ids[3:7]]
    assert plan.warnings == ()
    plan = planned(store, now, settings=StoreSettings(store_max_gb=0.0001))
    assert set(plan.kept) == {ids[2], current}
    assert "QUANYU_STORE_MAX_GB" in plan.warnings[0]
    assert planned(store, now, settings=StoreSettings(store_max_gb=0)).retired == {}


@pytest.mark.parametrize("spoil", ["CURRENT", "file"])
def test_nothing_is_retired_while_the_one_in_force_is_refused(store: Path, spoil: str) -> None:
    old, current = add(store, 1), add(store, 2)
    far = instant(current) + 4000 * DAY
    if spoil == "CURRENT":
        (store / "CURRENT").write_text("?")
    else:
        (store / "snapshots" / f"{current}.duckdb").write_bytes(b"?")
    assert retire(store, far) == []
    assert planned(store, far).warnings
    assert Store(store).get(old).id == old


def test_a_retired_id_says_that_it_was_retired_and_is_never_replaced(store: Path) -> None:
    old, current = add(store, 1), add(store, 2)
    retire(store, instant(current) + 4000 * DAY)
    opened = Store(store)
    for call in (lambda: opened.get(old), lambda: opened.manifest(old), lambda: rollback(store, old), lambda: pin(store, old)):
        with pytest.raises(SnapshotRetired, match=f"{old} was retired"):
            call()
    assert "was retired" in opened.verify(old)["reason"]
    with pytest.raises(NoSnapshot) as unknown:
        opened.get("20200101T000000Z-00000000")
    assert not isinstance(unknown.value, SnapshotRetired)
    # A line that a crash cut off hides no other.
    with (store / "history.jsonl").open("ab") as file:
        file.write(b'{"at": "2026-')
    pin(store, current)
    with pytest.raises(SnapshotRetired):
        opened.get(old)
    assert json.loads((store / "history.jsonl").read_text().splitlines()[-1])["do"] == "pin"


def test_readers_finish_on_what_was_retired(store: Path) -> None:
    old = add(store, 7)
    opened = Store(store)
    with opened.lease() as snapshot:
        current = add(store, 1)
        assert retire(store, instant(current) + 4000 * DAY) == [old]
        assert not (store / "snapshots" / f"{old}.duckdb").exists()
        assert opened.current().id == current
        assert int(snapshot.frame("SELECT count(*) AS n FROM event")["n"][0]) == 7


def test_ids_go_on_after_those_that_were_retired(store: Path) -> None:
    first, second = add(store, 1), add(store, 1)
    rollback(store, first)
    assert retire(store, instant(second) + 4000 * DAY) == [second]
    third = add(store, 1)
    assert third > second
    assert json.loads((store / "snapshots" / f"{third}.json").read_text())["previous"] == first


def test_rejected_rows_go_after_their_time_even_of_pinned_snapshots(store: Path) -> None:
    sources = [
        {"name": "热线", "file": "new.csv", "arrived_at": "2026-11-20T00:00:00Z"},
        {"name": "热线", "file": "old.csv", "arrived_at": "2026-09-01T00:00:00Z"},
        {"name": "巡查", "file": "a.xlsx"},
    ]
    with building(store) as folder:
        for source in sources:
            path = folder / "quarantine" / source["name"] / f"{source['file']}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("row\n")
        identity = publish(store, built_file(folder / "b.duckdb"), {"sources": sources}, quarantine=folder / "quarantine", is_locked=True)
    rejected = store / "quarantine" / identity
    now = max(instant(identity), dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    retire(store, now)
    assert sorted(path.name for path in rejected.rglob("*.csv")) == ["a.xlsx.csv", "new.csv.csv"]
    pin(store, identity)
    retire(store, now + 31 * DAY)
    assert list((store / "quarantine").iterdir()) == []
    assert Store(store).manifest(identity)["sources"] == sources


def test_a_damaged_snapshot_is_neither_pinned_nor_put_in_force(store: Path) -> None:
    bad, current = add(store, 1), add(store, 2)
    path = store / "snapshots" / f"{bad}.duckdb"
    path.write_bytes(path.read_bytes()[:-1])
    for call in (rollback, pin):
        with pytest.raises(SnapshotRefused):
            call(store, bad)
    for name in ("../../etc/passwd", "", "20200101T000000Z-00000000"):
        for call in (rollback, pin, unpin):
            with pytest.raises(NoSnapshot):
                call(store, name)
    assert Store(store).current().id == current
    assert not is_pinned(store, bad)


def test_a_rollback_is_followed_and_can_be_taken_back(store: Path) -> None:
    first, second = add(store, 1), add(store, 2)
    running = Store(store, threads=1)
    assert running.current().id == second
    assert rollback(store, first) == second
    assert (running.current().id, running.problem) == (first, None)
    assert rollback(store, first) == first
    assert rollback(store, second) == first
    assert running.current().id == second


def test_only_one_changes_the_store_at_a_time(store: Path) -> None:
    first, second = add(store, 1), add(store, 2)
    with locked(store):
        for call in (lambda: rollback(store, first), lambda: retire(store)):
            with pytest.raises(StoreBusy):
                call()
        pin(store, first)  # nobody needs to wait for a long build to pin
    assert Store(store).current().id == second


def test_inside_a_build_retention_needs_no_lock_of_its_own(store: Path) -> None:
    old, current = add(store, 1), add(store, 2)
    with building(store) as folder:
        assert retire(store, instant(current) + 4000 * DAY, is_locked=True) == [old]
        assert folder.is_dir()


def test_settings_are_read_from_environment_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("port = 8051\nkeep_daily_days = 10\nkeep_weekly_days = 20\n")
    monkeypatch.setenv("QUANYU_SETTINGS", str(file))
    monkeypatch.setenv("QUANYU_KEEP_WEEKLY_DAYS", "30")
    settings = store_settings()
    assert (settings.keep_daily_days, settings.keep_weekly_days, settings.keep_all_hours) == (10, 30, 2)
    monkeypatch.setenv("QUANYU_STORE_MAX_GB", "plenty")
    with pytest.raises(ConfigError, match="QUANYU_STORE_MAX_GB"):
        store_settings()


CRASHER = """
import datetime as dt, json, os, shutil, sys
from pathlib import Path
from data.store.publish import building, publish, rollback
from data.store.retention import retire
from data.store.store import Store
from tests.tiny import built_file

store = Path(sys.argv[1])
far = dt.datetime.now(dt.UTC) + dt.timedelta(days=4000)

def in_a_process(work):
    read, write = os.pipe()
    if not (pid := os.fork()):
        os.write(write, json.dumps(work()).encode())
        os._exit(0)
    os.close(write)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(read) as result:
        return os.waitstatus_to_exitcode(status), result.read()

templates = {count: store.parent / f"{count}.duckdb" for count in (1, 2)}

def make():
    for count, path in templates.items():
        built_file(path, ["A%d" % n for n in range(count)])

def add(count):
    with building(store) as folder:
        (folder / "quarantine" / "x").mkdir(parents=True)
        (folder / "quarantine" / "x" / "y.csv").write_text("row")
        built = shutil.copy(templates[count], folder / "b.duckdb")
        return publish(store, built, {}, quarantine=folder / "quarantine", is_locked=True)

def again(current):
    old = add(2)
    rollback(store, current)
    return old

def die_at(step):
    left = [step]
    def wrapped(call):
        def counted(*arguments, **named):
            for moment in (0, 1):
                left[0] -= 1
                if left[0] == 0:
                    os._exit(9)
                if not moment:
                    result = call(*arguments, **named)
            return result
        return counted
    os.fsync, os.unlink = wrapped(os.fsync), wrapped(os.unlink)
    Path.rename, Path.replace, Path.unlink = wrapped(Path.rename), wrapped(Path.replace), wrapped(Path.unlink)
    return retire(store, far)

def look(old):
    opened = Store(store)
    listed = [manifest["id"] for manifest in opened.manifests()]
    return {"verified": [opened.verify()["ok"], *(opened.verify(identity)["ok"] for identity in listed)], "listed": listed,
            "said": "" if old in listed else opened.verify(old)["reason"]}

def swept():
    with building(store):
        return sorted({path.name.split(".")[0] for folder in ("snapshots", "quarantine") for path in (store / folder).iterdir()})

in_a_process(make)
current = json.loads(in_a_process(lambda: add(1))[1])
step, code = 0, 9
while code == 9:
    step += 1
    old = json.loads(in_a_process(lambda: again(current))[1])
    code, _ = in_a_process(lambda: die_at(step))
    said = json.loads(in_a_process(lambda: {**look(old), "swept": swept()})[1])
    print(json.dumps({"code": code, "old": old, **said}), flush=True)
"""


def test_a_crash_at_any_step_of_a_removal_leaves_nothing_half(store: Path) -> None:
    """Each step is the last thing some process does; what is listed afterwards is whole, what is not is explained and swept."""
    ran = subprocess.run([sys.executable, "-c", CRASHER, str(store)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    looks = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(looks) > 8
    assert looks[-1]["code"] == 0
    for look in looks:
        assert all(look["verified"]), look
        assert look["swept"] == sorted(look["listed"]), look
        assert look["old"] in look["listed"] or "was retired" in look["said"], look
    assert {look["old"] in look["listed"] for look in looks} == {True, False}
