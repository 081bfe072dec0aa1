"""The one analysis of a script: diagnostics, completion, hover, signatures, names, outline.

Editor, command line and language server ask it and nothing else. It answers for any text, broken
or not, and never fails; what is cheap is done at once, the whole check when it is first needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang.authoring.binding import Bound, bound, bound_in, declarations
from lefi_tui.lang.authoring.calls import signature_at
from lefi_tui.lang.authoring.completing import completed
from lefi_tui.lang.authoring.hovering import Looked, hover, unit_of
from lefi_tui.lang.authoring.lines import Lines
from lefi_tui.lang.authoring.markets import Markets, unlisted
from lefi_tui.lang.authoring.outlining import outlined
from lefi_tui.lang.authoring.records import (
    Completions,
    Hover,
    Outlined,
    Renamed,
    Signature,
)
from lefi_tui.lang.authoring.renaming import renamed
from lefi_tui.lang.authoring.walking import item_at, values_at, values_of
from lefi_tui.lang.blueprint import Blueprint
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.examine import SOURCE_MAX, Examined, examined, read
from lefi_tui.lang.source import Span
from lefi_tui.lang.watch import Seen, Watch

TEXTS_KEPT: Final = 4  # what stood there before the last keys is asked for again at once


@lru_cache(maxsize=TEXTS_KEPT)
def analysed(text: str) -> Analysis:
    return Analysis(text)


class Analysis:
    def __init__(self, text: str) -> None:
        self.text = text
        self._is_too_long = len(text) > SOURCE_MAX  # then it is no script, and only that is said

    # ---- cheap: by the words of the lines

    @cached_property
    def lines(self) -> Lines:
        return Lines("" if self._is_too_long else self.text)

    def completions(self, offset: int, market: Sequence[str] = ()) -> Completions:
        """What may stand at the cursor, best first; `market` holds symbols that can be traded."""
        if self._is_too_long:
            return Completions(Span(offset, offset))
        return completed(self.lines, self._within(offset), market)

    def signature(self, offset: int) -> Signature | None:
        return None if self._is_too_long else signature_at(self.lines, self._within(offset))

    # ---- by the tree

    @cached_property
    def script(self) -> s.Script:
        if self._is_too_long:
            return s.Script(Span(0, 0), (), ())
        return read(self.text, "script")[1].script

    @cached_property
    def _bound(self) -> tuple[Bound, ...]:
        return bound(self.script)

    def definition(self, offset: int) -> Span | None:
        places = [each for each in self._same(offset) if each.is_declaration]
        return places[0].span if places else None

    def references(self, offset: int) -> tuple[Span, ...]:
        """All places of the name, the declaration with them."""
        return tuple(each.span for each in self._same(offset))

    def renamed(self, offset: int, new: str) -> Renamed:
        return renamed(self.text, self._bound, self._name_at(offset), new)

    def outline(self) -> tuple[Outlined, ...]:
        return outlined(self.text, self.script)

    def expression_at(self, offset: int) -> Span | None:
        """The smallest whole expression there."""
        found = self.values_at(offset)
        return found[-1].span if found else None

    def made_at(self, offset: int) -> Bound | None:
        """The name that is given a value there, the cursor on the name itself."""
        name = self._name_at(offset)
        return name if name is not None and name.kind == "name" and name.gives else None

    # ---- by the whole check

    @cached_property
    def _examined(self) -> tuple[Examined, Watch]:
        watch = Watch()
        return examined(self.text, watch=watch), watch

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self._examined[0].diagnostics

    def found(self, markets: Markets) -> tuple[Diagnostic, ...]:
        """The same, and what can't be traded where these are all markets of the accounts."""
        more = unlisted(self.text, self._examined[0].named, markets)
        return tuple(sorted((*self.diagnostics, *more), key=lambda each: each.span))

    @property
    def blueprint(self) -> Blueprint | None:
        return self._examined[0].blueprint

    def hover(self, offset: int) -> Hover | None:
        offset = self._within(offset)
        return None if self._is_too_long else hover(self._looked(offset))

    def unit_of(self, span: Span) -> str:
        """Of an expression at its place: `USDT per BTC`, `a plain number`; "" where unknown."""
        return unit_of(self._examined[1], span)

    def seen(self, span: Span) -> tuple[Seen, ...]:
        """What the checker found there: more than once in a function that is called often."""
        return tuple(self._examined[1].seen.get(span, ()))

    # ---- parts

    def _within(self, offset: int) -> int:
        return min(max(0, offset), len(self.text))

    def _looked(self, offset: int) -> Looked:
        item = item_at(self.script, offset)
        names = bound_in(self.script, item)
        values = self.values_at(offset)
        return Looked(
            self.text,
            self.lines.word(offset, is_held=bool(values) and not isinstance(values[-1], s.Text)),
            {each.span: each for each in names},
            self._declared | {each.key: each for each in names if each.is_declaration},
            values,
            self._items,
            item.event if isinstance(item, s.Handler) else "",
            isinstance(item, s.Policy | s.Test),
            self._examined[1],
            0 if item is None else item.span.start,
        )

    @cached_property
    def _items(self) -> dict[str, s.Setting | s.State | s.Function]:
        """What is declared by a name; of one that is declared twice the first."""
        found: dict[str, s.Setting | s.State | s.Function] = {}
        for each in self.script.items:
            if isinstance(each, s.Setting | s.State | s.Function):
                found.setdefault(each.name, each)
        return found

    @cached_property
    def _declared(self) -> dict[str, Bound]:
        return declarations(self.script)

    def values_at(self, offset: int) -> list[s.Expr]:
        """The expressions that the offset stands in, outermost first."""
        offset = self._within(offset)
        item = item_at(self.script, offset)
        return values_at(values_of(self.script.body if item is None else item), offset)

    def _name_at(self, offset: int) -> Bound | None:
        offset = self._within(offset)
        found = [each for each in self._bound if each.span.start <= offset <= each.span.end]
        return found[-1] if found else None

    def _same(self, offset: int) -> list[Bound]:
        name = self._name_at(offset)
        if name is None or not name.key or name.kind == "field":
            return []
        return [each for each in self._bound if each.key == name.key]
