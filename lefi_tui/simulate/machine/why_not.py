"""What keeps a script from the machine way: the line, and why, in words."""

from __future__ import annotations

from collections.abc import Iterator

from lefi_tui.lang.form import Form, Op, Signal, When
from lefi_tui.lang.program import Program

Why = tuple[int, str]  # line, words


def why_not(program: Program) -> tuple[Why, ...]:
    """Empty where the machine way carries it out. What these leave out it hands to Python, moment
    by moment: slower, and the same."""
    out: list[Why] = []
    heard = {each.hears: each.line for each in program.handlers if each.event == "Event"}
    for handler in program.handlers:
        form = program.forms[handler.index]
        if form.may_wait:
            out.append((handler.line, "a run of this handler waits for an order or a person"))
        out += [
            (handler.line, f'it emits "{name}", which line {heard[name]} of the script hears')
            for name in dict.fromkeys(_sent(form))
            if name in heard
        ]
    return tuple(out)


def _sent(form: Form) -> Iterator[str]:
    waiting: list[Op] = [*form.always, *form.steps, *form.after]
    while waiting:
        op = waiting.pop()
        match op:
            case Signal():
                yield op.name
            case When():
                waiting += (*op.then, *op.other)
            case _:
                continue
