"""A kill as a person may know it: its steps with their times, what is left, or its proof."""

from __future__ import annotations

from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.killing import clock
from lefi_tui.core.kill import KillStage
from lefi_tui.core.messages import TradingState
from lefi_tui.core.money import words
from lefi_tui.core.order import OrderStatus
from lefi_tui.core.record import Record


class StepRow(Record):
    at: str  # 12:00:01.42, UTC
    text: str


class KillView(Record):
    """`proof` is empty until the venues were read and show what was wanted."""

    state: TradingState
    cause: str = ""
    lift: str = ""  # the least role that may lift it
    by: str = ""
    at_ns: int = 0
    steps: tuple[StepRow, ...] = ()
    left: tuple[str, ...] = ()
    proof: str = ""
    positions: tuple[str, ...] = ()  # for who resumes
    unconfirmed: tuple[str, ...] = ()
    kill_file: str = ""  # where it is, while it is there

    @property
    def is_known(self) -> bool:
        """Whether there is a procedure to follow."""
        return bool(self.steps)


def kill_view(desk: Desk, kill_file: str = "") -> KillView:
    state = desk.kill
    positions = tuple(
        f"{words(each.units)} of {each.symbol} on {each.account} ({', '.join(each.shares)})"
        for _, each in sorted(desk.positions.items())
        if each.units
    )
    unconfirmed = tuple(
        f"{each.terms.side} {each.terms.symbol} on {each.account}, {each.status} ({each.id})"
        for each in desk.orders.values()
        if each.status is OrderStatus.SUBMITTED or each.is_doubted
    )
    about = (desk.trading_state, desk.trading_cause, desk.trading_lift)
    if state is None:
        return KillView(*about, positions=positions, unconfirmed=unconfirmed, kill_file=kill_file)
    is_proven = state.stage is KillStage.PROVEN
    return KillView(
        *about,
        by=state.by,
        at_ns=state.at_ns,
        steps=tuple(StepRow(clock(each.at_ns), each.text) for each in state.steps),
        left=state.left,
        proof=state.steps[-1].text if is_proven else "",
        positions=positions,
        unconfirmed=unconfirmed,
        kill_file=kill_file,
    )


def checklist(view: KillView) -> tuple[str, ...]:
    """What a person looks at before trading goes on."""
    lift = f"; {view.lift} may lift it" if view.lift else ""
    proof = view.proof or ("; ".join(view.left) if view.left else "no kill has proven it flat")
    return (
        f"Cause: {view.cause or 'none is known'}{f' (by {view.by})' if view.by else ''}{lift}",
        f"Positions: {'; '.join(view.positions) or 'none is open'}",
        f"Unconfirmed orders: {'; '.join(view.unconfirmed) or 'none'}",
        f"The kill: {proof}",
    )
