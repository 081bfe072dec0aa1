"""What a word or an expression is: as written, its unit, and what is told of it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang import syntax as s
from lefi_tui.lang.authoring.binding import Bound
from lefi_tui.lang.authoring.records import Hover
from lefi_tui.lang.builtins import BUILTINS, EVENTS
from lefi_tui.lang.entry import TAKES, Entry, first_value, of_builtin, of_event, of_told
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.signatures import Param
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import Kind, Token, shown
from lefi_tui.lang.told_policy import POLICY
from lefi_tui.lang.told_statements import CHECKS, DECLARATIONS, STATEMENTS
from lefi_tui.lang.tree import HERE
from lefi_tui.lang.watch import Watch

_TITLE_MAX: Final = 100
_WORD: Final = re.compile("[a-z]+")


@lru_cache(maxsize=256)
def entry_of(name: str) -> Entry | None:
    """Of the reference; made when first asked for, since warm-ups are the checker's."""
    if name in BUILTINS:
        return of_builtin(BUILTINS[name])
    if name in EVENTS:
        return of_event(EVENTS[name])
    for table in (CHECKS, STATEMENTS, DECLARATIONS):
        if name in table:
            return of_told(table[name])
    row = POLICY.get(name)
    return Entry(row.name, row.form, row.docs, (f"default: {row.default}",)) if row else None


Item = s.Setting | s.State | s.Function


class Looked(Record):
    """What a hover is made of."""

    text: str
    word: Token | None  # at the cursor
    names: dict[Span, Bound]
    declarations: dict[str, Bound]
    values: list[s.Expr]  # around the cursor, outermost first
    items: dict[str, Item]  # by name
    event: str  # of the handler around; "" of none
    has_own_words: bool  # what is no keyword means something here: in a policy, in a test
    watch: Watch
    start: int = 0  # of the declaration around


def hover(looked: Looked) -> Hover | None:
    word = looked.word
    value = looked.values[-1] if looked.values else None
    if word is None:
        return _of_value(looked, value)
    if isinstance(value, s.Field) and value.name_span == word.span:
        return _of_field(looked, value)
    if word.span in looked.names:
        return _of_name(looked, looked.names[word.span], word)
    return _of_word(looked, word, value)


def _of_word(looked: Looked, word: Token, value: s.Expr | None) -> Hover | None:
    if word.kind is Kind.METHOD:
        return _of_method(looked, word, value)
    if word.text == "event" and looked.event:
        return _of_entry(word, looked.event, "")
    if word.kind is Kind.KEYWORD or looked.has_own_words:
        told = _of_entry(word, word.text, "")
        if told is not None:
            return told
    return _argument(looked, word) or _of_value(looked, value) or _of_form(looked, word)


def _of_form(looked: Looked, word: Token) -> Hover | None:
    """A word that is told with the one that leads it: `else`, `in`, `by`, `within`, `per`."""
    before = scan(looked.text[looked.start : word.span.start]).tokens
    leading = [each.text for each in reversed(before)]
    for table in (STATEMENTS, DECLARATIONS, POLICY):
        forms = {name for name, row in table.items() if word.text in _WORD.findall(row.form)}
        name = next((each for each in leading if each in forms), None)
        if name is not None:
            return _of_entry(word, name, "")
    return None


def _of_entry(word: Token, name: str, unit: str, more: tuple[str, ...] = ()) -> Hover | None:
    entry = entry_of(name)
    if entry is None:
        return None
    notes = (*entry.notes, *more) if more else entry.told
    return Hover(word.span, entry.form, unit, (entry.docs, *notes), name)


def _of_method(looked: Looked, word: Token, value: s.Expr | None) -> Hover | None:
    span = word.span if value is None else value.span
    if isinstance(value, s.Call) and looked.values[-2:-1] and not looked.watch.units(span):
        span = looked.values[-2].span  # it is read by field
    return _of_entry(word, word.text, unit_of(looked.watch, span), _warmth(looked, span))


