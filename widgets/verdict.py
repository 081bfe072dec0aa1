"""The verdict: what a game costs, where it is won and lost, and whether it can be won at all.

The rule it keeps: it never leaves the screen, and what loses is told in words. While flat both
sides are judged, the worse one counts; what nobody measured is a dash.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.views import numbers
from lefi_tui.views.game_view import GameView, Place, SideView
from widgets.game_words import Piece, flowing, gain_ink, percent, ticks
from widgets.ink import Ink
from widgets.lines import Frame, Row, padded

NO_GAME: Final = "No game runs here. n starts one; nothing is sent before it is armed."
NO_PRICE: Final = "No price is known yet, so nothing can be judged."
WIDE: Final = 100  # from here on each side has a line of its own


def layout(view: GameView | None, frame: Frame) -> tuple[Row, ...]:
    if frame.height < 1:
        return ()
    if view is None or not view.sides:
        words = NO_GAME if view is None or not view.bot else _unjudged(view)
        rows = [padded([(f" {words}", Ink.WARN)], frame)]
    else:
        rows = [flowing(each, frame) for each in _lines(view, frame)]
    rows += [padded([], frame) for _ in range(frame.height - len(rows))]
    return tuple(rows[: frame.height])


def _unjudged(view: GameView) -> str:
    return NO_PRICE if view.refusal is None else view.refusal.why


def _lines(view: GameView, frame: Frame) -> list[list[Piece]]:
    """Sides, judgment, and how the market is seen: each on a line of its own where it has room."""
    judged, seen = _judged(view), _seen(view)
    is_whole = frame.width >= WIDE and frame.height > len(view.sides)
    sides = [_side(each, view) for each in view.sides] if is_whole else [_both(view)]
    if frame.height == 1:
        return [judged + seen]
    if frame.height < len(sides) + 2:
        return [*sides, judged + seen]
    return [*sides, judged, seen]


def _side(side: SideView, view: GameView) -> list[Piece]:
    """One side in full: each price, its ticks from the entry, what is left there after fees."""

    def told(name: str, place: Place, ink: Ink, rank: int, *, with_money: bool = True) -> Piece:
        price = numbers.price(place.price, view.places)
        money = f" {numbers.signed(place.money, 2)}" if with_money else ""
        away = ticks(place.ticks)
        return Piece(f"{name} {price} {away}{money}", ink, rank, f"{name} {away}{money}")

    entry = f"{side.side.upper():<4} {numbers.price(side.entry, view.places)}"
    pieces = [
        Piece(entry, Ink.TITLE),
        Piece(f"{view.setup.entry} in, {view.setup.exit} out", Ink.DIM, 3, view.setup.entry),
        told("even", side.break_even, Ink.TEXT, 2, with_money=False),
        told("target", side.target, gain_ink(side.target.money), 1),
        told("stop", side.stop, Ink.LOSS, 1),
    ]
    if side.liquidation is not None:
        pieces.append(told("liq", side.liquidation, Ink.DIM, 4))
    return pieces


def _both(view: GameView) -> list[Piece]:
    """All sides in one line: their ticks differ by one at most."""
    sides = view.sides

    def told(name: str, short: str, places: list[Place], ink: Ink, rank: int) -> Piece:
        away = "/".join(dict.fromkeys(f"{each.ticks:+,}" for each in places))
        money = numbers.signed(min(each.money for each in places), 2)
        return Piece(f"{name} {away}t {money}", ink, rank, f"{short} {away}t {money}")

    names = "/".join(each.side.upper() for each in sides)
    short = "/".join(each.side[:1].upper() for each in sides) if len(sides) > 1 else ""
    even = "/".join(dict.fromkeys(f"{each.break_even.ticks:+,}" for each in sides))
    pieces = [
        Piece(names, Ink.TITLE, 0, short),
        Piece(view.setup.entry, Ink.DIM, 5),
        Piece(f"even {even}t", Ink.TEXT, 0),
        told("target", "tgt", [each.target for each in sides], gain_ink(_gain(view)), 0),
        told("stop", "stop", [each.stop for each in sides], Ink.LOSS, 0),
    ]
    return [*pieces, *_liquidated(view)]


def _liquidated(view: GameView) -> list[Piece]:
    """The nearer of both."""
    places = [each.liquidation for each in view.sides if each.liquidation is not None]
    if not places:
        return []
    near = max(places, key=lambda each: each.ticks)
    away = ticks(near.ticks)
    return [Piece(f"liq {away} {numbers.signed(near.money, 2)}", Ink.DIM, 2, f"liq {away}")]


def _gain(view: GameView) -> float:
    return float(min(each.target.money for each in view.sides))


def _judged(view: GameView) -> list[Piece]:
    """Whether it can be won, and by whom."""
    needed = max(each.wins_needed for each in view.sides)
    fees = max(each.fees_share for each in view.sides)
    return [
        _expected(view),
        Piece(f"wins needed {percent(needed)}", Ink.TEXT, 0, f"need {percent(needed)}"),
        _had(view, needed),
        Piece(f"fees {percent(fees, 0)} of the target", Ink.TEXT, 1, f"fees {percent(fees, 0)}"),
    ]


def _expected(view: GameView) -> Piece:
    worst = min(view.sides, key=lambda each: each.expected)
    if any(each.is_hopeless for each in view.sides):
        return Piece("CAN'T BE WON: fees eat the target", Ink.BAD, 0, "CAN'T BE WON")
    money = numbers.signed(worst.expected, 2)
    if worst.expected >= 0:
        return Piece(f"expected {money} a game", Ink.GAIN, 0, f"exp {money}")
    chance = percent(worst.fair_chance)
    text = f"LOSES {money} a game at the fair chance of {chance}"
    return Piece(text, Ink.BAD, 0, f"LOSES {money}/game")


def _had(view: GameView, needed: float) -> Piece:
    rate, games = view.tally.win_rate, view.tally.games
    if rate is None:
        return Piece("had none yet", Ink.DIM, 0, "had 0")
    ink = Ink.GAIN if rate >= needed else Ink.LOSS
    return Piece(f"had {percent(rate)} of {games}", ink, 0, f"had {percent(rate, 0)}/{games}")


def _plan(view: GameView) -> Piece:
    played, why = view.setup.plan, view.setup.plan_why
    return Piece(
        f"plan {played}{': ' if why else ''}{why}", Ink.WARN if why else Ink.DIM, 1, played
    )


def _seen(view: GameView) -> list[Piece]:
    """How it is played, and how well its market is reached."""
    reach = view.reach
    book = numbers.age(reach.book_ms)
    is_stale = reach.book_ms is None or reach.book_ms > view.setup.stale_ms
    ping = numbers.UNKNOWN if reach.ping_ms is None else f"{reach.ping_ms} ms"
    offset = numbers.UNKNOWN if reach.offset_ms is None else f"{reach.offset_ms:+} ms"
    is_off = reach.offset_ms is not None and abs(reach.offset_ms) > view.setup.clock_ms
    off = " OFF" if is_off else ""
    return [
        _plan(view),
        Piece(f"ping {ping}", Ink.DIM, 2),
        Piece(f"clock {offset}{off}", Ink.WARN if is_off else Ink.DIM, 3, f"clk {offset}{off}"),
        Piece(f"book {book}{' OLD' if is_stale else ''}", Ink.WARN if is_stale else Ink.DIM, 2),
    ]
