"""All that was booked and sampled, told in its order: whose trades there were, and how equity went.

Each owner has books of its own, by the desk's own rule of averaging. What all owners made is to the
digit what the account's equity changed by.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext

from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.core.money import EXACT, MONEY, ZERO, grained
from lefi_tui.core.order import Side
from lefi_tui.core.position import Fill, Position, filled, reducible, unrealized
from lefi_tui.ports.records import Booked, EquityRecord, FillRecord, FundingRecord
from lefi_tui.views.report_view import OpenRow, TradeRow


class Sums(Struct):
    """A running sum that can be asked for what came after a time."""

    times: array[int] = field(default_factory=lambda: array("q"))
    totals: list[Decimal] = field(default_factory=list)

    def add(self, at_ns: int, amount: Decimal) -> None:
        self.times.append(max(at_ns, self.times[-1]) if self.times else at_ns)
        self.totals.append(EXACT.add(self.totals[-1] if self.totals else ZERO, grained(amount)))

    def since(self, at_ns: int) -> Decimal:
        first = bisect_left(self.times, at_ns)
        before = self.totals[first - 1] if first else ZERO
        return EXACT.subtract(self.totals[-1], before) if self.totals else ZERO

    def count(self, at_ns: int) -> int:
        return len(self.times) - bisect_left(self.times, at_ns)


class Held(Struct):
    """What one owner has of one symbol."""

    position: Position
    since_ns: int = 0
    entry_fees: Decimal = ZERO


class Books(Struct):
    """One owner's trades on one account. `pnl` begins at the account's sample number `first`."""

    owner: str
    first: int
    held: dict[str, Held] = field(default_factory=dict)
    trades: list[TradeRow] = field(default_factory=list)
    fees: Sums = field(default_factory=Sums)
    funding: Sums = field(default_factory=Sums)
    pnl: array[float] = field(default_factory=lambda: array("d"))
    exposed: array[int] = field(default_factory=lambda: array("b"))

    def fill(self, fill: FillRecord) -> None:
        self.fees.add(fill.at_ns, fill.fee)
        held = self.held.setdefault(fill.symbol, Held(Position(fill.account, fill.symbol)))
        before, side = held.position, Side(fill.side)
        told = Fill(side, fill.price, fill.quantity, fill.fee, self.owner)
        held.position, gain = filled(before, told)
        closing = reducible(before, side, fill.quantity)
        if not before.units:
            held.since_ns = fill.at_ns
        with localcontext(MONEY):
            exit_fee = fill.fee * closing / fill.quantity
        if closing:
            self.trades.append(_closed(held, before, fill, (closing, exit_fee, gain)))
        if closing != fill.quantity:
            if closing:  # passed through zero
                held.since_ns = fill.at_ns
            held.entry_fees = EXACT.add(held.entry_fees, grained(fill.fee - exit_fee))

    def pay(self, charge: FundingRecord, amount: Decimal) -> None:
        self.funding.add(charge.at_ns, amount)
        held = self.held[charge.symbol]
        paid = EXACT.add(held.position.funding, grained(amount))
        held.position = replace(held.position, funding=paid)

    def sample(self, prices: Mapping[str, Decimal]) -> None:
        self.pnl.append(_worth(self.held, prices))
        self.exposed.append(any(each.position.units for each in self.held.values()))

    def open_rows(self, prices: Mapping[str, Decimal]) -> tuple[OpenRow, ...]:
        return tuple(
            _open(self.owner, symbol, each, prices.get(symbol))
            for symbol, each in self.held.items()
            if each.position.units
        )


def _closed(
    held: Held, before: Position, fill: FillRecord, parts: tuple[Decimal, Decimal, Decimal]
) -> TradeRow:
    """The trade of a fill that closed `parts[0]` units; its share of entry fees leaves the rest."""
    units, exit_fee, gain = parts
    with localcontext(MONEY):
        is_all = units == abs(before.units)
        entry_fee = held.entry_fees if is_all else held.entry_fees * units / abs(before.units)
    entry_fee, exit_fee = grained(entry_fee), grained(exit_fee)
    held.entry_fees = EXACT.subtract(held.entry_fees, entry_fee)
    fees = EXACT.add(entry_fee, exit_fee)
    return TradeRow(
        owner=fill.owner,
        symbol=fill.symbol,
        side="long" if before.units > 0 else "short",
        units=units,
        entry_ns=held.since_ns,
        entry_price=before.entry,
        exit_ns=fill.at_ns,
        exit_price=fill.price,
        fees=fees,
        pnl=EXACT.subtract(gain, fees),
        reason=fill.reason,
    )


def _open(owner: str, symbol: str, held: Held, price: Decimal | None) -> OpenRow:
    position, pnl = held.position, None
    if price is not None:
        pnl = EXACT.subtract(grained(unrealized(position, price)), held.entry_fees)
    return OpenRow(
        owner=owner,
        symbol=symbol,
        side="long" if position.units > 0 else "short",
        units=abs(position.units),
        entry_ns=held.since_ns,
        entry_price=position.entry,
        fees=held.entry_fees,
        price=price,
        pnl=pnl,
    )


def _worth(held: Mapping[str, Held], prices: Mapping[str, Decimal]) -> float:
    """What an owner has made so far at these prices; not a number where one is missing."""
    total = ZERO
    for symbol, each in held.items():
        position = each.position
        total += position.realized - position.fees - position.funding
        if position.units:
            if symbol not in prices:
                return math.nan
            total += unrealized(position, prices[symbol])
    return float(total)


class Story(Struct):
    """One account's samples and books."""

    at_ns: array[int] = field(default_factory=lambda: array("q"))
    equity: array[float] = field(default_factory=lambda: array("d"))
    exposed: array[int] = field(default_factory=lambda: array("b"))
    prices: dict[str, array[float]] = field(default_factory=dict)
    books: dict[str, Books] = field(default_factory=dict)
    newest: EquityRecord | None = None
    first_booked_ns: int = 0

    def of(self, owner: str) -> Books:
        return self.books.setdefault(owner, Books(owner, len(self.at_ns)))

    def fill(self, fill: FillRecord) -> None:
        self.first_booked_ns = self.first_booked_ns or fill.at_ns
        self.of(fill.owner).fill(fill)

    def pay(self, charge: FundingRecord) -> None:
        """Each owner pays for its part of the position; together they pay what the account paid."""
        parts = {
            owner: each.held[charge.symbol].position.units
            for owner, each in self.books.items()
            if charge.symbol in each.held and each.held[charge.symbol].position.units
        }
        whole = sum(parts.values(), ZERO)
        left = grained(charge.amount)
        for number, (owner, units) in enumerate(parts.items(), 1):
            with localcontext(MONEY):
                part = grained(charge.amount * units / whole) if whole else ZERO
            part = left if number == len(parts) else part
            left = EXACT.subtract(left, part)
            self.books[owner].pay(charge, part)

    def sample(self, sample: EquityRecord) -> None:
        """A clock that went back leaves no point behind an earlier one."""
        if self.at_ns and sample.at_ns <= self.at_ns[-1]:
            return
        self.newest = sample
        count = len(self.at_ns)
        prices = dict(sample.prices)
        for symbol in prices:
            self.prices.setdefault(symbol, array("d", [math.nan]) * count)
        for symbol, series in self.prices.items():
            series.append(float(prices.get(symbol, math.nan)))
        self.at_ns.append(sample.at_ns)
        self.equity.append(float(sample.equity))
        for each in self.books.values():
            each.sample(prices)
        self.exposed.append(any(each.exposed[-1] for each in self.books.values()))


class Chronicle(Struct):
    """Grows with what is told; never tells anything twice."""

    n: int = 0  # the message it has reached
    stories: dict[str, Story] = field(default_factory=dict)

    def hear(self, told: Sequence[Booked]) -> None:
        for each in told:
            assert each.n >= self.n, "a report is told its records in their order"
            self.n = each.n
            story = self.stories.setdefault(each.account, Story())
            match each:
                case FillRecord():
                    story.fill(each)
                case FundingRecord():
                    story.pay(each)
                case EquityRecord():
                    story.sample(each)
