"""The keys of a profile for a person: whose, where, since when, and what its last test said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lefi_tui.core.key_rights import CLOCK_OFF_MS, KeyRights, KeyState, live_refusal
from lefi_tui.core.record import Record

UNKNOWN = "not known"


class KeyRow(Record):
    account: str
    exchange: str  # empty where config.toml has no such account any more
    mode: str
    store: str
    set_at_ms: int
    tested_at_ms: int
    new_at_ms: int
    rights: KeyRights | None
    live_refusal: str  # why it trades nothing live; empty when it may
    is_withdrawal_allowed: bool


class KeysView(Record):
    """`lock` is open, locked or new; `why` says what is wrong with the store."""

    rows: tuple[KeyRow, ...]
    store: str
    lock: str
    why: str = ""
    at_ms: int = 0


def keys_view(
    accounts: Mapping[str, tuple[str, str]],
    states: Mapping[str, KeyState],
    store: tuple[str, str, str],
    now_ms: int,
) -> KeysView:
    """Each account of config.toml that may have a key, and keys whose account is gone."""
    names = dict.fromkeys((*accounts, *states))
    rows = tuple(_row(name, accounts.get(name, ("", "")), states, now_ms) for name in names)
    return KeysView(rows, *store, at_ms=now_ms)


def _row(
    name: str, account: tuple[str, str], states: Mapping[str, KeyState], now_ms: int
) -> KeyRow:
    state = states.get(name, KeyState(name))
    return KeyRow(
        account=name,
        exchange=account[0],
        mode=account[1],
        store=state.store,
        set_at_ms=state.set_at_ms,
        tested_at_ms=state.tested_at_ms,
        new_at_ms=state.new_at_ms,
        rights=state.rights,
        live_refusal=live_refusal(state, now_ms),
        is_withdrawal_allowed=state.is_withdrawal_allowed,
    )


# ---- words


def verdict(rights: KeyRights | None) -> str:
    """The test in a few words, the worst first."""
    if rights is None:
        return "not tested"
    if rights.is_valid is False:
        return "refused"
    if rights.is_valid is None:
        return "no answer"
    if rights.can_withdraw:
        return "CAN WITHDRAW"
    if rights.can_trade is False:
        return "may not trade"
    return "valid" if rights.can_trade is not None else "valid, rights not known"


def report(rights: KeyRights) -> Iterable[tuple[str, str]]:
    """Each question of a test with its answer."""
    yield "valid", _told(rights.is_valid)
    yield "may trade", _told(rights.can_trade)
    yield "may withdraw", _told(rights.can_withdraw)
    yield "bound to IPs", _told(rights.ip_restricted)
    yield "clock", _clock(rights.clock_offset_ms)
    if rights.refusal:
        yield "said", rights.refusal


def _told(flag: bool | None) -> str:  # noqa: FBT001 -- a value that is shown
    return UNKNOWN if flag is None else "yes" if flag else "no"


def _clock(offset_ms: int | None) -> str:
    if offset_ms is None:
        return UNKNOWN
    word = "too far: set the machine's clock" if abs(offset_ms) > CLOCK_OFF_MS else "fine"
    return f"{offset_ms:+d} ms from ours, {word}"


def summary(row: KeyRow) -> str:
    """All there is to say of one account."""
    if not row.set_at_ms:
        return f"{row.account} has no key. s asks for it; nothing typed is shown."
    told = "never tested; t asks the exchange"
    if row.rights is not None:
        told = "; ".join(f"{name} {each}" for name, each in report(row.rights))
    waits = " Another key waits for its test (t)." if row.new_at_ms else ""
    live = f" Trades nothing live: {row.live_refusal}." if row.live_refusal else ""
    allowed = " Withdrawal was allowed by hand." if row.is_withdrawal_allowed else ""
    return f"{row.account}: {told}.{waits}{allowed}{live}"
