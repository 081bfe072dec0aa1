"""Why a key trades nothing live, and what a person reads of it: nothing unknown becomes a yes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from lefi_tui.core.key_rights import TEST_GOOD_MS, KeyRights, KeyState, live_refusal
from lefi_tui.views.keys_view import keys_view, summary, verdict
from widgets.exchange_keys import KeyList
from widgets.ink import TRUE_COLOR
from widgets.lines import Frame

NOW = 1_800_000_000_000
GOOD = KeyRights(
    is_valid=True, can_trade=True, can_withdraw=False, ip_restricted=True, clock_offset_ms=12
)
STATE = KeyState("main", "the vault", NOW - 5, NOW - 2, GOOD)


def refused(**changes: object) -> str:
    return live_refusal(replace(STATE, rights=replace(GOOD, **changes)), NOW)


def test_a_key_that_was_tested_and_may_only_trade_trades_live() -> None:
    assert live_refusal(STATE, NOW) == ""
    assert refused(ip_restricted=None, clock_offset_ms=None) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_valid": False, "refusal": "-2015"}, "not valid: -2015"),
        ({"is_valid": None}, "the exchange has not said so"),
        ({"can_trade": False}, "may not trade"),
        ({"can_withdraw": True}, "can withdraw"),
        ({"can_withdraw": None}, "may be able to withdraw: it is not said"),
        ({"clock_offset_ms": -1_001}, "-1.0 s from the exchange's"),
    ],
)
def test_each_right_that_is_wrong_or_unknown_keeps_it_from_trading_live(
    changes: dict[str, object], words: str
) -> None:
    assert words in refused(**changes)


def test_without_a_key_or_a_test_of_today_nothing_trades_live() -> None:
    assert live_refusal(None, NOW) == "the account has no key"
    assert live_refusal(replace(STATE, set_at_ms=0), NOW) == "the account has no key"
    assert live_refusal(replace(STATE, rights=None), NOW) == "its key was never tested"
    assert live_refusal(STATE, NOW - 2 + TEST_GOOD_MS) == ""
    assert "older than a day" in live_refusal(STATE, NOW - 1 + TEST_GOOD_MS)


def test_a_withdrawal_that_a_person_allowed_counts_for_that_right_alone() -> None:
    allowed = replace(STATE, is_withdrawal_allowed=True)
    assert live_refusal(replace(allowed, rights=replace(GOOD, can_withdraw=True)), NOW) == ""
    both = replace(GOOD, can_withdraw=True, can_trade=False)
    assert live_refusal(replace(allowed, rights=both), NOW) == "its key may not trade"


def test_each_account_is_told_with_all_that_its_test_said() -> None:
    accounts = {"main": ("binanceusdm", "live"), "bare": ("okx", "paper")}
    states = {"main": replace(STATE, new_at_ms=NOW), "old": replace(STATE, account="old")}
    view = keys_view(accounts, states, ("the vault", "open", ""), NOW)
    main, bare, old = view.rows
    assert summary(main) == (
        "main: valid yes; may trade yes; may withdraw no; bound to IPs yes; clock +12 ms from "
        "ours, fine. Another key waits for its test (t)."
    )
    assert summary(bare).startswith("bare has no key.")
    assert (old.exchange, old.live_refusal) == ("", "")
    far = replace(main, rights=replace(GOOD, clock_offset_ms=9_000, ip_restricted=None))
    assert "too far" in summary(far)
    assert "bound to IPs not known" in summary(far)


@pytest.mark.parametrize("width", [38, 78, 118])
def test_a_row_says_in_any_width_what_the_test_said(width: int) -> None:
    view = keys_view({"main": ("okx", "live")}, {"main": STATE}, ("x", "open", ""), NOW)
    assert "valid" in KeyList(TRUE_COLOR, id="k").draw(view, Frame(width, 3)).text
    none = keys_view({}, {}, ("x", "open", ""), NOW)
    assert "no account of config" in KeyList(TRUE_COLOR, id="k").draw(none, Frame(width, 3)).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "valid"),
        ({"can_withdraw": True}, "CAN WITHDRAW"),
        ({"can_trade": False}, "may not trade"),
        ({"can_trade": None, "can_withdraw": None}, "valid, rights not known"),
        ({"is_valid": False}, "refused"),
        ({"is_valid": None}, "no answer"),
    ],
)
def test_the_worst_of_a_test_stands_in_the_list(changes: dict[str, object], words: str) -> None:
    assert verdict(replace(GOOD, **changes)) == words
