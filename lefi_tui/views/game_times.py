"""How quick the games of a session were: from key to wire, to the venue's word, to the fill.

The rule it keeps: a time is told where both of its moments were seen, and nowhere else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bots.ttadak import GameState
from lefi_tui.core.game import Timing
from lefi_tui.views.game_view import BINS_MS, Span

NS_PER_MS: Final = 1_000_000
PARTS: Final[Mapping[str, Callable[[Timing], int | None]]] = MappingProxyType(
    {
        "key-sent": lambda each: each.key_to_sent,
        "sent-ack": lambda each: each.sent_to_ack,
        "ack-fill": lambda each: each.ack_to_fill,
        "skew": lambda each: each.skew,
        "without exit": lambda each: each.without_exit,
    }
)


def spans(state: GameState) -> tuple[Span, ...]:
    """In the sequence of PARTS."""
    told = [each.timing for each in state.rounds]
    if state.game is not None:
        told.append(state.game.timing)
    return tuple(_span(name, [part(each) for each in told]) for name, part in PARTS.items())


def _span(name: str, values: Sequence[int | None]) -> Span:
    known = sorted(each / NS_PER_MS for each in values if each is not None)
    last = values[-1] if values else None
    last_ms = None if last is None else last / NS_PER_MS
    if not known:
        return Span(name)
    bins = [0] * (len(BINS_MS) + 1)
    for each in known:
        bins[bisect_left(BINS_MS, each)] += 1
    p50, p95, p99 = (ranked(known, percent) for percent in (50, 95, 99))
    return Span(name, last_ms, len(known), p50, p95, p99, tuple(bins))


def ranked(ordered: Sequence[float], percent: int) -> float:
    """The least value that so many percent do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
