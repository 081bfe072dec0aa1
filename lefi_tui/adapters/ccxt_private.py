"""One account's line to its exchange through ccxt: the public questions, and those of its key.

Each kind of question is a module of its own (orders, exits, holdings); here they meet the key.
Only the worker process loads this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from lefi_tui.adapters.ccxt_answers import Account, outcome
from lefi_tui.adapters.ccxt_client import PublicExchange, Refusal, beside
from lefi_tui.adapters.ccxt_dead_man import DeadManTimer
from lefi_tui.adapters.ccxt_entry import Entry
from lefi_tui.adapters.ccxt_exits import HeldExits
from lefi_tui.adapters.ccxt_holdings import Holdings
from lefi_tui.adapters.ccxt_keys import NEVER, to_sandbox
from lefi_tui.adapters.ccxt_modes import Modes
from lefi_tui.adapters.ccxt_money import Money
from lefi_tui.adapters.ccxt_okx import OkxExits
from lefi_tui.adapters.ccxt_orders import Orders, until_when
from lefi_tui.adapters.ccxt_streams import OwnStreams
from lefi_tui.adapters.ccxt_truth import Truth
from lefi_tui.adapters.ccxt_wallet import Wallets
from lefi_tui.adapters.guards import HeldBackError
from lefi_tui.adapters.order_lines import OrderLines, keep_warm
from lefi_tui.adapters.order_socket import address_of
from lefi_tui.adapters.sent_stamps import SentStamps
from lefi_tui.adapters.server_clock import ServerClock, signs_by
from lefi_tui.adapters.venue_ways import ways_of
from lefi_tui.ports.clock import Clock
from lefi_tui.redaction import REDACTOR

# Wallets that an order key need not see: asked for, they would stop a start (faults.md, 17).
QUIET: Final[Mapping[str, Any]] = {
    "fetchCurrencies": False,
    "fetchMargins": False,
    "adjustForTimeDifference": False,  # ours is measured again, and survives a jump of the clock
    "fetchOpenOrders": {"warnWithoutSymbol": False},
}
CLOCK_LOOK_S: Final = 5.0  # how soon a clock that has jumped is seen while nothing is asked
EXITS: Final[Mapping[str, Callable[[Account], HeldExits | OkxExits]]] = {"okx": OkxExits}


class PrivateExchange(PublicExchange):
    """With the account's key, which leaves this process only in signatures."""

    signs = True

    def __init__(self, begin: Mapping[str, Any], clock: Clock) -> None:
        """`begin` is the worker's first line: exchange, its ccxt table, key, is_sandbox, whether it
        trades; `orders_by` leaves its orders one way only (bench, tests)."""
        for each in begin["key"].values():
            REDACTOR.learn(each)
        given = {name: value for name, value in begin["ccxt"].items() if name not in NEVER}
        name, key = begin["exchange"], begin["key"]
        ways = ways_of(name)
        options = {**QUIET, **ways.options, **given.get("options", {})}
        super().__init__(name, {**given, **key, "options": options}, clock)
        self._client.verbose = False
        if begin.get("is_sandbox"):
            to_sandbox(self._client)
        self._server = ServerClock(clock, self._time)
        signs_by(self._client, self._server)
        on = Account(self._client, ways, begin.get("currency", ""))
        until_when(on)
        self._lines = OrderLines(self._client, self, self._server, clock)
        self.stamps = SentStamps(clock)
        self._lines.socket.left = self.stamps.left
        entry = Entry(on, self._lines) if on.is_usdm else None
        exits = EXITS.get(name, HeldExits)(on)
        orders = Orders(on, self._time, entry)
        is_demo = bool(begin.get("is_sandbox"))
        self.streams = OwnStreams(on, self.answer, clock, is_demo=is_demo)
        plain = (orders, exits, DeadManTimer(on), Holdings(on), Truth(on), Modes(on), Wallets(on))
        for kind in (*plain, Money(on), self.streams):
            self._questions.update(kind.questions())
        self._questions.update(
            {
                "measure": self._server.measure,
                "clock": self._told_of_clock,
                "lines": self._told_of_lines,
            }
        )
        self._begin, self._runs = begin, set[asyncio.Task[None]]()

    async def answer(self, question: str, asked: Mapping[str, Any]) -> Any:
        self._run()
        if self._server.is_doubted():  # nothing is signed by a clock that may be wrong
            await self._measured()
        try:
            return await super().answer(question, asked)
        except Refusal as refusal:
            if question != "place" or not isinstance(refusal.__cause__, HeldBackError):
                raise
            # Not one of them has left: that is certain, and nobody need look for them.
            return [outcome("refused", "HELD_BACK", refusal.why) for _ in asked["orders"]]

    async def close(self) -> None:
        await self.streams.close()
        for each in self._runs:
            each.cancel()
        if self._runs:
            await asyncio.wait(self._runs)
        await super().close()

    # ---- beside the questions

    def _run(self) -> None:
        """From the first question on, in a process of its own: nobody's test of one question."""
        if self._runs or not self._begin.get("trades"):
            return
        works = [self._kept_in_time()]
        keep_warm(self._client, self.stamps)
        if self._client.id == "binanceusdm":
            url = address_of(self._client, is_sandbox=bool(self._begin.get("is_sandbox")))
            works.append(self._lines.run(url, self._begin.get("orders_by", "")))
        self._runs.update(beside(each) for each in works)

    async def _kept_in_time(self) -> None:
        while True:
            await self._clock.sleep(CLOCK_LOOK_S)
            if self._server.is_due():
                await self._measured()

    async def _measured(self) -> None:
        """An exchange that does not answer leaves the clock as it was; the question says why."""
        with suppress(Refusal):
            await super().answer("measure", {"rank": "ENTRY"})

    async def _told_of_clock(self) -> dict[str, int | None]:
        return self._server.told()

    async def _told_of_lines(self) -> dict[str, Any]:
        return self._lines.told()
