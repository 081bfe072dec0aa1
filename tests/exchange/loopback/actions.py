"""What a test may do to the exchange as a whole: clock, line, limits, keys, faults, calls.

What it may do to one venue (its market, its accounts, its streams) is in that venue's actions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.exchange.loopback.faults import NAMED, Mix, fault_of
from tests.exchange.loopback.tunnel import Line

if TYPE_CHECKING:
    from tests.exchange.loopback.exchange import LoopbackExchange


class Actions:
    def __init__(self, exchange: LoopbackExchange) -> None:
        self._exchange = exchange

    def find(self, name: str) -> Callable[..., Any] | None:
        """`price` is USD-M's, `okx/price` another venue's; what begins with _ is nobody's."""
        venue, _, action = name.rpartition("/")
        if action.startswith("_"):
            return None
        own = None if venue else getattr(self, action, None)
        found: Callable[..., Any] | None = own or getattr(
            self._exchange.actions[venue or "usdm"], action, None
        )
        return found

    def begin(self) -> None:
        """As if nothing had happened: books, orders, faults, counts, clock."""
        self._exchange.begin()

    # ---- clock, line, limits

    def now(self) -> int:
        return self._exchange.agenda.now_ms()

    def clock(self, offset_ms: int) -> None:
        """The exchange's clock goes so far before ours."""
        self._exchange.agenda.offset_ms = offset_ms

    def line(self, to: str) -> None:
        """on, refused, silent."""
        self._exchange.network.turn(Line(to))

    def cut(self) -> None:
        """Every open connection breaks; new ones are let in."""
        self._exchange.network.cut()

    def hosts(self) -> dict[str, dict[str, int]]:
        """How often each host was asked for, and which strangers were."""
        network = self._exchange.network
        return {"asked": dict(network.asked), "strangers": dict(network.strangers)}

    def wait(self, wait_s: float, venue: str = "usdm") -> None:
        """429 with Retry-After; whoever asks meanwhile is banned."""
        limits = self._exchange.limits[venue]
        limits.wait(self.now(), wait_s)

    def ban(self, ban_s: float, venue: str = "usdm") -> None:
        self._exchange.limits[venue].ban(self.now(), ban_s)

    def limits(self, venue: str = "usdm", **most: int) -> None:
        """weight_1m, orders_10s, orders_1m, ban_s."""
        limits = self._exchange.limits[venue]
        for name, value in most.items():
            assert hasattr(limits, name), f"no limit is called {name}"
            setattr(limits, name, value)

    def rights(self, key: str, **may: bool) -> None:
        """can_trade, can_withdraw, can_transfer, can_read, is_address_known, is_revoked."""
        known = self._exchange.keys[key]
        for name, value in may.items():
            assert hasattr(known, name), f"a key has no {name}"
            setattr(known, name, value)

    # ---- faults of requests

    def fault(self, name: str, **more: Any) -> None:
        """By a name of `faults.NAMED`; `path`, `client_id`, `skip`, `times` say which request."""
        self._exchange.faults.add(fault_of(name, **more))

    def mix(self, seed: int, share: float, names: list[str], **more: Any) -> None:
        """A share of all new orders meets one of these, the same ones for the same seed."""
        assert set(names) <= set(NAMED), f"no faults are called {set(names) - set(NAMED)}"
        self._exchange.faults.mix = Mix(seed, share, tuple(names), more)

    def no_faults(self) -> None:
        self._exchange.faults.clear()

    def faults_met(self) -> list[str]:
        return self._exchange.faults.met

    # ---- what was asked

    def calls(self, **where: Any) -> list[dict[str, Any]]:
        """Those whose fields are as given."""
        told = [each.plain() for each in self._exchange.calls.all]
        return [each for each in told if all(each[name] == value for name, value in where.items())]

    def counts(self) -> dict[str, int]:
        """By class: all, public, private, signed, private_changes, orders, held."""
        return self._exchange.calls.counts()

    def entries(self, account: str = "usdm:main") -> list[dict[str, Any]]:
        """The books of one wallet, after a check of all."""
        self._exchange.books.check()
        return [each.plain() for each in self._exchange.books.of(account)]
