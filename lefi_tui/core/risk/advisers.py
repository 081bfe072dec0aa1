"""Who is asked before a transaction that a script only wants if nobody objects (`decide`).

The rule they keep: an adviser refuses, or asks for less; it never enlarges.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Protocol

from lefi_tui.core.messages import Verdict
from lefi_tui.core.record import Record
from lefi_tui.core.risk.facts import Facts, GateRequest
from lefi_tui.core.risk.heat import ONE
from lefi_tui.core.risk.looking import short

BIAS_FIELD: Final = "bias"


class Advice(Record):
    """`share` of what was asked, at most all of it."""

    verdict: Verdict
    share: Decimal = ONE


class Adviser(Protocol):
    """Pure: it sees what the gate sees."""

    @property
    def name(self) -> str: ...

    def advise(self, request: GateRequest, facts: Facts) -> Advice: ...


class BiasAdviser(Record):
    """What indicator bots say of a market, from -1 (down) to 1 (up), in a field named bias.

    Against the order it refuses. For it, the order is as large as the conviction: 0.4 is 40 %.
    """

    name: str = "bias"

    def advise(self, request: GateRequest, facts: Facts) -> Advice:
        said = [(bot, value * request.side.sign) for bot, value in facts.biases]
        if not said:
            bound = "no bot says one"
            return Advice(Verdict(self.name, "none", bound, passed=True))
        bot, least = min(said, key=lambda each: each[1])
        value = f"{short(least)} for a {request.side}, by {bot}"
        if least > 0:
            share = min(Decimal(repr(least)), ONE)
            return Advice(Verdict(self.name, value, "above 0", passed=True), share)
        text = f"Bot {bot} expects the other way: {value}. Wait for it to turn."
        code = "BIAS_AGAINST"
        return Advice(Verdict(self.name, value, "above 0", passed=False, code=code, text=text))


ADVISERS: Final[tuple[Adviser, ...]] = (BiasAdviser(),)
