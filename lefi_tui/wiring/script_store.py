"""The scripts of one person as files: own ones in a folder, shipped ones that nobody writes.

What is typed and not saved stands in a draft beside the own scripts until it is saved or dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib.resources import files
from itertools import chain, count
from pathlib import Path
from threading import Lock
from typing import Final

from msgspec.structs import replace

from lefi_tui.adapters.script_files import read, remove, whole, write
from lefi_tui.adapters.script_versions import ScriptVersions, hash_of
from lefi_tui.core.script_version import Version, Versions
from lefi_tui.errors import FileUnreadableError, LefiError, RefusedError, ScriptChangedError
from lefi_tui.lang.script_tests import (
    ExpectFinalized,
    ExpectNote,
    ExpectOrder,
    ExpectState,
    ScriptTest,
)
from lefi_tui.views.scripts import (
    Draft,
    Found,
    Listing,
    OpenScript,
    RanTest,
    ScriptRow,
    UnmetLine,
    Untested,
)

SUFFIX: Final = ".lefi"
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
BEGINNING: Final = """\
// Buys weakness: when the RSI of the closes says oversold. Sells once it says strong.
// Risk: what is weak may grow weaker; the stop limits one loss, not the number of them.
script "{title}"

/// Market to trade
setting symbol = "BTC/USDT"
/// Candles that the RSI looks back over
setting length = 14 in 2..100
/// Buys below this RSI
setting weak = 30 in 5..45
/// Sells above this RSI
setting strong = 60 in 50..95

on Candle(symbol, 15m) {{
    strength = RSI(close, length)
    if strength < weak and Position(symbol) == 0 {{ Buy(symbol, 10%, stop_loss = 2%) }}
    if strength > strong {{ Close(symbol) }}
}}

test "buys weakness once, and sells strength" {{
    setting length = 3
    candles 100 101 100 99 98 97.5
    expect Buy(symbol, 10%)
    expect no Close
    candles 98 99 101
    expect Close(symbol)
}}

