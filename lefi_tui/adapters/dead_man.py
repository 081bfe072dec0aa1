"""The dead-man's switch: the exchange cancels resting entries when it hears nothing of us.

The rules it keeps: it is armed while an entry rests, and renewed three times in its time; stops are
no plain orders there, so they stand (faults.md, 58); where the exchange has none, or does not take
it, that is told. After a sleep that was longer than its time it is told that it has fired, and what
became of the orders is read at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from msgspec import Struct

from lefi_tui.adapters.exchange_exits import Ask
from lefi_tui.core.messages import DeadManSeen, MarketInput
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import VenueTimeoutError

NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000
RENEWALS: Final = 3  # in its time
LOOK_S: Final = 1.0
WHOLE: Final = ""  # in the place of a market


class _Armed(Struct):
    """When it was, by both clocks: the steady one stands still while the machine sleeps."""

    steady_ns: int
    wall_ns: int


class DeadMan:
    """`resting` are the markets in which an entry of ours rests; `fired` hears that it may have."""

    def __init__(
        self, ask: Ask, clock: Clock, account: str, resting: Callable[[], set[str]]
    ) -> None:
        self._ask, self._clock, self._account, self._resting = ask, clock, account, resting
        self.seconds = 0  # of the settings; 0: off
        self.is_there = True  # the exchange has one
        self.is_whole = False  # one for the whole account, else one a market
        self.fired: Callable[[], None] = _nobody
        self._hear: Callable[[MarketInput], None] = _unheard
        self._armed: dict[str, _Armed] = {}
        self.probe = ""  # a market to ask by at a start, before anything rests
        self._is_probed = False
        self._probe_why = ""
        self._why: dict[str, str] = {}  # it does not take it, by market
        self._sooner = asyncio.Event()

    def listen(self, hear: Callable[[MarketInput], None]) -> None:
        self._hear = hear

    def soon(self) -> None:
        """An entry is about to rest."""
        self._sooner.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.renew()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK_S, self.seconds / RENEWALS or LOOK_S)):
                    await self._sooner.wait()
            self._sooner.clear()

    async def renew(self) -> None:
        """What is due now."""
        if not self.is_there or not self.seconds:
            self._say("none" if not self.is_there else "off")
            return
        late = sorted(each for each in self._armed if self._age_ns(each) >= self.seconds * NS_PER_S)
        if late:
            self._fired(late)
        await self._probed()
        resting = self._resting()
        if self.is_whole and resting:
            resting = {WHOLE}
        for symbol in sorted(resting | self._armed.keys()):
            await self._set(symbol, is_resting=symbol in resting)
        self._why = {each: why for each, why in self._why.items() if each in resting}
        why = next(iter(self._why.values()), self._probe_why)
        self._say("failed" if why else "kept", why)

    async def _probed(self) -> None:
        """Whether it is taken at all is known before the first entry: taking away what is not there
        changes nothing."""
        if not self._is_probed and self.probe and not self._armed:
            self._probe_why = await self._asked(self.probe, 0)
            self._is_probed = not self._probe_why

    def _fired(self, symbols: list[str]) -> None:
        silent_s = max(self._age_ns(each) for each in symbols) // NS_PER_S
        some = ", ".join(filter(None, symbols)) or "all markets"
        self._say("fired", f"nothing was heard of us for {silent_s} s, so entries in {some} ended")
        for each in symbols:
            del self._armed[each]
        self.fired()

    async def _set(self, symbol: str, *, is_resting: bool) -> None:
        """Armed, renewed or taken away, where that is due."""
        is_armed = symbol in self._armed
        is_due = not is_armed or self._age_ns(symbol) >= self.seconds * NS_PER_S // RENEWALS
        if is_resting and not is_due:
            return
        armed = _Armed(self._clock.monotonic_ns(), self._clock.now_ns())
        why = await self._asked(symbol, self.seconds if is_resting else 0)
        if is_resting and why:
            self._why[symbol] = why
        elif is_resting:
            self._armed[symbol], self._probe_why = armed, ""
            self._why.pop(symbol, None)
        elif not is_resting:  # what is not taken away meets no order
            del self._armed[symbol]

    async def _asked(self, symbol: str, seconds: int) -> str:
        """Why it was not taken; empty where it was."""
        try:
            told = await self._ask("dead_man", symbol=symbol, seconds=seconds, rank="EXIT")
        except VenueTimeoutError as error:
            return str(error)
        return str(told["text"]) if told["state"] != "accepted" else ""

    def _age_ns(self, symbol: str) -> int:
        armed = self._armed[symbol]
        steady = self._clock.monotonic_ns() - armed.steady_ns
        return max(steady, self._clock.now_ns() - armed.wall_ns)

    def _say(self, state: str, why: str = "") -> None:
        at_ms = self._clock.now_ns() // NS_PER_MS
        self._hear(DeadManSeen(self._account, at_ms, state, self.seconds, why))


def _nobody() -> None:
    """Nobody looks at orders."""


def _unheard(_message: MarketInput) -> None:
    """Before the engine listens there is nobody to tell."""
