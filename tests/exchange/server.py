"""A venue in another process: it outlives an engine that is killed, and keeps its own books.

Start: `python -m tests.exchange.server --socket PATH --ledger PATH [--market demo|hand] [--seed N]
[--account main] [--cash 10000] [--lose 0.0] [--forget 0.0] [--cut 0.0] [--delay-ms 0]`. It is
ready when the socket is there; SIGTERM ends it.

Over the Unix socket go JSON lines. A call is `{"n": 1, "call": "submit", "orders": [...]}`,
`cancel` or `look_up` with `orders` (ids), `working`, `holdings`, `instruments`; its answer
`{"n": 1, "reports": [[type, version, body], ...]}` or `{"n": 1, "ids": [...]}`. What happens later
is pushed to every connection as `{"push": [...]}`. On the hand market `act` moves it and `begin`
starts anew; `summary` answers cash, positions and whether the books balance.

Faults, by seed, for submit, cancel and look_up: *lose* (the call is never carried out), *forget*
(carried out, the answer is not sent), *cut* (half an answer); all three end the connection.
*delay* waits up to that long before and after.

The ledger (SQLite, `tests.exchange.ledger.read_ledger`) holds every report, every fill by its trade
id, and how often each client id was sent to it; it is committed before anything is answered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.adapters.paper_book import BookMarket
from lefi_tui.adapters.paper_venue import PaperTerms, PaperVenue
from lefi_tui.adapters.system_clock import SystemClock, VirtualClock
from lefi_tui.core.codec import encode, from_plain, to_plain
from lefi_tui.core.messages import Report
from lefi_tui.core.order import Order
from lefi_tui.ports.venue import VenueTimeoutError
from tests.exchange.hand_market import BEGIN_NS, HandMarket
from tests.exchange.ledger import ExchangeLedger

LINE_BYTES_MAX = 8 * 1024 * 1024


class Exchange:
    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._ledger = ExchangeLedger(options.ledger)
        self._chance = Random(options.seed)
        self._clock = SystemClock()
        self._doors: set[asyncio.StreamWriter] = set()
        self._begin(BEGIN_NS)

    def _begin(self, now_ns: int) -> None:
        options = self._options
        virtual = VirtualClock(now_ns)
        self.hand = HandMarket(virtual) if options.market == "hand" else None
        market: BookMarket = self.hand or DemoMarket(str(options.seed))
        clock = virtual if self.hand else self._clock
        self.venue = PaperVenue(market, clock, PaperTerms(options.account, Decimal(options.cash)))
        self.venue.listen(self._push)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._doors.add(writer)
        tasks: set[asyncio.Task[None]] = set()
        with suppress(ConnectionError, asyncio.LimitOverrunError):
            while line := await reader.readline():
                # Calls overtake each other where one is delayed, as on a network.
                task = asyncio.create_task(self._answer(json.loads(line), writer))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        self._doors.discard(writer)
        writer.close()

    async def _answer(self, call: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        fault = self._fault(call["call"])
        await self._delay(call["call"])
        if fault == "lose":
            writer.close()
            return
        answer = json.dumps({"n": call["n"], **await self._carry_out(call)}).encode() + b"\n"
        await self._delay(call["call"])
        if fault == "cut":
            answer = answer[: len(answer) // 2]
        if fault != "forget":
            writer.write(answer)
        if fault:
            writer.close()

    def _fault(self, call: str) -> str:
        if call not in {"submit", "cancel", "look_up"}:
            return ""
        chance = self._chance.random()
        for name in ("lose", "forget", "cut"):
            chance -= getattr(self._options, name)
            if chance < 0:
                return name
        return ""

    async def _delay(self, call: str) -> None:
        if self._options.delay_ms and call in {"submit", "cancel", "look_up"}:
            await self._clock.sleep(self._chance.random() * self._options.delay_ms / 1_000)

    async def _carry_out(self, call: dict[str, Any]) -> dict[str, Any]:
        match call["call"]:
            case "submit":
                orders = tuple(from_plain(Order, each) for each in call["orders"])
                self._ledger.sent(order.id for order in orders)
                return self._reports(await self.venue.submit(orders))
            case "cancel":
                return self._reports(await self.venue.cancel(tuple(call["orders"])))
            case "look_up":
                return await self._look_up(call["orders"][0])
            case "working" | "holdings":
                held = await self.venue.holdings()
                units = {symbol: str(each) for symbol, each in held.items()}
                return {"ids": list(await self.venue.working()), "units": units}
            case "instruments":
                return {"instruments": [to_plain(each) for each in await self.venue.instruments()]}
            case other:
                return self._by_hand(other, call)

    async def _look_up(self, order: str) -> dict[str, Any]:
        try:
            reports = await self.venue.look_up(order)
        except VenueTimeoutError as error:
            return {"timeout": str(error)}
        return {"reports": [encode(each) for each in reports]}

    def _by_hand(self, name: str, call: dict[str, Any]) -> dict[str, Any]:
        if name == "summary":
            return {
                "free": str(self.venue.free_cash),
                "positions": {key: str(each) for key, each in self.venue.positions.items()},
                "is_balanced": self.venue.ledger_balanced(),
            }
        assert self.hand is not None, f"{name} is for the hand market"
        if name == "begin":
            self._begin(self.hand.clock.now_ns() + 1)  # a later venue: its trade ids are new
        else:
            assert name == "act", name
            self.hand.act(call["act"])
            self.venue.advance(self.hand.clock.now_ns())
        return {}

    def _reports(self, reports: tuple[Report, ...]) -> dict[str, Any]:
        self._ledger.keep(reports)
        return {"reports": [encode(each) for each in reports]}

    def _push(self, report: Report) -> None:
        self._ledger.keep((report,))
        line = json.dumps({"push": [encode(report)]}).encode() + b"\n"
        for writer in self._doors:
            writer.write(line)


async def main(options: argparse.Namespace) -> None:
    exchange = Exchange(options)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    early = f"{options.socket}.early"
    server = await asyncio.start_unix_server(exchange.serve, early, limit=LINE_BYTES_MAX)
    await asyncio.to_thread(Path(early).rename, options.socket)  # it is there when it answers
    runs = None if exchange.hand else asyncio.create_task(exchange.venue.run())
    await stopped.wait()
    if runs is not None:
        runs.cancel()
    server.close()


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.exchange.server")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--market", choices=("demo", "hand"), default="demo")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--account", default="main")
    parser.add_argument("--cash", default="10000")
    parser.add_argument("--lose", type=float, default=0.0)
    parser.add_argument("--forget", type=float, default=0.0)
    parser.add_argument("--cut", type=float, default=0.0)
    parser.add_argument("--delay-ms", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    asyncio.run(main(options_of()))
