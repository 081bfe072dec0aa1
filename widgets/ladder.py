"""The ladder: a fixed grid of prices with what rests at each, own orders, and the game's marks.

The rules it keeps: the inside stays near the middle and the grid moves as seldom as it can, so that
few lines change; a mark outside the grid stands at its edge with an arrow; sides are told by their
column and own orders in words, never by color alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.money import ZERO
from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.book_view import BookView, InsideView, Rung
from lefi_tui.views.game_view import GameView
from widgets.game_words import few
from widgets.ink import Ground, Ink
from widgets.lines import Frame, Row, Span, fit, padded

STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)  # ticks in one row
MARKS, OWN, SIZE = 5, 9, 9  # cells
BAR_LEAST, BAR_MOST = 4, 24
NO_BOOK: Final = "no book yet"
LETTERS: Final = "TE=SL"  # in this sequence where several meet


class Look(Record):
    """How the ladder is looked at: ticks in one row, and which row stands in the middle."""

    step: int = 1
    center: int = 0


class _Grid(Record):
    """Rows by number: a number times `unit` is a price, the highest number stands above."""

    unit: Decimal
    first: int  # the number of the row above all others
    rows: int

    def at(self, price: Decimal, rounding: str) -> int:
        return int((price / self.unit).to_integral_value(rounding))

    def near(self, price: Decimal) -> int:
        return int((price / self.unit).to_integral_value())

    def clamped(self, number: int) -> int:
        return max(self.first - self.rows + 1, min(self.first, number))


def fitting(book: BookView, tick: Decimal, rows: int) -> int:
    """The least step at which half of the known depth of both sides has room."""
    if not (book.bids and book.asks and tick):
        return 1
    low, high = book.bids[len(book.bids) // 2].price, book.asks[len(book.asks) // 2].price
    wanted = (high - low) / tick / max(1, rows)
    return next((each for each in STEPS if each >= wanted), STEPS[-1])


def looked(book: BookView, tick: Decimal, rows: int, before: Look | None) -> Look | None:
    """Where to look now: as before while the inside is near the middle, else centered anew."""
    if not (book.bids and book.asks and tick and rows > 0):
        return before
    step = fitting(book, tick, rows) if before is None else before.step
    anew = centered(book, tick, step)
    if before is not None and abs(anew.center - before.center) <= rows // 4:
        return before
    return anew


def centered(book: BookView, tick: Decimal, step: int) -> Look:
    """The best prices in the middle; both sides are known."""
    inside = (book.bids[0].price + book.asks[0].price) / 2
    return Look(step, int(inside / (tick * step)))


def with_inside(book: BookView, seen: InsideView) -> BookView:
    """The depth that is known behind newer best prices; what they have passed is gone."""
    is_other = (seen.account, seen.symbol) != (book.account, book.symbol)
    if is_other or not book.bids or seen.bid is None or seen.ask is None:
        return book
    bid, ask = seen.bid, seen.ask
    bids = (bid, *(each for each in book.bids if each.price < bid.price))
    asks = (ask, *(each for each in book.asks if each.price > ask.price))
    return replace(book, bids=bids, asks=asks)


def other_step(step: int, by: int) -> int:
    at = STEPS.index(step) if step in STEPS else 0
    return STEPS[max(0, min(len(STEPS) - 1, at + by))]


def layout(
    book: BookView | None, game: GameView | None, look: Look | None, frame: Frame
) -> tuple[Row, ...]:
    if frame.height < 1:
        return ()
    rows = frame.height - 1
    head = _header(game, look, frame)
    if book is None or look is None or game is None or not game.tick or not book.bids:
        why = "" if book is None else book.why
        first = padded([(f"  {why or NO_BOOK}", Ink.WARN if why else Ink.DIM)], frame)
        return (head, first, *(padded([], frame) for _ in range(rows - 1)))[: frame.height]
    grid = _Grid(game.tick * look.step, look.center + rows // 2, rows)
    drawn = _drawn(book, game, grid, frame)
    return (head, *(_row(drawn, grid.first - y, frame) for y in range(rows)))


def _drawn(book: BookView, game: GameView, grid: _Grid, frame: Frame) -> _Drawn:
    bids, asks = _gathered(book.bids, grid, ROUND_FLOOR), _gathered(book.asks, grid, ROUND_CEILING)
    sight = range(grid.first - grid.rows + 1, grid.first + 1)
    seen = [units for side in (bids, asks) for at, units in side.items() if at in sight]
    price = len(numbers.price(grid.first * grid.unit, game.places))
    spare = (frame.width - (MARKS + OWN + 2 * SIZE + price + 3)) // 2
    return _Drawn(
        grid,
        bids,
        asks,
        _marks(game, grid, frame),
        _own(game, grid),
        game.places,
        price,
        min(BAR_MOST, spare) if spare >= BAR_LEAST else 0,
        max(seen, default=ZERO),
        frozenset({max(bids, default=grid.first), min(asks, default=grid.first)}),
    )


class _Drawn(Record):
    """All that stands on the grid, by the number of its row."""

    grid: _Grid
    bids: Mapping[int, Decimal]
    asks: Mapping[int, Decimal]
    marks: Mapping[int, str]
    own: Mapping[int, str]
    places: int
    price: int  # cells of a price
    bar: int  # cells of a bar
    most: Decimal  # units of the largest row in sight
    inside: frozenset[int]


def _gathered(side: Iterable[Rung], grid: _Grid, rounding: str) -> dict[int, Decimal]:
    """A row has all that rests up to its price, seen from the inside."""
    out: dict[int, Decimal] = {}
    for rung in side:
        number = grid.at(rung.price, rounding)
        out[number] = out.get(number, ZERO) + rung.units
    return out


def _marks(game: GameView, grid: _Grid, frame: Frame) -> dict[int, str]:
    found: dict[int, set[str]] = {}
    arrows: dict[int, str] = {}
    for mark in game.marks:
        number = grid.near(mark.price)
        shown = grid.clamped(number)
        if shown != number:
            arrows[shown] = frame.glyphs.up if number > shown else frame.glyphs.down
        found.setdefault(shown, set()).add(mark.letter)
    return {
        number: arrows.get(number, "") + "".join(each for each in LETTERS if each in letters)
        for number, letters in found.items()
    }


def _own(game: GameView, grid: _Grid) -> dict[int, str]:
    """Own orders at a price, in words: the leg where there is one, the units where several."""
    found: dict[int, list[str]] = {}
    for order in game.orders:
        number = grid.near(order.price)
        if grid.clamped(number) == number:
            found.setdefault(number, []).append(f"{order.side} {few(order.units, OWN - 5)}")
    return {
        number: each[0] if len(each) == 1 else f"{len(each)} orders"
        for number, each in found.items()
    }


def _row(drawn: _Drawn, number: int, frame: Frame) -> Row:
    shown = numbers.price(number * drawn.grid.unit, drawn.places)
    bid, ask = drawn.bids.get(number), drawn.asks.get(number)
    is_inside = number in drawn.inside
    marks, own = drawn.marks.get(number, ""), drawn.own.get(number, "")
    spans: list[Span] = [
        (fit(marks, MARKS, frame.glyphs.cut, is_right=True), Ink.KEY),
        (" " + fit(own, OWN, frame.glyphs.cut), Ink.WARN),
        (_bar(bid, drawn, frame, is_right=True), Ink.FAINT),
        (f"{'' if bid is None else few(bid, SIZE - 1):>{SIZE}} ", Ink.GAIN),
        (f"{shown:>{drawn.price}}", Ink.TITLE if is_inside else Ink.DIM),
        (f" {'' if ask is None else few(ask, SIZE - 1):<{SIZE}}", Ink.LOSS),
        (_bar(ask, drawn, frame), Ink.FAINT),
    ]
    return padded(spans, frame, Ground.MARKED if is_inside else Ground.PAPER)


def _bar(units: Decimal | None, drawn: _Drawn, frame: Frame, *, is_right: bool = False) -> str:
    width = drawn.bar
    if not width:
        return ""
    has_some = units is not None and drawn.most
    halves = max(1, int(units / drawn.most * width * 2)) if units is not None and has_some else 0
    half, whole = "", "#" * ((halves + 1) // 2)
    if not frame.glyphs.is_ascii:
        half = ("▐" if is_right else "▌") if halves % 2 else ""
        whole = "█" * (halves // 2)
    return (half + whole).rjust(width) if is_right else (whole + half).ljust(width)


def _header(game: GameView | None, look: Look | None, frame: Frame) -> Row:
    spans: list[Span] = [(" Ladder", Ink.TEXT)]
    if game is not None and look is not None and game.tick:
        unit = game.tick * look.step
        many = "1 tick" if look.step == 1 else f"{look.step:,} ticks"
        spans.append((f" a row {many} = {unit.normalize():f}", Ink.DIM))
    return padded(spans, frame, Ground.HEAD)
