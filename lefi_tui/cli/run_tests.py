"""`lefi test`: the tests in scripts, a dot for each that passes, each failure in its own words."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from lefi_tui.adapters.script_files import text_of
from lefi_tui.cli.output import Output
from lefi_tui.cli.progress import progress
from lefi_tui.core.record import Record
from lefi_tui.errors import REFUSED, ScriptRefusedError
from lefi_tui.lang.authoring.branches import Way
from lefi_tui.lang.authoring.reached import Reached
from lefi_tui.lang.lessons.table import lesson_of
from lefi_tui.simulate.lesson_tests import lesson_outcomes
from lefi_tui.simulate.script_tests import Hollow, Outcome, Unmet, outcomes


class _Ran(Record):
    """One script; `refusal` where its tests could not begin."""

    path: Path
    outcomes: tuple[Outcome, ...] = ()
    missed: tuple[Way, ...] = ()  # where no test of it has been
    refusal: str = ""


def run(arguments: Namespace, output: Output) -> int:
    texts = [(path, text_of(path)) for path in arguments.files]
    start = time.perf_counter()
    with progress(output, "scripts") as shown:
        ran: list[_Ran] = []
        for path, text in texts:
            ran.append(_ran(path, text))
            shown(len(ran), len(texts))
    if arguments.json:
        output.value([_as_data(each) for each in ran])
        return _code(ran)
    seconds = time.perf_counter() - start
    for each in ran:
        marks = "".join("." if one.has_passed else "F" for one in each.outcomes)
        output.line(f"{each.path} {'E' if each.refusal else marks}")
    for each in ran:
        _tell_failures(each, output)
    for each in ran:
        _tell_hollow(each, output)
        _tell_missed(each, output)
    return _closed(ran, seconds, output)


def _ran(path: Path, text: str) -> _Ran:
    reached, lesson = Reached(text), lesson_of(path.stem)
    try:
        ran = tuple(outcomes(text, {}, reached))
        asked = () if lesson is None else lesson_outcomes(lesson, text)
        return _Ran(path, (*ran, *asked), reached.missed if ran else ())
    except ScriptRefusedError as error:
        return _Ran(path, refusal=error.why)


def _tell_failures(ran: _Ran, output: Output) -> None:
    if ran.refusal:
        output.line(f"\nERROR {ran.path}")
        output.line(f"  {ran.refusal}")
        output.line(f"  Next: lefi check {ran.path}")
    for one in ran.outcomes:
        if not one.has_passed:
            output.line(f'\nFAILED {ran.path}:{one.line} "{one.name}"')
        for unmet in one.unmet:
            output.line(f"  line {unmet.line}: {unmet.expected}")
            output.line(f"    happened: {unmet.happened}")


def _tell_hollow(ran: _Ran, output: Output) -> None:
    """What came as expected and did nothing, so that nobody takes it for tested."""
    for one in ran.outcomes:
        if one.hollow:
            output.line(f'\nDID NOTHING {ran.path}:{one.line} "{one.name}"')
        for each in one.hollow:
            output.line(f"  line {each.line}: {each.expected}")
            output.line(f"    happened: {each.happened}")


def _tell_missed(ran: _Ran, output: Output) -> None:
    """Of a script whose tests pass: what they would not notice."""
    if ran.missed and all(each.has_passed for each in ran.outcomes):
        output.line(f"\nNOT TESTED {ran.path}")
        for way in ran.missed:
            output.line(f"  line {way.line}: {way.words}")


def _closed(ran: list[_Ran], seconds: float, output: Output) -> int:
    all_of = [one for each in ran for one in each.outcomes]
    failed = sum(not one.has_passed for one in all_of)
    errors = sum(bool(each.refusal) for each in ran)
    counts = {
        "failed": failed,
        "error" if errors == 1 else "errors": errors,
        "passed": len(all_of) - failed,
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    output.line(f"\n{told or 'no tests ran'} in {seconds:.2f}s")
    return _code(ran)


def _code(ran: list[_Ran]) -> int:
    all_of = [one for each in ran for one in each.outcomes]
    has_run = all_of and not any(each.refusal for each in ran)
    return 0 if has_run and all(one.has_passed for one in all_of) else REFUSED


def _as_data(ran: _Ran) -> dict[str, Any]:
    """One script; `did_nothing` was expected and came, and proves nothing."""
    tests = [
        {
            "name": one.name,
            "line": one.line,
            "passed": one.has_passed,
            "unmet": [_line(each) for each in one.unmet],
            "did_nothing": [_line(each) for each in one.hollow],
        }
        for one in ran.outcomes
    ]
    missed = [{"line": each.line, "what": each.words} for each in ran.missed]
    return {"file": str(ran.path), "refusal": ran.refusal, "tests": tests, "not_tested": missed}


def _line(each: Unmet | Hollow) -> dict[str, Any]:
    return {"line": each.line, "expected": each.expected, "happened": each.happened}
