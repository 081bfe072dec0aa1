"""What an exchange says of a key, and why it may not trade live: pure, so every gate says the same.

The rule it keeps: what nobody has said is `None`, never a yes.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.record import Record

TEST_GOOD_MS: Final = 24 * 3_600_000  # a right may be given to a key after it was tested
CLOCK_OFF_MS: Final = 1_000  # from here on exchanges refuse orders that are stamped ahead of them


class KeyRights(Record):
    """The answer of one test. `refusal` is the exchange's no, or why nobody answered."""

    is_valid: bool | None = None
    can_trade: bool | None = None
    can_withdraw: bool | None = None
    ip_restricted: bool | None = None
    clock_offset_ms: int | None = None  # the exchange's clock before ours
    refusal: str = ""


class KeyState(Record):
    """What is known of an account's key, without the key."""

    account: str
    store: str = ""  # what keeps it
    set_at_ms: int = 0
    tested_at_ms: int = 0
    rights: KeyRights | None = None
    is_withdrawal_allowed: bool = False  # a person typed the account's name
    new_at_ms: int = 0  # another was set over it, and waits for its test


def live_refusal(state: KeyState | None, now_ms: int) -> str:
    """Why an account with this key trades nothing live; empty when it may."""
    return key_refusal(state, now_ms) or clock_refusal(state)


def key_refusal(state: KeyState | None, now_ms: int) -> str:
    """What is wrong with the key itself; empty when nothing is."""
    if state is None or not state.set_at_ms:
        return "the account has no key"
    rights = state.rights
    if rights is None:
        return "its key was never tested"
    if not rights.is_valid:
        return f"its key is not valid: {rights.refusal or 'the exchange has not said so'}"
    if now_ms - state.tested_at_ms > TEST_GOOD_MS:
        return "the test of its key is older than a day"
    return _right_refused(state, rights)


def _right_refused(state: KeyState, rights: KeyRights) -> str:
    if rights.can_trade is False:
        return "its key may not trade"
    if rights.can_withdraw is not False and not state.is_withdrawal_allowed:
        known = "can withdraw" if rights.can_withdraw else "may be able to withdraw: it is not said"
        return f"its key {known}"
    return ""


def clock_refusal(state: KeyState | None) -> str:
    """By the test of the key: an offset that nobody measured refuses nothing here."""
    offset_ms = None if state is None or state.rights is None else state.rights.clock_offset_ms
    if offset_ms is not None and abs(offset_ms) > CLOCK_OFF_MS:
        return f"our clock is {offset_ms / 1_000:+.1f} s from the exchange's"
    return ""


def use_refusal(state: KeyState) -> str:
    """Why nothing at all can be done with it, made-up money or not; empty when it may work."""
    rights = state.rights
    if rights is None or (rights.is_valid is not False and rights.can_trade is not False):
        return ""
    return "its key may not trade" if rights.is_valid else f"its key is not valid: {rights.refusal}"
