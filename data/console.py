"""What the command line writes: progress and errors on standard error, results on standard output."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from data.codes import CODES

Language = Literal["zh", "en"]
Tell = Callable[[str, float], None]


def language() -> Language:
    """The language of the terminal: Chinese where its locale says so, else English."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def emit(result: object) -> None:
    """A result as one JSON value on standard output; an object's long mappings are written entry by entry, never held as text."""
    is_unicode = (sys.stdout.encoding or "").lower() in ("utf-8", "utf8")

    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=not is_unicode, indent=2, default=str)

    if not isinstance(result, dict):
        sys.stdout.write(text(result) + "\n")
        return
    for ix, (name, value) in enumerate(result.items()):
        sys.stdout.write(f"{',' if ix else '{'}\n  {text(name)}: ")
        if isinstance(value, Mapping) and not isinstance(value, dict):
            _emit_entries(value)
        else:
            sys.stdout.write(text(value).replace("\n", "\n  "))
    sys.stdout.write("\n}\n" if result else "{}\n")


def _emit_entries(entries: Mapping[str, object]) -> None:
    mark = "{"
    for key, value in entries.items():
        sys.stdout.write(f"{mark}\n    {json.dumps(key)}: {json.dumps(value)}")
        mark = ","
    sys.stdout.write("\n  }" if mark == "," else "{}")


def say(text: str) -> None:
    """One line on standard output."""
    sys.stdout.write(text + "\n")


def complain(sentence: str) -> None:
    """One sentence on standard error."""
    sys.stderr.write(" ".join(sentence.split()) + "\n")


@contextlib.contextmanager
def progress() -> Iterator[Tell]:
    """Show steps on standard error: a bar on a terminal, a line per step elsewhere.

    Yields
    ------
    Callable
        Takes the step's words and the share done, 0 to 1.
    """
    if not sys.stderr.isatty():
        seen: list[str] = []

        def line(step: str, _share: float) -> None:
            if not seen or seen[-1] != step:
                seen.append(step)
                complain(step)

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=1.0)
        yield lambda step, share: shown.update(task, description=step, completed=share)


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on standard output, whole even where the terminal is narrow; numbers to the right."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for ix, header in enumerate(headers):
        is_number = bool(rows) and all(isinstance(row[ix], (int, float)) or row[ix] == "—" for row in rows)
        drawn.add_column(header, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row))
    console = Console(file=sys.stdout, highlight=False, markup=False)
    if not sys.stdout.isatty():
        console.width = 400
    console.print(drawn)


def reasons(counts: Mapping[str, int]) -> None:
    """Reason codes with how often each occurs and what to do."""
    for code, count in sorted(counts.items(), key=lambda item: -item[1]):
        known = CODES.get(code)
        say(f"  {code} × {count:,}: {known.sentence(language()) if known else ''}")


def built(report: Mapping[str, Any]) -> None:
    """The report of a build."""
    table(
        ("source", "file", "read", "rows in", "accepted", "quarantined"),
        [[source[key] for key in ("name", "file", "read", "rows_in", "accepted", "quarantined")] for source in report["sources"]],
    )
    for source in report["sources"]:
        found = {**({source["code"]: 1} if source["code"] else {}), **source["reasons"], **dict.fromkeys(source["warnings"], 1)}
        if found:
            say(f"{source['name']}:")
            reasons(found)
            _message(source)
    if report["snapshot"]:
        say(f"Published {report['snapshot']}.")
    else:
        say(f"Nothing was published. {report.get('reason', '')}".rstrip())


def _message(report: Mapping[str, Any]) -> None:
    if report.get("message"):
        say(f"  {report['message']}")


def checked(report: Mapping[str, Any]) -> None:
    """The report of a check."""
    if report["read"] == "rejected":
        say("The file is rejected:")
        reasons({report["code"]: 1})
        _message(report)
    else:
        say(
            f"{report['rows_in']:,} rows in, {report['accepted']:,} accepted, {report['quarantined']:,} quarantined, "
            f"{report['positions_set_aside']:,} positions set aside."
        )
    counts: dict[str, int] = {}
    for codes in report["rows"].values():
        for code in codes:
            counts[code] = counts.get(code, 0) + 1
    reasons({**counts, **dict.fromkeys(report["warnings"], 1)})
    for other in report.get("elsewhere", ()):
        say(f"{other['n']:,} ids stand in {other['source']} too ({', '.join(other['ids'])}); when published, one row of each id stays.")
    if report.get("elsewhere_not_read"):
        names = ", ".join(report["elsewhere_not_read"])
        say(f"Not looked at for ids that they use too, for their files are large: {names}. Publishing settles them.")
    rows = list(report["rows"].items())
    for number, codes in rows[:20]:
        say(f"  row {number}: {' '.join(codes)}")
    if len(rows) > 20:
        say(f"  … {len(rows) - 20:,} more; --json lists them all.")


