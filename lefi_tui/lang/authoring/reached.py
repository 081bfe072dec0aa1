"""Which ways of a script its runs have gone, by a program made again that marks each it takes.

The rule it keeps: the runs are those that the tests made, with their slots, events and answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.lang import tree
from lefi_tui.lang.authoring.branches import CLOSE, Key, Way, ways
from lefi_tui.lang.compiler import Compiler
from lefi_tui.lang.examine import read, typed
from lefi_tui.lang.form import Form, Noted, Op, Slots, V, When
from lefi_tui.lang.python_way import Run, generate
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.waiting import Begun, played

_ALWAYS: Final = V("const", value=True)
_NOWHERE: Final = -1


class Reached:
    """Of one text; filled by the runs of all its tests."""

    def __init__(self, source: str) -> None:
        text, parsed, _ = read(source, "script")
        self.source = source
        self.ways = ways(text, parsed.script)
        self._gone: set[Key] = set()
        self._closes: dict[Span, int] = {}  # with their lines, of every program made
        self._made: dict[tuple[tuple[str, str], ...], _Made] = {}

    def ran(self, settings: Mapping[str, str], begun: Begun) -> None:
        """One run that a test made with these settings."""
        self._gone |= self._of(settings).handlers[begun.handler].gone(begun)

    def closed(self, settings: Mapping[str, str], site: int) -> None:
        """The `Close` at this site found something to close."""
        self._gone.add((self._of(settings).closes[site].start, True))

    def _of(self, settings: Mapping[str, str]) -> _Made:
        key = tuple(sorted(settings.items()))
        if key not in self._made:
            self._made[key] = made = _made(self.source, settings)
            text = Source(self.source)
            self._closes |= {each: text.place(each.start).line for each in made.closes.values()}
        return self._made[key]

    def markable(self, settings: Mapping[str, str]) -> set[Key]:
        """The ways that a program of these settings marks when it goes them."""
        return {key for each in _made(self.source, settings).handlers for key in each.keys}

    @property
    def missed(self) -> tuple[Way, ...]:
        """Where no run has been, outermost only: what lies inside was not reached either."""
        closes = [Way((at.start, True), CLOSE, at, line) for at, line in self._closes.items()]
        found: list[Way] = []
        for way in sorted((*self.ways, *closes), key=lambda each: (each.span, each.kind)):
            is_inside = found and found[-1].span.end >= way.span.end
            if way.key not in self._gone and not is_inside:
                found.append(way)
        return tuple(found)


class _Marked:
    """A handler that marks its ways."""

    def __init__(self, run: Run, keys: Sequence[Key], *, may_wait: bool) -> None:
        self._run, self.keys, self._may_wait = run, tuple(keys), may_wait

    def gone(self, begun: Begun) -> set[Key]:
        trace: list[tuple[int, bool, tuple[Any, ...]]] = []
        if self._may_wait:
            played(self._run, begun, trace)
        else:
            self._run(begun.slots, begun.event, begun.reads, True, trace)  # noqa: FBT003 -- generated
        return {self.keys[number] for number, _, _ in trace}


class _Made(Record):
    """What a text with these settings becomes: its handlers, and its `Close` calls by site."""

    handlers: tuple[_Marked, ...]
    closes: Mapping[int, Span]


def _made(source: str, settings: Mapping[str, str]) -> _Made:
    text, checked = typed(source, settings)
    slots, reads = Slots(), {key: number for number, key in enumerate(checked.reads)}
    states = {name: slots.take(name, first) for name, (_, first) in checked.states.items()}
    handlers = iter(checked.declared.handlers)
    out = []
    for number, body in enumerate(checked.bodies):
        compiler = _Marking(slots, states, reads, text, body)
        form = compiler.form()
        compiler.feeds(number, form.others)  # they take slots of their own
        handler = next(handlers, None)
        place = handler.span.start if handler is not None else _NOWHERE
        keys = ((place, True), *compiler.keys)
        run = generate(form, traced=True).run
        out.append(_Marked(run, keys, may_wait=form.may_wait))
    closes = {each.number: each.span for each in checked.sites if each.action == CLOSE}
    return _Made(tuple(out), closes)


class _Marking(Compiler):
    """Its notes are marks: number 0 is the handler itself."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.keys: list[Key] = []
        self._leads: Key = (_NOWHERE, True)

    def form(self) -> Form:
        form = super().form()
        notes = tuple(Noted(0, "", ()) for _ in range(len(self.keys) + 1))
        return replace(form, steps=(_mark(0), *form.steps), notes=notes)

    def _note(self, node: tree.Branch) -> int:
        super()._note(node)  # what it shows of other candles has slots
        return -1

    def _statement(self, node: tree.Statement) -> Op:
        outer = self._leads
        if isinstance(node, tree.Branch | tree.Authorize | tree.Execute | tree.Finalize):
            self._leads = (node.span.start, True)
        op = super()._statement(node)
        self._leads = outer
        return op

    def _inside(self, nodes: Sequence[tree.Statement], *, all_wait: bool = False) -> tuple[Op, ...]:
        key = self._leads
        self.keys.append(key)
        mark = _mark(len(self.keys))
        out = super()._inside(nodes, all_wait=all_wait)
        self._leads = (key[0], False)  # its other block, if it has one
        return (mark, *out)


def _mark(number: int) -> When:
    return When(_ALWAYS, (), (), number)
