"""Whether all steps of a transaction can be paid together, before its first is sent.

The rule it keeps: what an earlier step brings pays for a later one; where that is not known yet,
the step is checked when it is sent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from lefi_tui.core.bot import OWN_ACCOUNT, Intent, Snapshot
from lefi_tui.core.order import SizeKind
from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.record import Record

SLACK: Final = 1e-12  # as simulation.md's rule 6 has it


class Funding(Record):
    """What each step takes of the free cash, in the account's quote; `lack` says why it can't."""

    costs: tuple[float, ...]
    lack: str = ""


def funding(orders: Sequence[Intent], snapshot: Snapshot) -> Funding:
    """Whether these steps can be paid one after the other, and what each of them takes."""
    purse, costs = _Purse(snapshot), []
    for each in orders:
        before = purse.cost
        lack = purse.lack(each)
        if lack:
            return Funding((), lack)
        costs.append(purse.cost - before)
    return Funding(tuple(costs))


class _Purse:
    """Free cash and units as they would stand behind each step, every order taken as filled."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._cash = self._free = snapshot.read(ReadKey("cash"))
        self.cost = 0.0
        self._held: dict[str, float] = {}
        self._traded: set[str] = set()

    def lack(self, step: Intent) -> str:
        return self._transfer(step) if step.action == "transfer" else self._trade(step)

    def _transfer(self, intent: Intent) -> str:
        amount = 0.0 if intent.size is None else float(intent.size.value)
        if intent.to in OWN_ACCOUNT:
            self._cash += amount
        return self._pay(amount) if intent.account in OWN_ACCOUNT else ""

    def _trade(self, intent: Intent) -> str:
        price = float(intent.limit or self._snapshot.read(ReadKey("spot", intent.symbol)))
        held = self._held_of(intent.symbol)
        sign = self._sign(intent, held)
        if not sign or intent.account not in OWN_ACCOUNT or not price > 0:
            return ""
        units = self._units(intent, price, held, sign)
        closing = min(units, abs(held)) if held * sign < 0 else 0.0
        opening = 0.0 if intent.is_reduce_only else units - closing
        is_perpetual = ":" in intent.symbol
        if opening > units * SLACK and sign < 0 and not is_perpetual:
            if intent.symbol in self._traded:
                return ""  # what an earlier step brings is known behind it
            base = intent.symbol.partition("/")[0]
            return f"its steps sell {units:,.8g} {base}, and {max(held, 0.0):,.8g} is held"
        self._traded.add(intent.symbol)
        self._held[intent.symbol] = held + sign * (closing + opening)
        fee = self._fee(intent)
        self._cash += price * closing * (1 - fee) if sign < 0 or is_perpetual else 0.0
        if is_perpetual and held and intent.leverage is None:
            return ""  # at the leverage of what is held, which is looked up when it is sent
        return self._pay(opening * price * (1 / float(intent.leverage or 1) + fee))

    def _pay(self, cost: float) -> str:
        self.cost += cost
        if cost <= self._cash * (1 + SLACK):
            self._cash -= cost
            return ""
        return f"its steps cost {self.cost:,.8g} together, and {self._free:,.8g} is free"

    def _held_of(self, symbol: str) -> float:
        if symbol not in self._held:
            self._held[symbol] = self._snapshot.read(ReadKey("position", symbol))
        return self._held[symbol]

    def _sign(self, intent: Intent, held: float) -> int:
        """1 buys, -1 sells, 0 trades nothing."""
        if intent.action == "close":
            return int(math.copysign(1, -held)) if held else 0
        return {"buy": 1, "sell": -1}.get(intent.action, 0)

    def _units(self, intent: Intent, price: float, held: float, sign: int) -> float:
        if intent.size is None:
            return abs(held)
        size = float(intent.size.value)
        match intent.size.kind:
            case SizeKind.UNITS:
                return size
            case SizeKind.WORTH:
                return size / price
            case _ if held * sign < 0:
                return min(size, 1.0) * abs(held)
            case _:
                each = price * (1 / float(intent.leverage or 1) + self._fee(intent))
                return max(self._cash, 0.0) * size / each

    def _fee(self, intent: Intent) -> float:
        fee = self._snapshot.read(ReadKey("taker", intent.symbol, intent.account))
        return fee if math.isfinite(fee) else 0.0