test "leaves a quiet market alone" {{
    setting length = 3
    candles 100 101 100 101 100 101
    expect no Buy
}}
"""


class ScriptFolder:
    """Implements views.scripts.ScriptStore. The folder is made when something is first saved."""

    def __init__(self, own: Path) -> None:
        self._own = own
        self._writes = Lock()  # a draft that is late does not come behind the save

    def scripts(self) -> Listing:
        shipped = tuple(ScriptRow(name, is_shipped=True) for name in _names(_shipped()))
        try:
            own = _names(self._own) if self._own.is_dir() else []
        except OSError as error:
            why = error.strerror or str(error)
            return Listing(shipped, FileUnreadableError(why, where=str(self._own)))
        rows = (*(ScriptRow(name) for name in own), *shipped)
        return Listing(rows, drafts=frozenset(row for row in rows if self._draft(row).exists()))

    def read(self, row: ScriptRow) -> OpenScript:
        path = self._path(row)
        script = whole(path)
        text = script.text.replace("\r\n", "\n")
        line_end = "\n" if text == script.text else "\r\n"
        return OpenScript(row, text, str(path), script.digest, line_end)

    def create(self, name: str) -> OpenScript:
        row = ScriptRow(name.removesuffix(SUFFIX))
        path = self._path(row)
        if not NAME.fullmatch(row.name):
            why = "a name is of small letters, digits and _, begins with a letter, has at most 40"
            raise RefusedError(why, where=name, next_step="Choose another name")
        if path.exists():
            raise RefusedError("it is there already", where=str(path), next_step="Another name")
        text = BEGINNING.format(title=row.name.replace("_", " ").capitalize())
        script = OpenScript(row, text, str(path), write(path, text))
        return _kept(path, script, "begun")

    def save(self, script: OpenScript, text: str, *, may_replace: bool = False) -> OpenScript:
        with self._writes:
            return self._save(script, text, may_replace=may_replace)

    def _save(
        self, script: OpenScript, text: str, *, may_replace: bool = False, how: str = "saved"
    ) -> OpenScript:
        row = script.row
        if row.is_shipped:
            row = ScriptRow(self._free(row.name))
        path = self._path(row)
        is_other = path.exists() and read(path).digest != script.digest
        if is_other and not may_replace:
            why = "somebody else wrote it since it was opened here"
            raise ScriptChangedError(why, where=str(path))
        _kept(path, script, "as it was shipped" if script.row.is_shipped else "as it was found")
        if is_other:
            # Whether it checks clean or not; without room for it, it is not overwritten.
            ScriptVersions(path).keep(read(path).text, "as somebody else left it")
        digest = write(path, text.replace("\n", script.line_end))
        remove(self._draft(script.row))
        return _kept(path, replace(script, row=row, text=text, place=str(path), digest=digest), how)

    # ---- versions

    def versions(self, row: ScriptRow) -> Versions:
        return Versions() if row.is_shipped else ScriptVersions(self._path(row)).listed()

    def place(self, row: ScriptRow) -> str:
        """Of its file."""
        return str(self._path(row))

    def version_text(self, row: ScriptRow, version: Version) -> str:
        return ScriptVersions(self._path(row)).text(version)

    def roll_back(self, script: OpenScript, version: Version) -> OpenScript:
        """What stands in the file is kept first, whether it checks clean or not."""
        text = self.version_text(script.row, version)
        with self._writes:
            ScriptVersions(self._path(script.row)).keep(script.text, "as it was found")
            return self._save(script, text, how=f"back to {version.number}")

    def found(self, source: str) -> Found | None:
        """Where several have it: one that is this text now, then the latest."""
        digest, found = hash_of(source), []
        for row in (each for each in self.scripts().rows if not each.is_shipped):
            with suppress(FileUnreadableError):
                rows = self.versions(row).rows
                found += [Found(row, each, rows[-1]) for each in rows if each.sha256 == digest]
        return max(
            found, key=lambda each: (each.version == each.newest, each.version.at_ms), default=None
        )

    # ---- drafts

    def draft(self, script: OpenScript) -> Draft | None:
        path = self._draft(script.row)
        if not path.exists():
            return None
        text = whole(path).text
        if text == script.text:
            return None
        kept = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Draft(text, f"{kept:%Y-%m-%d %H:%M} UTC")

    def keep_draft(self, script: OpenScript, text: str) -> None:
        with self._writes:
            write(self._draft(script.row), text)

    def drop_draft(self, script: OpenScript) -> None:
        with self._writes:
            remove(self._draft(script.row))

    # ---- what a script says when it is asked

    def refusal(self, text: str, settings: Mapping[str, str]) -> str:
        from bots.automated.plan import start_refusal_of

        return start_refusal_of(text, settings)

    def tests(self, text: str, row: ScriptRow) -> Iterator[RanTest]:
        """The script's own; of a lesson, then what it asks for. All of those passed, it is done."""
        from lefi_tui.lang.authoring.reached import Reached
        from lefi_tui.lang.lessons.table import lesson_of
        from lefi_tui.lang.program import check
        from lefi_tui.simulate.lesson_tests import asked_by, lesson_outcomes
        from lefi_tui.simulate.script_tests import outcomes
        from lefi_tui.wiring.lessons import note_passed

        program = check(text).program
        tests = () if program is None else program.tests
        expects = {each.line: _expecting(each) for each in tests}
        reached = Reached(text)
        lesson = lesson_of(row.name)
        asked = iter(()) if lesson is None else lesson_outcomes(lesson, text)
        wanted, passed = len(tests) + (asked_by(lesson) if lesson else 0), 0
        for each in chain(outcomes(text, {}, reached), asked):
            unmet, hollow = (
                tuple(UnmetLine(one.line, one.expected, one.happened) for one in some)
                for some in (each.unmet, each.hollow)
            )
            lines = expects.get(each.line, ())
            # Of a lesson, once the person has tests: before, it asks for what it asks for.
            ways = reached.missed if tests else ()
            missed = tuple(Untested(way.line, *way.span, way.words) for way in ways)
            passed += each.has_passed
            if lesson and passed == wanted:
                note_passed(self._own, lesson.number)
            yield RanTest(each.name, each.line, unmet, wanted, lines, hollow, missed)

    # ---- places

    def _path(self, row: ScriptRow) -> Path:
        folder = _shipped() if row.is_shipped else self._own
        return folder / f"{row.name}{SUFFIX}"

    def _draft(self, row: ScriptRow) -> Path:
        shipped = ".shipped" if row.is_shipped else ""
        return self._own / f".{row.name}{shipped}.draft"

    def _free(self, name: str) -> str:
        """A shipped script's name, with a number where there is an own one of it."""
        tries = (name if number == 1 else f"{name}_{number}" for number in count(1))
        return next(each for each in tries if not self._path(ScriptRow(each)).exists())


def _expecting(test: ScriptTest) -> tuple[int, ...]:
    kinds = (ExpectOrder, ExpectNote, ExpectState, ExpectFinalized)
    return tuple(each.line for each in test.lines if isinstance(each, kinds))


def _kept(path: Path, script: OpenScript, how: str) -> OpenScript:
    """With its version; a save never fails for want of one."""
    from lefi_tui.lang.program import check

    if check(script.text).program is None:
        return replace(script, version=0, unkept="but no version: it does not check clean")
    try:
        number = ScriptVersions(path).keep(script.text, how).number
    except LefiError as error:
        return replace(script, version=0, unkept=f"but no version: {error.why}")
    return replace(script, version=number, unkept="")


def _shipped() -> Path:
    return Path(str(files("scripts")))


def _names(folder: Path) -> list[str]:
    return sorted(
        each.name.removesuffix(SUFFIX)
        for each in folder.iterdir()
        if each.name.endswith(SUFFIX) and not each.name.startswith(".")
    )
