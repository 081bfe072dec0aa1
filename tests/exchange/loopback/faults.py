"""Faults of requests: which ones they meet, what they do, and a mix of them by chance.

`before` means that the exchange did not carry the request out, `after` that it did and only the
answer is spoilt: no client can see the difference, which is what it has to be ready for.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from tests.exchange.loopback.calls import Call

PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
# Named as tests ask for them; a field of a fault may be given beside the name.
NAMED: Final[Mapping[str, Mapping[str, Any]]] = {
    "502 after": {"status": 502, "body": PAGE, "is_after": True},
    "500 after": {"status": 500, "body": "", "is_after": True},
    "502 before": {"status": 502, "body": PAGE},
    "503 before": {"status": 503, "body": '{"code":-1008,"msg":"Server is currently overloaded'
                   ' with other requests. Please try again in a few minutes."}'},
    "503 unknown": {"status": 503, "is_after": True, "body":
                    '{"msg":"Unknown error, please check your request or try again later."}'},
    "503 unavailable": {"status": 503, "body": '{"msg":"Service Unavailable."}'},
    "408": {"status": 408, "is_after": True, "body": '{"code":-1007,"msg":"Timeout waiting for'
            ' response from backend server. Send status unknown; execution status unknown."}'},
    "hang after": {"hang_s": 30.0, "is_after": True},
    "hang before": {"hang_s": 30.0, "is_dropped": True},
    "late": {"hang_s": 1.0},
    "reset after": {"is_reset": True, "is_after": True},
    "reset before": {"is_reset": True, "is_dropped": True},
    "page": {"status": 200, "body": PAGE, "is_after": True},
    "empty": {"status": 200, "body": "", "is_after": True},
    "truncated": {"status": 200, "is_cut": True, "is_after": True},
    "reject": {"code": -2019, "text": "Margin is insufficient.", "status": 400},
}  # fmt: skip


@dataclass
class Fault:
    """Which request: every word that is given must be found in it. What: see `NAMED`."""

    name: str = ""
    method: str = ""
    path: str = ""
    client_id: str = ""
    symbol: str = ""
    side: str = ""
    is_order: bool = False
    skip: int = 0
    times: int = 1
    # what happens
    is_after: bool = False
    status: int = 0
    body: str | None = None
    code: int = 0
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    hang_s: float = 0.0
    is_dropped: bool = False  # never carried out, also where the wait would be over
    is_reset: bool = False
    is_cut: bool = False

    @property
    def keeps_from_being_done(self) -> bool:
        return bool(self.status or self.code or self.is_dropped or self.is_reset)

    def is_of(self, call: Call) -> bool:
        return (
            (not self.is_order or call.is_order)
            and call.path.endswith(self.path)
            and self.method in {"", call.method}
            and self.client_id in call.client_id
            and self.symbol in {"", call.params.get("symbol", "")}
            and self.side in {"", call.params.get("side", "")}
        )


def fault_of(name: str, **more: Any) -> Fault:
    """`fault_of("502 after", path="/order", skip=1)`; what is given wins over the name's own."""
    known = {each.name for each in fields(Fault)}
    assert set(more) <= known, f"a fault has no {sorted(set(more) - known)}"
    return Fault(**{"name": name, **NAMED[name], **more})


@dataclass
class Mix:
    """A share of all new orders meets one of these; the same seed meets the same ones."""

    seed: int
    share: float
    names: tuple[str, ...]
    more: dict[str, Any] = field(default_factory=dict)
    sends: int = 0

    def pick(self) -> Fault | None:
        self.sends += 1
        chance = random.Random(f"{self.seed}:{self.sends}")
        if chance.random() >= self.share:
            return None
        return fault_of(chance.choice(self.names), **self.more)


@dataclass
class Faults:
    queue: deque[Fault] = field(default_factory=deque)
    mix: Mix | None = None
    met: list[str] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.queue.append(replace(fault))

    def clear(self) -> None:
        self.queue.clear()
        self.mix = None

    def pick(self, call: Call) -> Fault | None:
        fault = self._queued(call)
        if fault is None and self.mix is not None and call.is_order and call.method != "DELETE":
            fault = self.mix.pick()
        if fault is not None:
            call.fault = fault.name
            self.met.append(fault.name)
        return fault

    def _queued(self, call: Call) -> Fault | None:
        for fault in self.queue:
            if not fault.is_of(call):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.queue.remove(fault)
            return fault
        return None
