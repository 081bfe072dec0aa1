"""Money that a script moves between its account and others that it names.

The rule it keeps: the others begin at 0, no account goes below it, and nothing is lost on the way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct, field

from lefi_tui.core.bot import OWN_ACCOUNT, Intent, OrderOutcome
from lefi_tui.core.matching import CandleMarket, MarketRules
from lefi_tui.core.order import Side
from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.symbol import parse_symbol


class OtherAccounts(Struct):
    currency: str
    cash: dict[str, float] = field(default_factory=dict)

    def holds(self) -> float:
        """What was moved out of the account that trades."""
        return math.fsum(self.cash.values()) if self.cash else 0.0

    def read(self, key: ReadKey) -> float:
        """They hold cash and no positions."""
        return self.cash.get(key.account, 0.0) if key.kind in {"cash", "equity"} else 0.0

    def move(self, intent: Intent, market: CandleMarket) -> str:
        """Carries it out, or says why not."""
        assert intent.size is not None
        amount = float(intent.size.value)
        if intent.unit != self.currency:
            return f"a simulated account moves {self.currency} only, its {intent.unit} is traded"
        if not 0 < amount < math.inf:
            return f"a transfer is above 0; this is {amount:.8g}"
        free = (
            market.free_cash()
            if intent.account in OWN_ACCOUNT
            else self.cash.get(intent.account, 0.0)
        )
        if amount > free:
            return f"{amount:.8g} {intent.unit} asked, {free:.8g} free"
        self._add(intent.account, -amount, market)
        self._add(intent.to, amount, market)
        return ""

    def _add(self, account: str, amount: float, market: CandleMarket) -> None:
        if account in OWN_ACCOUNT:
            market.add_cash(amount)
        else:
            self.cash[account] = self.cash.get(account, 0.0) + amount


def currency_of(markets: Mapping[str, MarketRules]) -> str:
    """Of the account that trades these; USDT where a script names none, as the checker has it."""
    parsed = parse_symbol(next(iter(markets), ""))
    return "USDT" if parsed is None else parsed[2] or parsed[1]


def moved(intent: Intent) -> OrderOutcome:
    assert intent.size is not None
    amount = float(intent.size.value)
    return OrderOutcome(Side.SELL, math.nan, amount, amount, 0.0, "filled", "", is_filled=True)
