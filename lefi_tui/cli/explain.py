"""`lefi explain WORD`: what a message, a method, an event or a statement means."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.output import Output
from lefi_tui.errors import LefiError, UsageError
from lefi_tui.lang.diagnostic import CODES, nearest
from lefi_tui.lang.explain import EXPLAINED, WIDTH, told


def run(arguments: Namespace, output: Output) -> int:
    asked = arguments.word
    for line in _of_a_code(asked.upper()) or _of_the_language(asked):
        output.line(line)
    return 0


def _of_a_code(code: str) -> list[str]:
    """Of a message of the checker, or of the program; none where there is no such code."""
    known = CODES.get(code)
    if known is not None:
        body = told(code) if code in EXPLAINED else []
        return [f"{code} {known.title} ({known.severity})", *body]
    own = _of_the_program().get(code)
    return [f"{code} {own.title}", f"  Next: {own.usual_next}"] if own is not None else []


def _of_the_language(asked: str) -> list[str]:
    from lefi_tui.lang.reference import entries

    known = entries()
    cased = {name.lower(): name for name in reversed(list(known))}
    name = asked if asked in known else cased.get(asked.lower(), "")
    if name:
        return known[name].plain(WIDTH)
    close = nearest(asked, [*known, *CODES])
    step = f"Did you mean {close}?" if close else "`lefi check FILE` shows codes beside messages"
    raise UsageError("there is no such code, method or statement", where=asked, next_step=step)


def _of_the_program() -> dict[str, type[LefiError]]:
    """Messages that are not about a script, by their codes."""
    import lefi_tui.ports.journal  # noqa: F401 -- makes its errors known as subclasses

    found: dict[str, type[LefiError]] = {}
    waiting = LefiError.__subclasses__()
    while waiting:
        one = waiting.pop(0)
        found.setdefault(one.code, one)
        waiting += one.__subclasses__()
    return found
