"""A paper account: cash, holdings, isolated margins, in books that balance after every posting.

The rules it keeps: each posting sums to zero; cash and margins in the books are what the holdings
say; a perpetual never loses more than its margin.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec import Struct, field

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record

GRAIN: Final = Decimal(1).scaleb(-12)  # what a division is cut to: both sides get the same
ONE: Final = Decimal(1)


def grained(value: Decimal) -> Decimal:
    return value.quantize(GRAIN)


class Books(Struct):
    """Balances by name. Their sum is zero, always."""

    balances: dict[str, Decimal] = field(default_factory=dict)
    postings: int = 0

    def post(self, lines: dict[str, Decimal]) -> None:
        assert sum(lines.values(), ZERO) == 0, f"a posting does not sum to zero: {lines}"
        for name, amount in lines.items():
            self.balances[name] = self.balances.get(name, ZERO) + amount
        self.postings += 1

    def of(self, name: str) -> Decimal:
        return self.balances.get(name, ZERO)


class Holding(Struct):
    """What is held of one symbol: `cost` is the sum paid for it at entry, without fees."""

    instrument: Instrument
    units: Decimal = ZERO  # negative when short
    cost: Decimal = ZERO
    margin: Decimal = ZERO
    leverage: Decimal = ONE
    entry_order: str = ""  # the newest order that opened or enlarged it

    @property
    def sign(self) -> int:
        return 1 if self.units > 0 else -1 if self.units < 0 else 0

    @property
    def entry(self) -> Decimal:
        return self.cost / abs(self.units) if self.units else ZERO

    @property
    def bankruptcy(self) -> Decimal:
        """Where its whole margin is lost."""
        return grained(self.entry - self.sign * self.margin / abs(self.units))

    @property
    def liquidation(self) -> Decimal:
        """simulation.md, rule 7, for whatever margin is left: maintenance before bankruptcy."""
        kept = self.sign * self.instrument.maintenance * self.entry
        return self.bankruptcy + kept

    def closes(self, side: Side) -> Decimal:
        """How many units an order of this side could reduce."""
        return abs(self.units) if self.units * side.sign < 0 else ZERO


class Execution(Record):
    instrument: Instrument
    side: Side
    price: Decimal
    units: Decimal
    fee: Decimal
    leverage: Decimal = ONE
    order: str = ""


class PaperAccount:
    def __init__(self, instruments: tuple[Instrument, ...], cash: Decimal) -> None:
        self.books = Books()
        self.holdings = {each.symbol: Holding(each) for each in instruments}
        self.books.post({"cash": cash, "capital": -cash})

    def enlist(self, instrument: Instrument) -> None:
        held = self.holdings.setdefault(instrument.symbol, Holding(instrument))
        held.instrument = instrument

    @property
    def cash(self) -> Decimal:
        """Not in margins and not in holdings."""
        return self.books.of("cash")

    def equity(self, marks: dict[str, Decimal]) -> Decimal:
        """Cash, spot at its mark, perpetuals with margin and unrealized profit."""
        worth = self.cash
        for symbol, each in self.holdings.items():
            if not each.units:
                continue
            if each.instrument.is_perpetual:
                worth += each.margin + each.units * (marks[symbol] - each.entry)
            else:
                worth += each.units * marks[symbol]
        return worth

    def hold(self, holding: Holding) -> None:
        """Take over a holding from before a restart; its margin leaves the cash given."""
        symbol = holding.instrument.symbol
        self.holdings[symbol] = holding
        if holding.instrument.is_perpetual:
            self.books.post({"cash": -holding.margin, f"margin:{symbol}": holding.margin})
        else:
            self.books.post({"capital": -holding.cost, f"holding:{symbol}": holding.cost})

    def execute(self, done: Execution) -> None:
        """A fill: first what it closes, then what it opens; its fee is paid in cash."""
        holding = self.holdings[done.instrument.symbol]
        closing = min(done.units, holding.closes(done.side))
        if done.fee:
            self.books.post({"cash": -done.fee, "fees": done.fee})
        if closing:
            self._close(holding, closing, done.price)
        if done.units > closing:
            self._open(holding, done, done.units - closing)

    def _close(self, holding: Holding, units: Decimal, price: Decimal) -> None:
        symbol, whole = holding.instrument.symbol, units == abs(holding.units)
        cost = holding.cost if whole else grained(holding.cost * units / abs(holding.units))
        if holding.instrument.is_perpetual:
            share = grained(holding.margin * units / abs(holding.units))
            margin = holding.margin if whole else share
            gain = max((units * price - cost) * holding.sign, -margin)
            self.books.post({"cash": margin + gain, f"margin:{symbol}": -margin, "realized": -gain})
            holding.margin -= margin
        else:
            gain = units * price - cost
            self.books.post({"cash": units * price, f"holding:{symbol}": -cost, "realized": -gain})
        holding.cost -= cost
        holding.units -= units * holding.sign

    def _open(self, holding: Holding, done: Execution, units: Decimal) -> None:
        symbol, notional = done.instrument.symbol, units * done.price
        if done.instrument.is_perpetual:
            margin = grained(notional / done.leverage)
            self.books.post({"cash": -margin, f"margin:{symbol}": margin})
            holding.margin += margin
            holding.leverage = done.leverage
        else:
            assert done.side is Side.BUY, "spot can't go below zero"
            self.books.post({"cash": -notional, f"holding:{symbol}": notional})
        holding.units += units * done.side.sign
        holding.cost += notional
        holding.entry_order = done.order

    def fund(self, symbol: str, amount: Decimal, free: Decimal) -> Decimal:
        """Charge funding; what free cash can't pay is taken from the margin. What was charged."""
        holding = self.holdings[symbol]
        from_cash = min(amount, max(free, ZERO)) if amount > 0 else amount
        from_margin = min(amount - from_cash, holding.margin)
        paid = from_cash + from_margin
        self.books.post({"cash": -from_cash, f"margin:{symbol}": -from_margin, "funding": paid})
        holding.margin -= from_margin
        return paid

    def is_balanced(self) -> bool:
        """The books sum to zero, and agree with each holding."""
        books = self.books
        agree = all(
            books.of(f"margin:{symbol}") == each.margin
            and books.of(f"holding:{symbol}")
            == (ZERO if each.instrument.is_perpetual else each.cost)
            for symbol, each in self.holdings.items()
        )
        return agree and sum(books.balances.values(), ZERO) == 0
