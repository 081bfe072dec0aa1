"""Every request that reached the exchange, by class: what a test counts.

A class is said by fields, never by a guess: public or signed, a question or a change, an order or
not, made while the exchange had told us to wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Call:
    """`wire` is rest or ws; a call by WebSocket has its method's name as path."""

    at_ms: int
    wire: str
    host: str
    method: str
    path: str
    params: Mapping[str, str]
    api_key: str = ""
    is_signed: bool = False
    is_order: bool = False
    was_held: bool = False  # it came during a 429 or a ban
    was_carried_out: bool = False
    fault: str = ""
    status: int = 0
    code: int = 0
    read_ns: int = 0  # monotonic: when the first bytes of its request were read

    @property
    def client_id(self) -> str:
        names = ("newClientOrderId", "origClientOrderId", "clientAlgoId", "clOrdId", "algoClOrdId")
        return next((self.params[name] for name in names if self.params.get(name)), "")

    @property
    def is_private_change(self) -> bool:
        """What a dry run may never send."""
        return bool(self.api_key) and self.method != "GET"

    def plain(self) -> dict[str, Any]:
        more = {"client_id": self.client_id, "is_private_change": self.is_private_change}
        return {**asdict(self), "params": dict(self.params), **more}


@dataclass
class Calls:
    all: list[Call] = field(default_factory=list)

    def note(self, call: Call) -> Call:
        self.all.append(call)
        return call

    def counts(self) -> dict[str, int]:
        """The classes that tests ask for most."""
        told = {
            "all": self.all,
            "public": [each for each in self.all if not each.api_key],
            "private": [each for each in self.all if each.api_key],
            "signed": [each for each in self.all if each.is_signed],
            "private_changes": [each for each in self.all if each.is_private_change],
            "orders": [each for each in self.all if each.is_order],
            "held": [each for each in self.all if each.was_held],
        }
        return {name: len(each) for name, each in told.items()}