def _of_name(looked: Looked, name: Bound, word: Token) -> Hover:
    item = looked.items.get(name.key)
    if item is not None:
        return _of_item(looked, item, word)
    if name.kind == "field":
        docs = f"A field of `{looked.event}`: also `event.{name.name}`."
        return Hover(word.span, name.name, unit_of(looked.watch, word.span), (docs,), looked.event)
    place = looked.declarations.get(name.key)
    spans = [word.span] if place is None else [word.span, place.span]
    unit = next((found for each in spans if (found := unit_of(looked.watch, each))), "")
    if place is None or place.gives is None:
        return Hover(word.span, name.name, unit, _fields(looked, spans))
    title = f"{name.name} = {_written(looked.text, place.gives.span)}"
    told = (*_fields(looked, spans), *_warmth(looked, place.gives.span))
    return Hover(word.span, title, unit, told)


def _fields(looked: Looked, spans: list[Span]) -> tuple[str, ...]:
    """What is read behind a name, each with its unit."""
    kinds = next((found for each in spans if (found := looked.watch.behind(each))), {})
    listed = ", ".join(f"`.{name}` {kind}" for name, kind in kinds.items())
    return (f"Its fields: {listed}.",) if listed else ()


def _of_item(looked: Looked, item: Item, word: Token) -> Hover:
    """As it is declared, with the words above it."""
    spans = [word.span, item.name_span]
    if isinstance(item, s.Function):
        spans = [item.body.span]  # what it gives
    unit = next((found for each in spans if (found := unit_of(looked.watch, each))), "")
    name = looked.text[item.span.start : item.name_span.start].strip()
    docs = (item.doc,) if item.doc else ()
    return Hover(word.span, _written(looked.text, item.span), unit, docs, name)


def _of_field(looked: Looked, node: s.Field) -> Hover:
    target = node.target
    name = target.name if isinstance(target, s.Call) else ""
    if isinstance(target, s.Name) and target.name == "event":
        name = looked.event
    of = name or _written(looked.text, target.span)
    docs = (f"A field of `{of}`.", *_warmth(looked, node.span))
    name = name or _held(looked, target)
    title = _written(looked.text, node.span)
    return Hover(node.name_span, title, unit_of(looked.watch, node.span), docs, name)


def _held(looked: Looked, target: s.Expr) -> str:
    """The method whose values a name holds."""
    name = looked.names.get(target.span)
    place = looked.declarations.get(name.key) if name is not None else None
    return place.gives.name if place is not None and isinstance(place.gives, s.Call) else ""


def _warmth(looked: Looked, span: Span) -> tuple[str, ...]:
    """When a series has its first value."""
    seen = looked.watch.seen.get(span, ())
    latest = max(seen, key=lambda each: each.warm, default=None)
    if latest is None or latest.warm <= 1:
        return ()
    is_of_candles = looked.event == "Candle" or latest.clock not in {HERE, None}
    unit = "candle" if is_of_candles else "event"
    return (f"It {first_value(latest.warm, latest.settled, unit)}.",)


def _argument(looked: Looked, word: Token) -> Hover | None:
    for node in reversed(looked.values):
        if isinstance(node, s.Call) and node.name in BUILTINS:
            params = {each.name: each for each in BUILTINS[node.name].params}
            if any(arg.name_span == word.span for arg in node.args) and word.text in params:
                return _told_argument(word, node.name, params[word.text])
    event = None if looked.values else EVENTS.get(looked.event)
    given = {each.name: each for each in event.params} if event is not None else {}
    return _told_argument(word, looked.event, given[word.text]) if word.text in given else None


def _told_argument(word: Token, of: str, param: Param) -> Hover:
    takes = f"An argument of `{of}`: {TAKES[param.kind]}."
    return Hover(word.span, word.text, "", (takes,), of)


def _of_value(looked: Looked, value: s.Expr | None) -> Hover | None:
    if value is None:
        return None
    unit = unit_of(looked.watch, value.span)
    return Hover(value.span, _written(looked.text, value.span), unit) if unit else None


def unit_of(watch: Watch, span: Span) -> str:
    return " or ".join(str(each) for each in watch.units(span))


def _written(text: str, span: Span) -> str:
    words = " ".join(text[span.start : span.end].split())
    return shown(words) if len(words) > _TITLE_MAX else words
