"""`lefi doctor`: what works on this machine, with figures, and what to do where it does not."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from argparse import Namespace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import to_builtins

from lefi_tui import __version__
from lefi_tui.cli.doctor_desk import Finding, desk_findings
from lefi_tui.cli.output import Output
from lefi_tui.errors import REFUSED, FileUnreadableError, render
from lefi_tui.ports.secrets import SecretsError
from lefi_tui.settings import Loaded, load

if TYPE_CHECKING:
    from lefi_tui.adapters.keyring_secrets import KeyringSecrets

INDENT: Final = 15  # mark and name before the words
COLUMNS_MIN: Final = 80
ROWS_MIN: Final = 24
COMMITS: Final = 20
# The journal commits on every turn: from here on a person feels it between key and order.
SLOW_COMMIT_MS: Final = 50.0
SQLITE_MIN: Final = (3, 37, 0)  # STRICT tables
CLOCK_OFF_MS: Final = 5_000  # ours against an exchange's; candles go by theirs, schedules by ours
YEAR_MIN: Final = 2025  # a clock before this program was written is wrong
PACKAGES: Final = (
    "textual",
    "rich",
    "pydantic",
    "sqlmodel",
    "sqlalchemy",
    "alembic",
    "apscheduler",
    "ccxt",
    "apprise",
    "httpx",
    "keyring",
    "keyrings.cryptfile",
)


def run(arguments: Namespace, output: Output) -> int:
    settings = load(os.environ)
    findings = [
        _program(),
        _packages(),
        _terminal(),
        _settings(settings),
        _database(settings.settings.data_dir),
        _engine(settings.settings.data_dir),
        _clock(),
        _zones(),
        _keyring(settings.settings.data_dir),
        *desk_findings(settings),
        *_calendar(settings),
        *_exchanges(settings),
    ]
    if arguments.json:
        output.value([to_builtins(each) for each in findings])
    else:
        for each in findings:
            _tell(each, output)
    return REFUSED if any(each.works is False for each in findings) else 0


def _tell(finding: Finding, output: Output) -> None:
    mark = {True: "ok", False: "NO", None: "--"}[finding.works]
    told = [*finding.text.splitlines()]
    told += [f"Next: {finding.next_step}"] if finding.next_step else []
    first, *more = [line for each in told for line in _wrapped(each)]
    output.line(f"{mark:<3} {finding.name:<10} {first}")
    for line in more:
        output.line(f"    {'':<10} {line}")


def _wrapped(text: str) -> list[str]:
    """At words, where a terminal would cut them; what goes elsewhere stays a line."""
    if not sys.stdout.isatty():
        return [text]
    width = max(shutil.get_terminal_size().columns - INDENT, INDENT)
    return wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _program() -> Finding:
    python = platform.python_version()
    text = f"lefi {__version__}, Python {python}, {platform.system()} {platform.machine()}"
    return Finding("program", works=True, text=text)


def _packages() -> Finding:
    found: list[str] = []
    missing: list[str] = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        step = "Install the program again: make run"
        return Finding(
            "packages", works=False, text=f"missing: {', '.join(missing)}", next_step=step
        )
    return Finding("packages", works=True, text=", ".join(found))


def _terminal() -> Finding:
    size = shutil.get_terminal_size(fallback=(0, 0))
    name = os.environ.get("TERM", "")
    if not sys.stdout.isatty():
        return Finding("terminal", None, "output goes to no terminal: only commands work here")
    text = f"{name or 'no TERM'}, {size.columns}x{size.lines}, {sys.stdout.encoding}"
    if size.columns < COLUMNS_MIN or size.lines < ROWS_MIN:
        step = f"Make it {COLUMNS_MIN}x{ROWS_MIN} or larger"
        return Finding("terminal", works=False, text=text, next_step=step)
    if name in {"", "dumb"}:
        step = "Set TERM, for example to xterm-256color"
        return Finding("terminal", works=False, text=text, next_step=step)
    return Finding("terminal", works=True, text=text)


def _settings(found: Loaded) -> Finding:
    file = found.settings.file
    from screens.keys import TABLE

    _, odd_keys = TABLE.mapped(found.settings.keys)
    problems = (*(render(each) for each in found.problems), *odd_keys)
    if problems:
        text = "\n".join((f"{len(problems)} can't be used in {file}", *problems))
        step = "Correct them; defaults are in force until then"
        return Finding("settings", works=False, text=text, next_step=step)
    said = sum(origin != "default" for origin in found.settings.origins.values())
    is_there = "is there" if file.is_file() else "is not there, which is fine"
    return Finding(
        "settings", works=True, text=f"{file} {is_there}; {said} values differ from the defaults"
    )


def _database(directory: Path) -> Finding:
    """The journal's own way of writing, tried beside where it lives."""
    place = next(each for each in (directory, *directory.parents) if each.is_dir())
    try:
        with tempfile.TemporaryDirectory(prefix=".lefi-doctor-", dir=place) as scratch:
            commit_ms = _commit_ms(Path(scratch) / "probe.sqlite")
    except (OSError, sqlite3.Error) as error:
        step = "Make it writable, free the disk, or set LEFI_HOME to another place"
        return Finding("database", works=False, text=f"{place}: {error}", next_step=step)
    text = f"SQLite {sqlite3.sqlite_version}, {commit_ms:.1f} ms a durable commit in {place}"
    if sqlite3.sqlite_version_info < SQLITE_MIN:
        return Finding("database", works=False, text=text, next_step="Use a newer Python")
    if commit_ms > SLOW_COMMIT_MS:
        step = "Put LEFI_HOME on a local disk"
        return Finding("database", works=False, text=text, next_step=step)
    return Finding("database", works=True, text=text)