def listed(manifests: Sequence[Mapping[str, Any]]) -> None:
    """Snapshots, newest first, on 80 columns: which is in force, pinned or refused."""
    table(
        ("snapshot", "as of", "events", "MB", ""),
        [
            [
                manifest["id"],
                str(manifest.get("as_of", ""))[:16].replace("T", " "),
                (manifest.get("counts") or {}).get("event", 0),
                f"{(manifest.get('size') or 0) / 1e6:,.1f}",
                _standing(manifest),
            ]
            for manifest in manifests
        ],
    )


def _standing(manifest: Mapping[str, Any]) -> str:
    marks = {"in_force": "in force", "pinned": "pinned", "refused": "refused"}
    return ", ".join(words for key, words in marks.items() if manifest.get(key))


def shown(manifest: Mapping[str, Any]) -> None:
    """One manifest: what it is, what it was made of, how much it holds."""
    say(f"{manifest['id']}  {manifest.get('name', '')}{'  (made up)' if manifest.get('made_up') else ''}")
    standing = _standing(manifest)
    for label, value in (
        ("", standing),
        ("as of", manifest.get("as_of")),
        ("published", manifest.get("published_at")),
        ("before it", manifest.get("previous")),
        ("file", f"{manifest.get('path')}, {manifest.get('size', 0):,} bytes, sha256 {str(manifest.get('sha256'))[:16]}…"),
        ("made by", f"schema {manifest.get('schema_version')}, DuckDB {manifest.get('duckdb_version')}"),
        ("definitions", ", ".join(f"{item['name']}@{item['version']}" for item in manifest.get("definitions") or ())),
    ):
        if value:
            say(f"  {label:12}{value}")
    sources = manifest.get("sources") or ()
    if sources:
        keys = ("name", "file", "rows_in", "accepted", "quarantined")
        table(("source", "file", "rows in", "accepted", "quarantined"), [[source.get(key, "") for key in keys] for source in sources])
    say("  ".join(f"{name} {count:,}" for name, count in (manifest.get("counts") or {}).items() if count))


def compared(found: Mapping[str, Any], untold: Sequence[str]) -> None:
    """What changed between two snapshots, the first rows of each table; ``untold`` are the indicators that are not told day by day."""
    say(f"{found['from']} → {found['to']}")
    for kind in ("new", "closed", "reopened", "withdrawn", "fell_due"):
        entries = found[kind]
        say(f"{kind.replace('_', ' ')}: {sum(entry['n'] for entry in entries):,}")
        rows = [[entry["area"], entry["name"], entry["category"], entry["n"], _cases(entry)] for entry in entries]
        _first(("area", "name", "category", "n", "cases"), rows)
    restated = found["restated"]
    say(f"restated: {len(restated):,}")
    rows = [
        [
            entry["day"],
            entry["area"],
            " ".join((entry["indicator"], entry.get("category", ""))).rstrip(),
            _figure(entry["before"]),
            _figure(entry["after"]),
            _cases(entry),
        ]
        for entry in restated
    ]
    _first(("day", "area", "indicator", "before", "after", "cases"), rows)
    for name, n in found.get("left_out", {}).items():
        say(f"{name}: {n:,} cases changed, too many to tell day by day.")
    say(f"Not told day by day: {', '.join(untold)}. They move with the cases listed; ask for them with snapshot= of either.")


def _first(headers: Sequence[str], rows: Sequence[Sequence[object]], most: int = 40) -> None:
    if rows:
        table(headers, rows[:most])
    if len(rows) > most:
        say(f"  … {len(rows) - most:,} more; --json lists them all.")


def _cases(entry: Mapping[str, Any], most: int = 3) -> str:
    """The first ids, and how many more there are."""
    total = len(entry["cases"]) + entry.get("more", 0)
    shown = entry["cases"][:most]
    return ", ".join(shown) + (f" … {total - len(shown):,} more" if total > len(shown) else "")


def answered(answer: Mapping[str, Any]) -> None:
    """What is shown and compared, and indicators as a table; what is not shown is a dash, with what was left out beside it."""
    for line in (answer["sentence"], answer["comparison"]["sentence"], *answer.get("notes", ())):
        say(line)
    say(f"{answer['snapshot']}  {answer['definition']}  as of {answer['as_of']}")
    rows = []
    for key, number in answer["indicators"].items():
        value = number["value"]
        left_out = ", ".join(f"{reason} {count:,}" for reason, count in number["excluded"].items() if count)
        caveats = " ".join(number.get("caveats", ()))
        rows.append(
            [
                key,
                _figure(value) if number["shown"] else "—",
                _figure(number["low"]) if number["shown"] else "—",
                _figure(number["high"]) if number["shown"] else "—",
                _figure(number["n"]),
                "; ".join(part for part in (left_out, caveats) if part),
            ]
        )
    table(("indicator", "value", "low", "high", "n", "left out, caveats"), rows)


def _figure(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
