"""What events of accounts, limits and the trading state change."""

from __future__ import annotations

from msgspec.structs import replace

from lefi_tui.core.desk import booking
from lefi_tui.core.desk.changing import put
from lefi_tui.core.desk.state import Account, AccountState, Desk
from lefi_tui.core.kill import NOTHING
from lefi_tui.core.messages import (
    AccountOpened,
    AccountStateChanged,
    InstrumentsListed,
    KeySeen,
    OffersListed,
    TradingState,
    TradingStateChanged,
)


def account_opened(desk: Desk, event: AccountOpened) -> Desk:
    account = Account(
        event.account,
        event.currency,
        event.mode,
        event.venue,
        event.sizing,
        event.maker,
        event.taker,
        event.slippage,
    )
    opened = replace(desk, accounts=put(desk.accounts, account.name, account))
    return booking.opening(opened, event)


def instruments_listed(desk: Desk, event: InstrumentsListed) -> Desk:
    listed = {(event.account, each.symbol): each for each in event.instruments}
    return replace(desk, instruments={**desk.instruments, **listed})


def trading_state(desk: Desk, event: TradingStateChanged) -> Desk:
    changed = replace(
        desk,
        trading_state=event.state,
        trading_cause=event.cause,
        trading_lift="" if event.state is TradingState.ACTIVE else event.lift,
    )
    if event.state is not TradingState.ACTIVE:
        return changed
    return replace(changed, kill=None, kill_facts=NOTHING)


def account_state(desk: Desk, event: AccountStateChanged) -> Desk:
    """What is lifted remembers its month: it is not sent back in it again."""
    known = AccountState(event.state, event.cause, event.lift, event.month)
    return replace(desk, account_states=put(desk.account_states, event.account, known))


def offers_listed(desk: Desk, event: OffersListed) -> Desk:
    return replace(desk, offers=put(desk.offers, event.account, event.offers))


def key_seen(desk: Desk, event: KeySeen) -> Desk:
    others = {name: each for name, each in desk.key_refused.items() if name != event.account}
    refused = {**others, event.account: event.refusal} if event.refusal else others
    return replace(desk, key_refused=refused)