def _commit_ms(file: Path) -> float:
    """The median of some commits that are on the disk when they return."""
    database = sqlite3.connect(file, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE probe (n INTEGER PRIMARY KEY)")
        spent: list[float] = []
        for number in range(COMMITS):
            start = time.perf_counter()
            database.execute("INSERT INTO probe VALUES (?)", (number,))
            spent.append((time.perf_counter() - start) * 1_000)
    finally:
        database.close()
    return sorted(spent)[COMMITS // 2]


def _engine(directory: Path) -> Finding:
    from lefi_tui.wiring.running import engine_pid

    pid = engine_pid(directory)
    if pid is None:
        return Finding("engine", None, "none runs; `lefi` opens one with the desk")
    return Finding(
        "engine", works=True, text=f"runs as process {pid}; `lefi engine --stop` ends it"
    )


def _clock() -> Finding:
    from lefi_tui.adapters.system_clock import SystemClock

    now = datetime.fromtimestamp(SystemClock().now_ns() / 1e9, UTC)
    step = "" if now.year >= YEAR_MIN else "Set the machine's clock"
    text = f"{now:%Y-%m-%d %H:%M:%S} UTC; not compared with an exchange"
    return Finding("clock", works=not step, text=text, next_step=step)


def _keyring(folder: Path) -> Finding:
    """What keeps keys and addresses, and how it is opened."""
    from lefi_tui.adapters.keyring_secrets import KeyringSecrets
    from lefi_tui.adapters.vault import HOW
    from lefi_tui.ports.secrets import Lock

    kept = KeyringSecrets(folder)
    try:
        where, lock, why = kept.where(), kept.lock(), kept.why_vault()
    except SecretsError as error:
        return Finding("keyring", works=False, text=error.why, next_step=error.next_step)
    if not why:
        return Finding("keyring", works=True, text=f"{where}; keys and addresses are kept there")
    text = f"{why}, so keys and addresses are kept in {where}"
    match lock:
        case Lock.OPEN:
            return _opens(kept, text)
        case Lock.LOCKED:
            return Finding("keyring", None, f"{text}; it is locked here", HOW)
        case Lock.NEW:
            step = "`lefi keys set ACCOUNT` makes it, and asks for its passphrase"
            return Finding("keyring", None, f"{text}; it is not made yet", step)


def _opens(kept: KeyringSecrets, text: str) -> Finding:
    """A file with a passphrase is there; whether it is the right one only the vault knows."""
    try:
        kept.get("doctor")
    except SecretsError as error:
        told = f"{text}; its passphrase is in a file, and {error.why}"
        return Finding("keyring", works=False, text=told, next_step=error.next_step)
    return Finding("keyring", works=True, text=f"{text}; its passphrase is in a file")


def _calendar(found: Loaded) -> list[Finding]:
    """Where the limits name one: a desk whose calendar can't be read keeps the one it knew."""
    name = found.settings.limits.events_file
    if not name:
        return []
    from lefi_tui.adapters.calendar_files import read

    file = found.settings.config_dir / Path(name).expanduser()
    try:
        releases = read(file)
    except FileUnreadableError as error:
        text = f"{error.where}: {error.why}"
        step = error.next_step or f"Correct it, or take events_file out of {found.settings.file}"
        return [Finding("calendar", works=False, text=text, next_step=step)]
    return [Finding("calendar", works=True, text=f"{file}: {len(releases)} releases")]


def _exchanges(settings: Loaded) -> list[Finding]:
    """Of accounts only: nothing is asked that nobody configured."""
    from lefi_tui.wiring.reach import reached

    found = []
    for each in reached(settings.settings):
        if each.error is not None:
            why = f"{each.exchange}: {each.error.what}, {each.error.why}"
            step = each.error.next_step
            found.append(Finding("exchange", works=False, text=why, next_step=step))
            continue
        text = f"{each.exchange} answers in {each.took_ms} ms"
        if each.ahead_ms is None:
            found.append(Finding("exchange", works=True, text=f"{text}; it tells no time"))
            continue
        seconds = each.ahead_ms / 1_000
        is_off = abs(each.ahead_ms) > CLOCK_OFF_MS
        step = "Let the machine keep its time: timedatectl set-ntp true" if is_off else ""
        text = f"{text}; its clock is {seconds:+.1f} s from ours"
        found.append(Finding("exchange", works=not is_off, text=text, next_step=step))
    none = "no account of config.toml names one, so none is asked"
    return found or [Finding("exchange", None, none)]


def _zones() -> Finding:
    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError as error:
        step = "Install the program again: make run"
        return Finding("time zones", works=False, text=str(error), next_step=step)
    return Finding("time zones", works=True, text="schedules may name any zone")
