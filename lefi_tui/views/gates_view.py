"""Before a bot starts with real money: the gates, as a person reads them."""

from __future__ import annotations

from lefi_tui.core.live_gates import Gate
from lefi_tui.core.record import Record


class GatesView(Record):
    """Those that are shut come first. `refusal`: why it could not start anyway, in words."""

    account: str
    is_real: bool = False  # else nothing is asked
    rows: tuple[Gate, ...] = ()
    refusal: str = ""


def lines(view: GatesView) -> tuple[str, ...]:
    """Each gate on a line of its own."""
    return tuple(line(each) for each in view.rows)


def line(gate: Gate) -> str:
    follow = f". {gate.next}" if gate.next else ""
    return f"{'open' if gate.is_open else 'SHUT'}  {gate.name:<21} {gate.found}{follow}"
