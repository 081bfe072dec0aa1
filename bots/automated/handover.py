"""A bot's next text: what of its state goes on, what does not, and what it could spend more.

The rule it keeps: a value is carried over to a state of the same name that holds the same; where
one of the name holds something else, the text is refused, since nobody can say what it means there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from math import isfinite
from typing import Final

from bots.automated.plan import TIMEFRAME_SETTING, Bound, bind, start_refusal_of
from lefi_tui.core.rewriting import Family, GoneState, Handover, Text
from lefi_tui.lang.kinship import kinship
from lefi_tui.lang.maths import words
from lefi_tui.lang.meaning import meaning
from lefi_tui.lang.program import Program, check

KEPT: Final = 16  # it is looked at before it is asked for, and then once more
PLAIN: Final = frozenset({"a number", "a plain number"})  # no statement gives it a unit
TRADES: Final = frozenset({"buy", "sell"})
WARMED: Final = frozenset({"Candle"})  # by candles of the past


@lru_cache(maxsize=KEPT)
def handover(before: Text, after: Text, *, is_whole: bool) -> Handover:
    old = bind(before.source, dict(before.settings))
    wanted, lost = _settings(before, after, is_whole=is_whole)
    refusal = start_refusal_of(after.source, wanted)
    if refusal:
        return Handover(refusal)
    new = bind(after.source, wanted)
    told = meaning(old.program, new.program, _timeframe_ms(wanted))
    states = tuple(name for name in new.program.states if name in old.program.states)
    kept = [name for name in wanted if name not in dict(after.settings)]
    return Handover(
        _refusal(old.program, new.program) or _other_settings(old.program, new.program, kept),
        tuple(wanted.items()),
        states,
        lost,
        tuple(_gone(old.program, new.program)),
        tuple(_cold(new)),
        told.more,
        (_worth(old), _worth(new)),
    )


@lru_cache(maxsize=KEPT)
def family(before: Text, after: Text) -> Family:
    """Their places, each text as it runs with its settings. An order may be of a text that an
    older program took and this one would not: it has no kin."""
    if start_refusal_of(before.source, dict(before.settings)):
        return (), ()
    old = bind(before.source, dict(before.settings))
    new = bind(after.source, dict(after.settings))
    return kinship(old.program, new.program, _timeframe_ms(dict(after.settings)))


def _settings(
    before: Text, after: Text, *, is_whole: bool
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What was chosen stays chosen, as far as the other text knows it."""
    given = dict(after.settings)
    chosen = {} if is_whole else dict(before.settings)
    program = check(after.source).program
    names = {TIMEFRAME_SETTING} if program is None else _names(program)
    kept = {name: value for name, value in chosen.items() if name in names}
    gone = [name for name in chosen if name not in names and name not in given]
    lost = tuple(
        f"setting {name} = {chosen[name]}: the text has none of this name" for name in gone
    )
    return kept | given, lost


def _names(program: Program) -> set[str]:
    return {TIMEFRAME_SETTING, *(each.name for each in program.settings)}


def _timeframe_ms(settings: Mapping[str, str]) -> int | None:
    timeframe = settings.get(TIMEFRAME_SETTING, "")
    return int(timeframe) if timeframe else None


def _refusal(old: Program, new: Program) -> str:
    if old.kind != new.kind:
        return f"The other text is of kind {new.kind}, and the bot of kind {old.kind}."
    for name in new.states:
        if name in old.states and not _fits(old.state_types[name], new.state_types[name]):
            return (
                f"The state `{name}` holds {old.state_types[name]} in the text that runs, and "
                f"{new.state_types[name]} in the other: its value can't be carried over. Give it "
                "another name there, and it begins anew."
            )
    return ""


def _other_settings(old: Program, new: Program, kept: Iterable[str]) -> str:
    """A number that was chosen without its unit would be read in another one."""
    types = {each.name: each.type for each in old.settings}
    for each in new.settings:
        was = types.get(each.name, each.type)
        if each.name in kept and not _fits(was, each.type):
            return (
                f"The setting `{each.name}` was set to {each.value}: {was} in the text that runs, "
                f"{each.type} in the other. Set it anew with the update, or name it otherwise."
            )
    return ""


def _fits(old: str, new: str) -> bool:
    return old == new or {old, new} <= PLAIN


def _gone(old: Program, new: Program) -> Iterator[GoneState]:
    gone = [name for name in old.states if name not in new.states]
    came = [name for name in new.states if name not in old.states]
    for name in gone:
        kind = old.state_types[name]
        alike = [each for each in came if _fits(kind, new.state_types[each])]
        rivals = [each for each in gone if _fits(kind, old.state_types[each])]
        if len(alike) == len(rivals) == 1:
            first = new.slots.first[new.states[alike[0]]]
            yield GoneState(name, alike[0], words(first))
        else:
            yield GoneState(name)


def _cold(bound: Bound) -> Iterator[str]:
    """Handlers whose series step by events that no history tells."""
    for handler, title in zip(bound.program.handlers, bound.titles, strict=True):
        if handler.event not in WARMED and handler.warmup > 1:
            yield f"{title} waits for {handler.warmup} events first"


def _worth(bound: Bound) -> float:
    """The largest order that is known in quote; 0 where none is."""
    places = (place for reach in bound.reaches for place in reach.places.values())
    known = (e.size for e in places if e.kind == "worth" and e.action in TRADES)
    return max((each for each in known if isfinite(each)), default=0.0)
