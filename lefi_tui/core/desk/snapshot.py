"""What a bot may read: market and account as they stand when its run begins, as doubles.

On a candle file these are the venue's own doubles (simulation.md); elsewhere the desk's decimals.
"""

from __future__ import annotations

import math
from typing import Final

from lefi_tui.core.desk.grounds import ground_of
from lefi_tui.core.desk.state import Account, BotRecord, Desk
from lefi_tui.core.desk.valuation import equity, free_cash, unrealized
from lefi_tui.core.game import Ground
from lefi_tui.core.messages import Sizing
from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.record import Record

_MARKET: Final = frozenset({"spot", "bid", "ask", "spread", "volume24h", "funding"})
_OF_BOTS: Final = frozenset({"bias", "indicator"})


class DeskSnapshot(Record):
    desk: Desk
    bot: BotRecord

    def is_working(self, site: int) -> bool:
        return any(
            order.owner == self.bot.id and order.site == site and order.leg == "entry"
            for order in self.desk.orders.values()
        )

    def read(self, key: ReadKey) -> float:
        account = self.desk.accounts.get(key.account or self.bot.account)
        if account is None or key.kind in _OF_BOTS:
            return self._of_bot(key)
        if key.kind in _MARKET:
            return self._market(account.name, key)
        if key.kind in {"maker", "taker"}:
            return self._fee(account, key)
        if key.kind == "open_orders":
            return float(self._open_orders(key.symbol))
        if account.sizing is Sizing.AT_FILL:
            return _from_reading(account, key)
        return self._from_books(account, key)

    def ground(self, symbol: str) -> Ground | None:
        return ground_of(self.desk, self.bot.account, symbol, self.bot.id)

    def _by_hand(self, account: str) -> float:
        """An account that is kept by hand has what was moved there."""
        currency = self.desk.accounts[self.bot.account].currency
        return float(self.desk.ledger.of(account, "cash", currency))

    def _of_bot(self, key: ReadKey) -> float:
        """What a bot that can't trade gave last; it may have stopped since. No bot gives a bias."""
        if key.kind in {"cash", "equity"}:
            return self._by_hand(key.account)
        bot = self.desk.bots.get(key.bot)
        return math.nan if bot is None or bot.needs.can_trade else bot.gave.get(key.field, math.nan)

    def _market(self, account: str, key: ReadKey) -> float:
        quote = self.desk.quotes.get((account, key.symbol))
        if quote is None or key.level > 1:  # no feed of ours tells what stands behind the best
            return math.nan
        match key.kind:
            case "spot":
                return quote.last
            case "bid":
                return quote.bid
            case "ask":
                return quote.ask
            case "spread":
                return quote.ask - quote.bid
            case _:
                return math.nan  # volume24h, funding: no feed of ours tells them yet

    def _fee(self, account: Account, key: ReadKey) -> float:
        """Of the market where it has its own; on a candle file those of the run."""
        listed = self.desk.instruments.get((account.name, key.symbol))
        rates = account if account.sizing is Sizing.AT_FILL or listed is None else listed
        return float(rates.maker if key.kind == "maker" else rates.taker)

    def _open_orders(self, symbol: str) -> int:
        return sum(
            order.owner == self.bot.id and order.terms.symbol == symbol and order.leg == "entry"
            for order in self.desk.orders.values()
        )

    def _from_books(self, account: Account, key: ReadKey) -> float:
        if key.kind == "cash":
            return float(free_cash(self.desk, account.name, self.bot.id))
        if key.kind == "equity":
            return float(equity(self.desk, account.name))
        position = self.desk.positions.get((account.name, key.symbol))
        match key.kind:
            case "position" | "units":
                units = 0 if position is None else position.shares.get(self.bot.id, 0)
                return float(units)
            case "entry":
                held = position is not None and bool(position.units)
                return float(position.entry) if held and position is not None else math.nan
            case "pnl":
                if position is None:
                    return 0.0
                return float(position.realized + unrealized(self.desk, position))
            case _:
                raise AssertionError(f"no such read: {key}")


def _from_reading(account: Account, key: ReadKey) -> float:
    """The simulated venue's doubles; before its first word there is the opening cash only."""
    reading = account.reading
    if reading is None:
        return math.nan
    if key.kind == "cash":
        return reading.cash
    if key.kind == "equity":
        return reading.equity
    units, entry, pnl = next(
        (row[1:] for row in reading.positions if row[0] == key.symbol), (0.0, math.nan, 0.0)
    )
    match key.kind:
        case "position" | "units":
            return units
        case "entry":
            return entry if units else math.nan
        case "pnl":
            return pnl
        case _:
            raise AssertionError(f"no such read: {key}")
