"""Real money on the desk: the gates of a start, what a venue offers, and a key that may not trade.

The rules it keeps: a bot that can trade starts with real money through every gate or not at all;
what makes a position smaller is never held up by a gate or a key.
"""

from __future__ import annotations

import hashlib
from typing import Final

from msgspec.structs import replace

from lefi_tui.core import live_gates
from lefi_tui.core.bot import Needs
from lefi_tui.core.checked import Checked
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.gathering import in_force
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.key_rights import live_refusal, use_refusal
from lefi_tui.core.live_gates import Asked, Gate, LiveFacts
from lefi_tui.core.messages import (
    KeyChecked,
    KeySeen,
    ListOffers,
    MoveOrder,
    OffersListed,
    PlaceOrder,
    StartBot,
    VenueRejected,
)
from lefi_tui.core.offers import lacking
from lefi_tui.core.order import HAND

NS_PER_MS: Final = 1_000_000
# What a venue's adapter calls a refusal of the key itself: unknown, revoked, no right, wrong IP.
OF_THE_KEY: Final = frozenset(
    {"KEY", "AuthenticationError", "PermissionDenied", "AccountNotEnabled", "AccountSuspended"}
)


def version_of(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


def key_next(account: str) -> str:
    return f"`lefi keys test {account}` tests it again: once it may trade, entries go on"


# ---- gates


def gates_of(desk: Desk, command: StartBot) -> tuple[Gate, ...]:
    """Every gate of this start; none where no real money can move."""
    account, kind = desk.accounts[command.account], desk.kinds[command.kind]
    settings = dict(command.settings)
    if not account.is_real or kind.refused(command.source, settings):
        return ()
    needs = kind.needs(command.source, settings)
    if not needs.can_trade:
        return ()
    return live_gates.gates(
        Asked(
            account=command.account,
            typed=command.typed,
            version=version_of(command.source),
            limits=in_force(desk, command.account, command.bot).limits,
            lacking=lacks(desk, command.account, needs),
            facts=command.facts or LiveFacts(),
            at_ms=command.at_ns // NS_PER_MS,
            doubt=_doubt(desk, command.account),
            dead_man=desk.dead_men.get(command.account),
            others=desk.checked.get(command.account, Checked()).differences,
            has_text=not needs.is_played,
        )
    )


def hand_gates(desk: Desk, name: str, command: PlaceOrder | MoveOrder) -> tuple[Gate, ...]:
    """Of what a person sends; none where no real money can move."""
    if not desk.accounts[name].is_real:
        return ()
    return live_gates.hand_gates(
        Asked(
            account=name,
            typed="",
            version="",
            limits=in_force(desk, name, HAND).limits,
            lacking=(),
            facts=command.facts or LiveFacts(),
            at_ms=command.at_ns // NS_PER_MS,
            doubt=_doubt(desk, name),
            dead_man=desk.dead_men.get(name),
            others=desk.checked.get(name, Checked()).differences,
        )
    )


def _doubt(desk: Desk, account: str) -> str:
    known = desk.checked.get(account, Checked())
    if not known.is_known:
        return known.error or "the exchange has not shown since the start what is there"
    silent = [
        each.id for each in desk.orders.values() if each.account == account and each.is_doubted
    ]
    return f"order {silent[0]} has no answer yet" if silent else ""


def refusal(desk: Desk, command: StartBot, gates: tuple[Gate, ...]) -> str:
    """Why it does not start, in words; empty when it may."""
    if gates:
        return live_gates.refusal(command.bot, command.account, gates)
    kind = desk.kinds[command.kind]
    return not_offered(desk, command.account, kind.needs(command.source, dict(command.settings)))


# ---- what the venue offers


def list_offers(draft: Draft, command: ListOffers) -> None:
    if draft.desk.offers.get(command.account) != command.offers:
        draft.say(OffersListed(command.account, command.offers))


def lacks(desk: Desk, account: str, needs: Needs) -> tuple[str, ...]:
    markets = {each.symbol: desk.instruments.get((account, each.symbol)) for each in needs.wants}
    return lacking(needs.wants, desk.offers.get(account), markets)


def not_offered(desk: Desk, account: str, needs: Needs) -> str:
    missing = lacks(desk, account, needs)
    if not missing:
        return ""
    return (
        f"Account {account} does not offer what the script needs: {'; '.join(missing)}. "
        f"Change these lines, or take another account; `lefi venue {account}` shows what there is."
    )


# ---- keys


def key_checked(draft: Draft, report: KeyChecked) -> None:
    """Of a test, or of a change that a person made beside the desk."""
    account = draft.desk.accounts.get(report.account)
    if account is None:
        return
    at_ms = report.at_ns // NS_PER_MS
    why = live_refusal(report.state, at_ms) if account.is_real else use_refusal(report.state)
    told = KeySeen(account.name, report.at_ns, why, report.state.rights)
    draft.say(replace(told, tested_at_ms=report.state.tested_at_ms))


def right_refused(draft: Draft, account: str, report: VenueRejected) -> None:
    """An exchange that refuses the key is sent no other entry with it: each would be refused too,
    and whoever goes on asking is shut out."""
    if report.code not in OF_THE_KEY or draft.desk.key_refused.get(account):
        return
    why = f"the exchange refused its key for an order: {report.text}"
    draft.say(KeySeen(account, report.at_ns, why, order=report.order))
