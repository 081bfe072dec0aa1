"""The frame around the desk: whose money moves, in words and color, on the first and last line.

Above: mode, venue, trading state, equity, time. Below: the mode again, and the keys.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from lefi_tui.core.messages import TradingState
from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.approvals_view import URGENT_MS
from lefi_tui.views.desk_view import DeskView, Mode
from lefi_tui.views.wallet_view import READING_LIMIT_MS
from widgets.ink import Glyphs, Ink
from widgets.lines import Row, Span, fit

# What leaves the line first when it is too narrow; the mode, and an alarm, never leave it.
TIME, VENUE, EQUITY, STATE = 4, 3, 2, 1
NEAR = 0.8  # of the way to liquidation


class Piece(Record):
    """Something on the frame's line. `rank` 0 stays; the highest goes first."""

    text: str
    ink: Ink
    rank: int = 0


class KeyHint(Record):
    key: str
    label: str
    rank: int


def top_line(
    view: DeskView | None, mode: Mode, width: int, glyphs: Glyphs, keys: tuple[str, str] = ("", "")
) -> Row:
    left = [Piece(f" {mode.value} ", Ink.BADGE)]
    right: list[Piece] = []
    if view is None:
        left.append(Piece(" waits for the engine ", Ink.DIM))
    else:
        left += [
            Piece(f" {view.banner.venue} ", Ink.TEXT, VENUE),
            _state(view),
            *_reducing(view),
            *_doubted(view, keys[1]),
            *_asked(view, keys[0]),
            *_waits(view),
        ]
        right = [*_margin(view), *_money(view), _time(view)]
    return edge(left, right, (glyphs.corners[0], glyphs.corners[1]), width, glyphs)


def _state(view: DeskView) -> Piece:
    banner = view.banner
    if banner.trading_state is TradingState.ACTIVE:
        return Piece(" trading active ", Ink.DIM, STATE)
    if banner.trading_state is TradingState.REDUCING:
        return Piece(" REDUCING ONLY ", Ink.ALARM)
    cause = f": {banner.cause}" if banner.cause else ""
    return Piece(f" HALTED{cause} ", Ink.ALARM)


def _reducing(view: DeskView) -> list[Piece]:
    """Accounts that a limit lets enter no more, while the desk itself trades."""
    names = [row.name for row in view.accounts if row.trading_state is TradingState.REDUCING]
    is_told = names and view.banner.trading_state is TradingState.ACTIVE
    return [Piece(f" {', '.join(names)}: REDUCING ONLY ", Ink.ALARM)] if is_told else []


def _doubted(view: DeskView, key: str) -> list[Piece]:
    """Orders without an answer, and units that are nobody's: it never leaves the line."""
    if not view.doubts:
        return []
    return [Piece(f" {view.doubts} in doubt{': ' if key else ''}{key} ", Ink.WARN)]


def _asked(view: DeskView, key: str) -> list[Piece]:
    """What waits for whoever looks, and the key that shows it: it never leaves the line."""
    if not view.questions:
        return []
    wait = "waits" if view.questions == 1 else "wait"
    text = f" {view.questions} {wait} for you{': ' if key else ''}{key} "
    is_urgent = view.question_left_ms < URGENT_MS
    return [Piece(text, Ink.ALARM if is_urgent else Ink.WARN)]


def _waits(view: DeskView) -> list[Piece]:
    """Accounts without prices: what is shown of them is old, or nothing."""
    waiting = [row for row in view.accounts if row.waits]
    return [Piece(f" {row.name} {row.waits} ", Ink.ALARM, STATE) for row in waiting[:1]]


def _money(view: DeskView) -> list[Piece]:
    """Of the account whose money the frame's word is about."""
    rows = [row for row in view.accounts if row.mode is view.banner.mode]
    return [
        Piece(f" equity {numbers.price(row.equity, 2)} {row.currency} ", Ink.TEXT, EQUITY)
        for row in rows[:1]
    ]


def _margin(view: DeskView) -> list[Piece]:
    """How much of the way to its liquidation the same account has gone, while any is."""
    rows = [row for row in view.accounts if row.mode is view.banner.mode]
    ratio = rows[0].margin_ratio if rows else None
    if not ratio:
        return []
    if (rows[0].read_age_ms or 0) > READING_LIMIT_MS:
        return [Piece(f" margin read {numbers.age(rows[0].read_age_ms)} ago ", Ink.WARN, EQUITY)]
    if ratio >= NEAR:
        return [Piece(f" LIQUIDATION NEAR: {ratio:.0%} ", Ink.ALARM)]
    return [Piece(f" margin {ratio:.0%} ", Ink.DIM, EQUITY)]


def _time(view: DeskView) -> Piece:
    if view.is_silent:
        return Piece(f" engine silent {numbers.age(view.silent_ms)} ", Ink.ALARM)
    return Piece(f" {numbers.clock(view.at_ns)} UTC ", Ink.DIM, TIME)


def bottom_line(mode: Mode, hints: Sequence[KeyHint], width: int, glyphs: Glyphs) -> Row:
    left = [Piece(f" {mode.value} ", Ink.BADGE)]
    left += [Piece(f" {hint.key} {hint.label} ", Ink.KEY, hint.rank) for hint in hints]
    return edge(left, [], (glyphs.corners[2], glyphs.corners[3]), width, glyphs)


def edge(
    left: list[Piece], right: list[Piece], corners: tuple[str, str], width: int, glyphs: Glyphs
) -> Row:
    """One line of the frame: pieces set into a heavy rule."""
    while _length(left, right) > width and any(each.rank for each in (*left, *right)):
        worst = max(reversed((*left, *right)), key=lambda each: each.rank)  # the last of equals
        (left if worst in left else right).remove(worst)
    spans: list[Span] = [(corners[0], Ink.FRAME)]
    for piece in left:
        spans += [(glyphs.line, Ink.FRAME), *_inked(piece)]
    gap = width - _length(left, right)
    spans.append((glyphs.line * max(0, gap + 1), Ink.FRAME))
    for piece in right:
        spans += [*_inked(piece), (glyphs.line, Ink.FRAME)]
    spans.append((corners[1], Ink.FRAME))
    return _clipped(spans, width, glyphs)


def _inked(piece: Piece) -> list[Span]:
    """A key is bright, what it does is not."""
    if piece.ink is not Ink.KEY:
        return [(piece.text, piece.ink)]
    key, _, label = piece.text.strip().partition(" ")
    return [(f" {key}", Ink.KEY), (f" {label} ", Ink.DIM)]


def _length(left: Sequence[Piece], right: Sequence[Piece]) -> int:
    return 3 + sum(cell_len(each.text) + 1 for each in (*left, *right))


def _clipped(spans: list[Span], width: int, glyphs: Glyphs) -> Row:
    out: list[Span] = []
    room = width
    for text, ink in spans:
        kept = text if cell_len(text) <= room else fit(text, room, glyphs.cut)
        room -= cell_len(kept)
        if kept:
            out.append((kept, ink))
    return Row(tuple(out))
