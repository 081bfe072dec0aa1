"""Every way that a run of a script may go: its handlers, and the blocks inside them.

The rule it keeps: a way is known by the place in the text that leads to it, so that a tree of the
text and a compiled script speak of the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang import syntax as s
from lefi_tui.lang.source import Source, Span

CLOSE: Final = "close"  # its way is one that finds something to close
_UNTESTED: Final = {
    "then": "No test makes its condition true, so nothing in this block is tested.",
    "handler": "No test carries this handler out.",
    "row": "No test takes this row.",
    "else": "No test gets into this else.",
    "passed": "In every test this is true wherever it is asked.",
    CLOSE: "No test holds anything that this closes.",
}
Key = tuple[int, bool]  # where what leads there begins; its first block, or the other


class Way(Record):
    """One way of a run. `span` is its block; of an `if` without `else` that is never false, its
    condition; of a `Close`, its call: one that nothing is held for is carried out and does nothing.
    """

    key: Key
    kind: str  # handler then else row authorize execute finalize passed close
    span: Span
    line: int

    @property
    def words(self) -> str:
        """What is said of it where no test goes it."""
        return _UNTESTED.get(self.kind, "No test gets into this block.")


def ways(source: Source, script: s.Script) -> tuple[Way, ...]:
    """In the order of the text."""
    found = list(_Ways(source).script(script))
    return tuple(sorted(found, key=lambda each: (each.span, each.kind)))


class _Ways:
    def __init__(self, source: Source) -> None:
        self.source = source

    def script(self, script: s.Script) -> Iterator[Way]:
        for item in script.items:
            if isinstance(item, s.Handler):
                yield self._way((item.span.start, True), "handler", item.span)
                yield from self._of(item.body.statements)
        yield from self._of(script.body)

    def _way(self, key: Key, kind: str, span: Span) -> Way:
        return Way(key, kind, span, self.source.place(span.start).line)

    def _of(self, statements: Sequence[s.Statement]) -> Iterator[Way]:
        for each in statements:
            yield from self._statement(each)

    def _statement(self, node: s.Statement) -> Iterator[Way]:
        match node:
            case s.If():
                yield from self._if(node)
            case s.DecideTable():
                yield from self._table(node)
            case s.For() | s.Repeat():
                yield from self._of(node.body.statements)
            case s.Authorize() | s.Execute():
                yield from self._waiting(node, node.other)
            case s.Finalize():
                yield from self._waiting(node, None)
            case _:
                return

    def _if(self, node: s.If) -> Iterator[Way]:
        key = node.condition.span.start
        yield from self._block((key, True), "then", node.then)
        other = node.other
        if other is None:
            yield self._way((key, False), "passed", node.condition.span)
        elif len(other.statements) == 1 and other.statements[0].span == other.span:
            yield from self._of(other.statements)  # else if
        else:
            yield from self._block((key, False), "else", other)

    def _table(self, node: s.DecideTable) -> Iterator[Way]:
        before = None
        for row in node.rows:
            if row.condition is not None:
                before = row.condition.span.start
                yield from self._block((before, True), "row", row.action)
            elif before is not None:
                yield from self._block((before, False), "else", row.action)

    def _waiting(
        self, node: s.Authorize | s.Execute | s.Finalize, other: s.Block | None
    ) -> Iterator[Way]:
        word = type(node).__name__.lower()
        yield from self._block((node.span.start, True), word, node.body)
        if other is not None:
            yield from self._block((node.span.start, False), "else", other)

    def _block(self, key: Key, kind: str, block: s.Block) -> Iterator[Way]:
        yield self._way(key, kind, block.span)
        yield from self._of(block.statements)
