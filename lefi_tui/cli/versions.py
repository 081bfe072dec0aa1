"""`lefi versions`: what a script was at each save, what changed between two, and back to one.

Nothing that was kept is ever taken away: to go back makes a new version with the old text.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from msgspec import to_builtins

from lefi_tui.adapters.script_files import whole, write
from lefi_tui.adapters.script_versions import ScriptVersions, hash_of, plain
from lefi_tui.cli.output import Output
from lefi_tui.core.script_version import Version, Versions
from lefi_tui.errors import RefusedError, ScriptRefusedError, UsageError
from lefi_tui.lang.program import check
from lefi_tui.views.compared import NO_LINE, compared
from lefi_tui.views.numbers import NS_PER_MS, moment

NOW: Final = "now"  # the file as it stands


class _Asked:
    """One file, and the versions of it that were named."""

    def __init__(self, words: list[str]) -> None:
        self.file = Path(words[0])
        self.text = plain(whole(self.file).text)
        self.kept = ScriptVersions(self.file)
        self.listed: Versions = self.kept.listed()
        self.named = tuple(map(self._version, words[1:]))

    def _version(self, word: str) -> Version:
        rows = self.listed.rows
        found = next((each for each in rows if str(each.number) == word.lstrip("#")), None)
        if found is None:
            known = f"{rows[0].number} to {rows[-1].number}" if rows else "none"
            step = f"`lefi versions {self.file}` lists them"
            why = f"no version {word}; there is {known}"
            raise UsageError(why, where=str(self.file), next_step=step)
        return found

    @property
    def current(self) -> Version | None:
        """The newest version that has the text of the file."""
        digest = hash_of(self.text)
        return next((e for e in reversed(self.listed.rows) if e.sha256 == digest), None)


def run(arguments: Namespace, output: Output) -> int:
    words = list(arguments.words)
    action = words.pop(0) if words[0] in _ACTIONS else "list"
    if not words:
        step = f"lefi versions {action} FILE"
        raise UsageError("which script?", where="lefi versions", next_step=step)
    answer = _ACTIONS[action](_Asked(words), output if not arguments.json else None)
    if arguments.json:
        output.value(answer)
    return 0


def _list(asked: _Asked, output: Output | None) -> Any:
    current = asked.current
    if output is not None:
        for line in _listed(asked, current):
            output.line(line)
        if asked.listed.problem:
            output.say(asked.listed.problem)
    return {
        "file": str(asked.file),
        "versions": [to_builtins(each) for each in asked.listed.rows],
        "now": None if current is None else current.number,
        "gone": asked.listed.gone,
        "problem": asked.listed.problem,
    }


def _listed(asked: _Asked, current: Version | None) -> Iterator[str]:
    for each in asked.listed.rows:
        when = moment(each.at_ms * NS_PER_MS)
        mark = "  the file now" if each == current else ""
        yield f"{each.number:>5}  {when} UTC  {each.by:<16} {each.sha256[:8]}  {each.how}{mark}"
    if asked.listed.gone:
        yield f"The oldest {asked.listed.gone} had to make room."
    if not asked.listed.rows:
        yield f"No versions yet. Each save in the editor makes one; so does: {_keep_it(asked)}"
    elif current is None:
        yield f"The file as it stands is none of these. To keep it: {_keep_it(asked)}"


def _keep_it(asked: _Asked) -> str:
    return f"lefi versions keep {asked.file}"


def _show(asked: _Asked, output: Output | None) -> Any:
    version = _one(asked, "show")
    text = asked.kept.text(version)
    if output is not None:
        output.script(text)
    return {**to_builtins(version), "text": text}


def _diff(asked: _Asked, output: Output | None) -> Any:
    (before, first), (after, then) = _two(asked)
    told = compared(first, then)
    if output is not None:
        output.line(f"{asked.file}: from {_named(asked, before)} to {_named(asked, after)}")
        for line in told.lines or (NO_LINE,):
            output.line(line)
        output.line("")
        for line in told.words:
            output.line(line)
    meaning = None if told.meaning is None else to_builtins(told.meaning)
    is_same = told.meaning is not None and told.meaning.is_same
    return {
        "file": str(asked.file),
        "before": before,
        "after": after,
        "text": list(told.lines),
        "same": is_same,
        "meaning": meaning,
        "why_not": told.why_not,
    }


def _named(asked: _Asked, which: int | str) -> str:
    if which != NOW:
        version = next(each for each in asked.listed.rows if each.number == which)
        return f"version {which} ({moment(version.at_ms * NS_PER_MS)})"
    current = asked.current
    return f"the file now, {'no version' if current is None else f'version {current.number}'}"


def _two(asked: _Asked) -> tuple[tuple[Any, str], tuple[Any, str]]:
    """The named ones; one is compared with the file as it stands; none: what changed last."""
    rows, named = asked.listed.rows, asked.named
    if not named and asked.current is None and rows:
        named = rows[-1:]
    elif not named:
        named = rows[-2:]
    if not named:
        step = _keep_it(asked)
        raise RefusedError("it has no versions", where=str(asked.file), next_step=step)
    texts = [(each.number, asked.kept.text(each)) for each in named[:2]]
    return texts[0], texts[1] if len(texts) > 1 else (NOW, asked.text)


def _back(asked: _Asked, output: Output | None) -> Any:
    version = _one(asked, "back")
    text = asked.kept.text(version)
    asked.kept.keep(asked.text, "as it was found")  # whatever stands there is not lost
    raw = whole(asked.file).text
    write(asked.file, text.replace("\n", "\r\n") if "\r\n" in raw else text)
    made = asked.kept.keep(text, f"back to {version.number}")
    if output is not None:
        output.line(f"{asked.file} is version {version.number} again, as version {made.number}.")
    return {"file": str(asked.file), "from": version.number, "version": made.number}


def _keep(asked: _Asked, output: Output | None) -> Any:
    """For an editor of one's own: it saves, this keeps."""
    found = check(asked.text).diagnostics
    error = next((each for each in found if each.is_error), None)
    if error is not None:
        raise ScriptRefusedError(f"{error.code} {error.message}", where=str(asked.file))
    made = asked.kept.keep(asked.text)
    if output is not None:
        output.line(f"{asked.file} is version {made.number}.")
    return {"file": str(asked.file), "version": made.number}


def _one(asked: _Asked, action: str) -> Version:
    if not asked.named:
        step = f"lefi versions {action} {asked.file} NUMBER"
        raise UsageError("which version?", where=str(asked.file), next_step=step)
    return asked.named[0]


_ACTIONS: Final[dict[str, Callable[[_Asked, Output | None], Any]]] = {
    "list": _list,
    "show": _show,
    "diff": _diff,
    "back": _back,
    "keep": _keep,
}
