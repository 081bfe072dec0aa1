"""One account's line to its exchange through ccxt: the public questions, and those of its key.

Each kind of question is a module of its own (orders, exits, holdings); here they meet the key.
Only the worker process loads this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.adapters.ccxt_answers import Account
from lefi_tui.adapters.ccxt_client import PublicExchange
from lefi_tui.adapters.ccxt_exits import HeldExits
from lefi_tui.adapters.ccxt_holdings import Holdings
from lefi_tui.adapters.ccxt_keys import NEVER, to_sandbox
from lefi_tui.adapters.ccxt_okx import OkxExits
from lefi_tui.adapters.ccxt_orders import Orders, until_when
from lefi_tui.adapters.ccxt_streams import OwnStreams
from lefi_tui.adapters.ccxt_truth import Truth
from lefi_tui.adapters.ccxt_wallet import Wallets
from lefi_tui.adapters.venue_ways import ways_of
from lefi_tui.ports.clock import Clock
from lefi_tui.redaction import REDACTOR

# Wallets that an order key need not see: asked for, they would stop a start (faults.md, 17).
QUIET: Final[Mapping[str, Any]] = {
    "fetchCurrencies": False,
    "fetchMargins": False,
    "adjustForTimeDifference": True,
    "fetchOpenOrders": {"warnWithoutSymbol": False},
}


EXITS: Final[Mapping[str, Callable[[Account], HeldExits | OkxExits]]] = {"okx": OkxExits}


class PrivateExchange(PublicExchange):
    """With the account's key, which leaves this process only in signatures."""

    signs = True

    def __init__(self, begin: Mapping[str, Any], clock: Clock) -> None:
        """`begin` is the worker's first line: exchange, its ccxt table, key, is_sandbox."""
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
        on = Account(self._client, ways, begin.get("currency", ""))
        until_when(on)
        exits = EXITS.get(name, HeldExits)(on)
        is_demo = bool(begin.get("is_sandbox"))
        self.streams = OwnStreams(on, self.answer, clock, is_demo=is_demo)
        holdings, truth = Holdings(on), Truth(on)
        kinds = (Orders(on, self._time), exits, holdings, truth, Wallets(on), self.streams)
        for kind in kinds:
            self._questions.update(kind.questions())

    async def close(self) -> None:
        await self.streams.close()
        await super().close()
