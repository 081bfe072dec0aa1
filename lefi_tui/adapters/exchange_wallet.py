"""Looks at an account's wallet by the clock: what it holds, what moved, what was taken by force.

The rules it keeps: each entry is told once in a run, and again after a start, by the same id; fills
are told by their orders and not from here, but for those of orders that the exchange itself sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from lefi_tui.adapters.exchange_exits import fill_of
from lefi_tui.core.codec import from_plain
from lefi_tui.core.messages import FundingCharged, MarketInput, Report, WalletMoved, WalletSeen
from lefi_tui.core.record import Record
from lefi_tui.core.wallet import Balance, VenuePosition, Wallet
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import VenueTimeoutError

NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000
EVERY_S: Final = 30.0
SOON_S: Final = 5.0  # after a reading that moved: its sums are to be seen twice
AFTER_FILL_S: Final = 1.0
OVERLAP_MS: Final = 600_000  # an entry may be listed so much later than its own time
TOLD_MAX: Final = 4_096
OF_FILLS: Final = frozenset({"COMMISSION", "REALIZED_PNL"})
FUNDING: Final = "FUNDING_FEE"
ADL: Final = "adl"  # begins the name of such an order, and is the reason of its fill

Ask = Callable[..., Awaitable[Any]]
Tell = Callable[[Report], None]


class Opening(Record):
    """What an account begins with, and the moment up to which that holds every entry."""

    at_ns: int
    cash: Decimal
    others: tuple[tuple[str, Decimal], ...]
    has_entries: bool


class WalletWatch:
    """`ask` as in exchange_exits; `tell` takes reports to where those of the orders go."""

    def __init__(self, ask: Ask, clock: Clock, account: str, currency: str, tell: Tell) -> None:
        self._ask, self._clock, self._tell = ask, clock, tell
        self._account, self._currency = account, currency
        self._hear: Callable[[MarketInput], None] = _nobody
        self._opened_ms = 0  # of before nothing is told
        self._since_ms = 0
        self._looked_ns = 0
        self._told: dict[str, None] = {}  # entries and forced trades
        self._before: tuple[Balance, ...] | None = None
        self._is_open, self._news = asyncio.Event(), asyncio.Event()
        self.confirmed: Callable[[], None] = _nothing  # hears of each reading that came back
        self.taken: Callable[[str], None] = _nobody  # a market in which something was forced

    def listen(self, hear: Callable[[MarketInput], None]) -> None:
        self._hear = hear

    def remember(self, opened_ns: int, entries_ns: int) -> None:
        """At a start: the account is open, and its entries up to here are in the books."""
        self._opened_ms, self._since_ms = opened_ns // NS_PER_MS, entries_ns // NS_PER_MS
        self._is_open.set()

    async def opening(self) -> Opening:
        """Of an account that is to be opened. An order's fills come after it."""
        told = await self._ask("opening")
        balances = {each: Decimal(row["total"]) for each, row in told["balances"].items()}
        at_ns = int(told["at_ms"]) * NS_PER_MS
        cash = balances.pop(self._currency, Decimal(0))
        if not self._is_open.is_set():
            self.remember(at_ns, at_ns)
        return Opening(at_ns, cash, tuple(sorted(balances.items())), told["has_entries"])

    async def run(self) -> None:
        await self._is_open.wait()
        while True:
            wait_s = await self.look()
            # Not wait_for: told to end while it is woken, it would go on (Python 3.11).
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
                    await self._clock.sleep(AFTER_FILL_S)
                    await self._clock.sleep(self._at_least_s())
            self._news.clear()

    def _at_least_s(self) -> float:
        """Until the next reading: fills that come one after another make no flood of them."""
        since_s = (self._clock.monotonic_ns() - self._looked_ns) / NS_PER_S
        return max(0.0, SOON_S - since_s)

    def soon(self) -> None:
        """A fill or another change was told: the exchange's own books follow it in a moment."""
        self._news.set()

    async def look(self) -> float:
        """One reading; how long until the next. What moved is told before what there is."""
        self._looked_ns = self._clock.monotonic_ns()
        try:
            await self._read_entries()
            asked_ns = self._clock.now_ns()
            wallet = _wallet_of(await self._ask("wallet"))
        except VenueTimeoutError:
            return EVERY_S  # what is shown grows old, and says so
        self.confirmed()
        is_steady = wallet.balances == self._before
        self._before = wallet.balances
        self._hear(WalletSeen(self._account, wallet, is_steady, asked_ns))
        return EVERY_S if is_steady else SOON_S

    # ---- entries

    async def _read_entries(self) -> None:
        since_ms = max(self._opened_ms + 1, self._since_ms - OVERLAP_MS)
        told = await self._ask("entries", since_ms=since_ms)
        rows = [each for each in told if each["entry"] not in self._told]
        for symbol in sorted({each["symbol"] for each in rows if _is_of_a_fill(each)}):
            at_ms = min(each["at_ms"] for each in rows if each["symbol"] == symbol)
            await self._tell_forced(symbol, at_ms)
        for each in rows:
            if not _is_of_a_fill(each):
                self._tell(self._report(each))
            self._since_ms = max(self._since_ms, each["at_ms"])
        self._remember_told(each["entry"] for each in rows)

    def _remember_told(self, names: Iterable[str]) -> None:
        self._told.update(dict.fromkeys(names))
        for oldest in list(self._told)[: max(0, len(self._told) - TOLD_MAX)]:
            del self._told[oldest]

    def _report(self, row: Mapping[str, Any]) -> Report:
        at_ns, amount = row["at_ms"] * NS_PER_MS, Decimal(row["amount"])
        name, symbol, currency = row["entry"], row["symbol"], row["currency"]
        if row["kind"] == FUNDING and currency == self._currency:
            return FundingCharged(self._account, symbol, at_ns, -amount, name)
        return WalletMoved(self._account, name, row["kind"], currency, amount, at_ns, symbol)

    async def _tell_forced(self, symbol: str, since_ms: int) -> None:
        """A liquidation or ADL: the exchange's own order, whose fill no order of ours tells."""
        for trade in await self._ask("forced", symbol=symbol, since_ms=since_ms):
            name = trade["name"]
            reason = ADL if name.startswith(ADL) else "liquidation"
            self._tell(fill_of(name, self._account, trade, reason, is_last=trade["is_last"]))
            self.taken(symbol)


def _is_of_a_fill(row: Mapping[str, Any]) -> bool:
    return row["kind"] in OF_FILLS and bool(row["trade"])


def _wallet_of(told: Mapping[str, Any]) -> Wallet:
    margins = {
        name: None if told[name] is None else Decimal(told[name])
        for name in ("worth", "initial", "maintenance")
    }
    return Wallet(
        int(told["at_ms"]) * NS_PER_MS,
        tuple(
            Balance(currency, Decimal(row["total"]), Decimal(row["free"]))
            for currency, row in sorted(told["balances"].items())
        ),
        tuple(from_plain(VenuePosition, each) for each in told["positions"]),
        **margins,
    )


def _nothing() -> None:
    """Nobody shows how old it is."""


def _nobody(_told: object) -> None:
    """Before anyone listens."""
