"""Ten thousand hostile requests: no answer may be 5xx, reveal anything, or show a row outside the viewer's scope.

``python benchmarks/fuzz.py STORE [--requests 10000] [--seed 1]``. The viewer may see one street only. The suite runs a short
form (tests/component/test_fuzz.py).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dashboard.factory import create_app
from dashboard.settings import Settings
from data.selection import KEYS
from data.store.store import Store

HOSTILE = [
    "",
    "0",
    "-1",
    "1e309",
    "NaN",
    "null",
    "undefined",
    "true",
    "%",
    "%00",
    "\x00",
    "\r\nX-Injected: 1",
    "\ufeff",
    "\u202e倒",
    "👩‍👩‍👧‍👦" * 20,
    "a" * 5000,
    "9" * 400,
    "(" * 300,
    ",,,,,,",
    "\\,\\",
    "' OR 1=1 --",
    "'; DROP TABLE event; --",
    "1) UNION SELECT * FROM area --",
    "$area",
    "?",
    "{{7*7}}",
    "${7*7}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "file:///etc/passwd",
    "read_csv('/etc/passwd')",
    "__proto__",
    "constructor",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "7d",
    "999999999d",
    "all",
    "5-3",
    "0-24",
    "180,90,-180,-90",
    "nan,nan,nan,nan",
    "~" * 200,
]
GOOD = {
    "window": ["7d", "30d", "all", "today", "week", "month", "assessment"],
    "from": ["2026-11-01", "2025-01-01"],
    "to": ["2026-11-20", "2026-11-22"],
    "stage": ["closed", "accepted,disposing", "void"],
    "deadline": ["overdue", "due_soon,late"],
    "hours": ["6-22", "22-6"],
    "weekday": ["1-5", "6,7"],
    "duration": ["2-48"],
    "lang": ["en", "zh"],
    "q": ["井盖", "50%", "_", "a b"],
    "limit": ["1", "100"],
    "callback": ["satisfied", "unrated"],
    "urgency": ["urgent"],
    "against": ["previous", "last_year_lunar", "2026-10-01..2026-10-20", "area:999901001", "20260101T000000Z-00000000"],
    "bbox": ["111.3,27.3,111.4,27.5"],
}
PATHS = [
    "/api/v1/ask",
    "/api/v1/events",
    "/api/v1/areas.geojson",
    "/api/v1/generation",
    "/healthz",
    "/metrics",
    "/",
    "/_dash-layout",
    "/_dash-dependencies",
    "/_dash-update-component",
    "/_reload-hash",
    "/_dash-component-suites/dash/dash.py",
    "/_dash-component-suites/os/path.py",
    "/_dash-component-suites/dash/../../../etc/passwd",
    "/_dash-component-suites/plotly/package_data/plotly.min.js.map",
    "/assets/../app.py",
    "/assets/..%2f..%2fapp.py",
    "/assets/%2e%2e/factory.py",
    "/assets/",
    "/layers/areas/x/y.json",
    "/data",
    "/data/rejected",
    "/data/uploads",
    "/data/uploads/00000000000000000000000000000000",
    "/data/uploads/00000000000000000000000000000000/publish",
    "/data/uploads/../../x/check",
    "/data/snapshots/x/rollback",
    "/data/snapshots/..%2f..%2fCURRENT/pin",
    "/console",
    "/_mcp",
    "/.env",
    "/var/store/CURRENT",
    "/%00",
    "/\ud7ff",
    "//example.com",
    "/" + "a/" * 300,
]
METHODS = ["GET", "GET", "GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]
REVEALING = re.compile(
    r"Traceback|site-packages|\.py\b|duckdb|DuckDB|Binder Error|Parser Error|Catalog Error|SELECT |FROM selected|werkzeug|Werkzeug"
    r"|_selected\.sql|sqlite|/home/|/root/|/tmp/|/usr/lib|/etc/|root:x:"
)


@dataclass
class Report:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    answered: int = 0
    slowest_s: float = 0.0


class Fuzzer:
    """Makes requests from a seed and judges the answers.

    Parameters
    ----------
    store
        A store with a snapshot; the viewer is given its first area of the second level.
    is_scoped
        False gives the viewer everything while answers are judged as before: a planted leak.
    """

    def __init__(self, store: Path, seed: int, *, is_scoped: bool = True) -> None:
        self.random = random.Random(seed)
        opened = Store(store)
        snapshot = opened.current()
        areas = snapshot.areas
        street = areas.children(0)[0]
        span = {"low": street, "high": int(areas.last[street])}
        around = {*range(span["low"], span["high"] + 1), *areas.path(street)}
        self.codes = [areas.codes[ix] for ix in (0, street, span["high"] + 1, areas.children(span["high"] + 1)[0])]
        told = snapshot.frame(
            "SELECT name FROM video_point WHERE area_ix BETWEEN $low AND $high UNION ALL "
            "SELECT concat_ws(' ', title, address, description) FROM event WHERE area_ix BETWEEN $low AND $high",
            span,
        )
        near = " ".join([*(areas.names[ix] for ix in around), *told["name"].dropna()])
        self.foreign_names = sorted({areas.names[ix] for ix in range(len(areas)) if ix not in around and areas.names[ix] not in near})
        foreign = snapshot.frame("SELECT event_id FROM event WHERE NOT area_ix BETWEEN $low AND $high", span)
        self.foreign_events = set(foreign["event_id"])
        self.event_like = re.compile(rf"{re.escape(_stem(foreign['event_id']))}[0-9A-Za-z_-]{{3,}}")
        self.snapshot = snapshot.id
        self.store_path = str(store)
        self.app = create_app(Settings(answers=0), opened, scope=lambda: (self.codes[1],) if is_scoped else None)
        self.client = self.app.server.test_client()
        self.bodies = [_body(name, callback) for name, callback in self.app.callback_map.items() if "callback" in callback]

    def query(self) -> str:
        """An address: mostly known keys, values good or hostile."""
        parts = []
        for _ in range(self.random.choice((0, 1, 1, 2, 2, 3, 6))):
            key = self.random.choice([*KEYS, *GOOD, "limit", "cursor", "x" * 9, "__class__"])
            value = self.value(key)
            parts.append(f"{key}={quote(value, safe='%,', errors='replace')}")
        return "&".join(parts)

    def value(self, key: str) -> str:
        """A value for a key."""
        if key in ("area", "grid") and self.random.random() < 0.7:
            return self.random.choice(self.codes)
        if key == "snapshot" and self.random.random() < 0.7:
            return self.snapshot
        if key in GOOD and self.random.random() < 0.7:
            return self.random.choice(GOOD[key])
        return self.random.choice(HOSTILE)

    def json(self, depth: int = 0) -> Any:
        """Any JSON value."""
        kind = self.random.randrange(8 if depth < 4 else 6)
        if kind == 6:
            return [self.json(depth + 1) for _ in range(self.random.randrange(4))]
        if kind == 7:
            return {self.random.choice(["id", "property", "value", "n", "path", "query", "x"]): self.json(depth + 1) for _ in range(3)}
        return self.random.choice([None, True, 0, -1, 2**63, 1.5, self.random.choice(HOSTILE), self.query(), "/"])

    def body(self) -> bytes:
        """A callback's body: good, changed somewhere, or no body at all."""
        luck = self.random.random()
        if luck < 0.1:
            return bytes(self.random.randrange(256) for _ in range(self.random.randrange(200)))
        if luck < 0.2:
            return json.dumps(self.json(), ensure_ascii=self.random.random() < 0.5).encode("utf-8", "replace")
        body = json.loads(json.dumps(self.random.choice(self.bodies)))
        for row in [*body["inputs"], *body.get("state", [])]:
            row["value"] = self.input(row["id"])
        if luck < 0.6:
            self.change(body)
        return json.dumps(body).encode()

    def input(self, identity: Any) -> Any:
        """A value for an input, often one that the page could hold."""
        if self.random.random() < 0.2:
            return self.json()
        if identity == "address":
            return {"n": self.random.randrange(9), "path": self.random.choice(["/", "/", "/data", "/x"]), "query": self.query()}
        if identity == "upload" and self.random.random() < 0.7:
            return {"id": self.random.choice(["0" * 32, "x" * 32, "../../etc"]), "attempt": 1, "stage": "checked", "lang": "en"}
        return self.random.choice([self.query(), None, self.snapshot])

    def change(self, value: Any) -> None:
        """Change one place of a JSON value."""
        while True:
            keys = list(value) if isinstance(value, dict) else list(range(len(value)))
            if not keys:
                return
            key = self.random.choice(keys)
            if isinstance(value[key], (dict, list)) and self.random.random() < 0.7:
                value = value[key]
                continue
            if self.random.random() < 0.2:
                del value[key]
            elif isinstance(value, dict) and self.random.random() < 0.2:
                value[self.random.choice(HOSTILE)[:40]] = self.json()
            else:
                value[key] = self.json()
            return

    def headers(self) -> dict[str, str]:
        """Mostly what a browser sends."""
        found = {"Host": "localhost:8050"}
        if self.random.random() < 0.1:
            name = self.random.choice(
                ["Host", "Origin", "Referer", "Accept-Encoding", "Range", "If-None-Match", "Cookie", "X-Forwarded-For", "Content-Encoding"]
            )
            found[name] = re.sub(r"[^\x20-\x7e]", "?", self.random.choice(HOSTILE))
        return found

    def requests(self, n: int) -> Iterator[dict[str, Any]]:
        """``n`` requests as arguments of the test client."""
        for _ in range(n):
            if self.random.random() < 0.5:
                kind = "application/json" if self.random.random() < 0.95 else "text/plain"
                path = "/_dash-update-component" + (f"?{self.query()}" if self.random.random() < 0.05 else "")
                yield {"path": path, "method": "POST", "data": self.body(), "content_type": kind, "headers": self.headers()}
                continue
            path = self.random.choice(PATHS if self.random.random() < 0.4 else PATHS[:3])
            if path.startswith("/data/") and self.random.random() < 0.8:
                yield self.sent(path)
                continue
            if path.startswith("/layers"):
                names = (["areas", "video", "events", "x"], [self.snapshot, "x"], [*self.codes, "x"])
                path = f"/layers/{'/'.join(self.random.choice(choices) for choices in names)}.json"
            method = self.random.choice(METHODS) if self.random.random() < 0.2 else "GET"
            yield {"path": path, "query_string": self.query(), "method": method, "headers": self.headers()}

    def sent(self, path: str) -> dict[str, Any]:
        """A request to what the data page writes with or downloads from."""
        body = self.random.choice([b"{}", b"x" * self.random.randrange(3000), json.dumps(self.json()).encode("utf-8", "replace")])
        kind = self.random.choice(["application/json", "application/octet-stream", "multipart/form-data; boundary=x", "text/plain"])
        values = {key: self.random.choice([*HOSTILE, self.snapshot, "12345热线"]) for key in ("snapshot", "source", "file", "name", "kind")}
        query = "&".join(f"{key}={quote(value[:900], safe='', errors='replace')}" for key, value in values.items())
        headers = {**self.headers(), "X-Quanyu-Token": self.random.choice(["", "0" * 64, "x"])}
        method = self.random.choice(["POST", "POST", "POST", "GET"])
        content = {"data": body, "content_type": kind} if method == "POST" else {}
        return {"path": path, "query_string": query, "method": method, "headers": headers, **content}

    def judge(self, answer: Any, report: Report, asked: dict[str, Any]) -> None:
        """Count an answer and note what is wrong with it."""
        report.statuses[answer.status_code] += 1
        report.answered += answer.status_code < 300
        text = answer.get_data(as_text=True) if answer.mimetype != "application/javascript" else ""
        what = f"{asked['method']} {asked['path']}?{asked.get('query_string', '')} {asked.get('data', b'')[:300]!r}"
        if answer.status_code >= 500:
            report.faults.append(f"{answer.status_code}: {what}")
        is_ours = answer.mimetype in ("text/plain", "application/json", "text/html") and "metrics" not in asked["path"]
        own_words = unquote(unquote(str(asked.get("query_string", "")) + asked.get("data", b"").decode("utf-8", "replace"))).replace(
            "+", " "
        )
        said = {found.group() for found in REVEALING.finditer(text)} if is_ours else set()
        for word in [*(word for word in said if word not in own_words), *([self.store_path] if self.store_path in text else [])]:
            report.faults.append(f"reveals {word}: {what}")
        leaked = next((name for name in self.foreign_names if name in text), None) or next(
            (found for found in self.event_like.findall(text) if found in self.foreign_events), None
        )
        if leaked:
            report.faults.append(f"outside the scope, {leaked}: {what}")

    def run(self, n: int) -> Report:
        """Put ``n`` requests and judge every answer."""
        report = Report()
        for asked in self.requests(n):
            began = time.perf_counter()
            answer = self.client.open(**asked)
            report.slowest_s = max(report.slowest_s, time.perf_counter() - began)
            self.judge(answer, report, asked)
        return report


def _stem(identities: Any) -> str:
    """What all ids begin with."""
    first, last = str(min(identities)), str(max(identities))
    return first[: next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 1)]


def _body(name: str, callback: dict[str, Any]) -> dict[str, Any]:
    raw = callback["output"]
    rows = [{"id": one.component_id, "property": one.component_property} for one in (raw if isinstance(raw, (list, tuple)) else [raw])]
    return {
        "output": name,
        "outputs": rows if isinstance(raw, (list, tuple)) else rows[0],
        "inputs": [dict(row) for row in callback["inputs"]],
        **({"state": [dict(row) for row in callback["state"]]} if callback["state"] else {}),
        "changedPropIds": [],
        "parsedChangedPropsIds": [],
    }


def main() -> int:
    """Run and print; 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    report = Fuzzer(given.store, given.seed).run(given.requests)
    statuses = ", ".join(f"{status}: {n}" for status, n in sorted(report.statuses.items()))
    print(f"{sum(report.statuses.values())} requests; {statuses}; slowest {report.slowest_s:.2f} s; {len(report.faults)} faults")
    for fault in report.faults[:20]:
        print(fault)
    return int(bool(report.faults))


if __name__ == "__main__":
    sys.exit(main())
