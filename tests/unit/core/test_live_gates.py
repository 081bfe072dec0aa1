"""The gates of real money: each by itself, all at once, and what a start through them leaves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.checked import Checked
from lefi_tui.core.desk import Desk, Step, advance
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.key_rights import TEST_GOOD_MS, KeyRights, KeyState
from lefi_tui.core.live_gates import Asked, LiveFacts, ScriptTests, gates, refusal, shut
from lefi_tui.core.protection import DeadManState
from lefi_tui.core.risk.limits import Limits
from lefi_tui.engine import snapshot
from lefi_tui.engine.standing import Standing
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.picture import mode_of, picture
from tests.unit.core.desk_kit import PERPETUAL, SPOT, Told, of, quote
from tests.unit.core.test_desk_limits import changed, order, refused

NOW = 1_800_000_000_000
NS = 1_000_000
GOOD = KeyRights(
    is_valid=True, can_trade=True, can_withdraw=False, ip_restricted=True, clock_offset_ms=12
)
KEY = KeyState("main", "the vault", NOW - 9, NOW - 5, GOOD)
TESTS = ScriptTests("v1", passed=2)
FACTS = LiveFacts("", TESTS, KEY)
LIMITS = Limits(order_notional_max=Decimal(500), daily_loss_max=Decimal(50))
ARMED = DeadManState("kept", 90)
FINE = Asked("main", "main", "v1", LIMITS, (), FACTS, NOW, doubt="", dead_man=ARMED)


def test_where_all_is_well_every_gate_is_open_and_says_what_it_found() -> None:
    rows = gates(FINE)
    assert shut(rows) == ()
    assert refusal("b", "main", rows) == ""
    assert {each.name: each.found for each in rows} == {
        "live_trading": "true in config.toml",
        "key": "tested within a day, may trade",
        "clock": "+12 ms from ours",
        "reconciled": "the exchange shows what the desk believes",
        "dead-man's switch": "entries end 90 s after we fall silent; stops stand",
        "limits": "order_notional_max 500, daily_loss_max 50",
        "script's tests": "2 passed just now",
        "what the script needs": "the exchange offers it",
        "account's name": "main was typed back",
    }


def keyed(**changes: Any) -> dict[str, Any]:
    return {"facts": replace(FACTS, key=replace(KEY, rights=replace(GOOD, **changes)))}


def proved(**changes: Any) -> dict[str, Any]:
    return {"facts": replace(FACTS, tests=replace(TESTS, **changes))}


@pytest.mark.parametrize(
    ("changes", "name", "found"),
    [
        (
            {"facts": LiveFacts("2 settings are wrong", TESTS, KEY)},
            "live_trading",
            "2 settings",
        ),
        ({"facts": replace(FACTS, key=None)}, "key", "no key"),
        (keyed(can_withdraw=True), "key", "can withdraw"),
        (keyed(can_trade=False), "key", "may not trade"),
        (keyed(is_valid=False, refusal="-2015"), "key", "-2015"),
        ({"at_ms": NOW + TEST_GOOD_MS}, "key", "older than a day"),
        (keyed(clock_offset_ms=-1_500), "clock", "-1.5 s"),
        (keyed(clock_offset_ms=None), "clock", "not known"),
        ({"doubt": "order x has no answer yet"}, "reconciled", "order x"),
        ({"dead_man": None}, "dead-man's switch", "not said yet"),
        ({"dead_man": DeadManState("off")}, "dead-man's switch", "dead_man_s = 0"),
        ({"dead_man": DeadManState("failed", 90, "-1")}, "dead-man's switch", "-1"),
        ({"limits": Limits(daily_loss_max=Decimal(9))}, "limits", "order_notional_max"),
        ({"limits": Limits(order_notional_max=Decimal(9))}, "limits", "daily_loss_max"),
        ({"facts": replace(FACTS, tests=None)}, "script's tests", "did not run"),
        ({"version": "v2"}, "script's tests", "did not run"),
        (proved(passed=0), "script's tests", "it has none"),
        (proved(failed=("a", "b")), "script's tests", '2 of 4 failed: "a", "b"'),
        (proved(refusal="they had not ended"), "script's tests", "not ended"),
        ({"lacking": ("line 3, X: trailing stop (no)",)}, "what the script needs", "line 3"),
        ({"typed": ""}, "account's name", "not typed back"),
        ({"typed": "Main"}, "account's name", "another name"),
    ],
)
def test_each_gate_is_shut_by_what_is_wrong_or_unsaid_and_says_what_to_do(
    changes: dict[str, Any], name: str, found: str
) -> None:
    rows = gates(replace(FINE, **changes))
    closed = shut(rows)
    assert name in [each.name for each in closed]
    first = next(each for each in closed if each.name == name)
    assert found in first.found
    assert first.next
    assert rows[: len(closed)] == closed, "those that are shut come first"
    assert f"{name}: {first.found}" in refusal("b", "main", rows)


def test_a_withdrawal_that_a_person_allowed_is_told_and_is_no_hindrance() -> None:
    key = replace(KEY, rights=replace(GOOD, can_withdraw=True), is_withdrawal_allowed=True)
    rows = {each.name: each for each in gates(replace(FINE, facts=replace(FACTS, key=key)))}
    assert rows["key"].is_open
    assert "withdrawal allowed by hand" in rows["key"].found


def test_what_others_have_there_is_shown_and_is_no_hindrance() -> None:
    rows = {each.name: each for each in gates(replace(FINE, others=("1 of ETH/USDT",)))}
    assert rows["reconciled"].is_open
    assert "not ours: 1 of ETH/USDT" in rows["reconciled"].found


# ---- on the desk


def desk_on(venue: str = "binanceusdm", mode: str = "live") -> Desk:
    desk = Desk(kinds={"told": Told()})
    desk, _ = advance(desk, _opening(mode, venue))
    desk, _ = advance(desk, m.ListInstruments("main", (SPOT, PERPETUAL)))
    limits = {"order_notional_max": "5000", "daily_loss_max": "50"}
    return replace(
        changed(desk, **limits), checked={"main": Checked(at_ns=1)}, dead_men={"main": ARMED}
    )


def _opening(mode: str, venue: str) -> m.OpenAccount:
    fee = Decimal("0.0005")
    cash = Decimal(10_000)
    return m.OpenAccount("main", "USDT", cash, mode, venue, m.Sizing.AT_DECISION, fee, fee)


def begun(desk: Desk, plan: str = "buy", **more: Any) -> tuple[Desk, Step]:
    facts = replace(FACTS, tests=replace(TESTS, version=version_of(plan)))
    given = {"typed": "main", "facts": facts, "at_ns": NOW * NS, **more}
    return advance(desk, m.StartBot("b", "told", "main", plan, **given))


def test_a_start_with_real_money_leaves_who_what_was_typed_and_every_gate_in_the_journal() -> None:
    _, step = begun(desk_on(), by="anna")
    (event,) = of(m.BotStarted, step)
    assert (event.by, event.typed, event.mode) == ("anna", "main", "live")
    assert [each.is_open for each in event.gates] == [True] * 9


def test_a_start_that_says_nothing_of_itself_is_refused_with_every_row() -> None:
    desk, step = begun(desk_on(), facts=None, typed="")
    (event,) = of(m.BotRefused, step)
    assert not desk.bots
    names = [each.name for each in event.gates if not each.is_open]
    assert names == ["live_trading", "key", "clock", "script's tests", "account's name"]
    assert all(each in event.text for each in names)


@pytest.mark.parametrize(
    ("venue", "mode", "shown"),
    [
        ("binanceusdm sandbox", "live", Mode.SANDBOX),
        ("binanceusdm", "dry_run", Mode.DRY),
        ("demo market", "dry_run", Mode.DEMO),
    ],
)
def test_made_up_money_asks_for_no_gate_and_is_never_called_live(
    venue: str, mode: str, shown: Mode
) -> None:
    desk, step = begun(desk_on(venue, mode), facts=None, typed="")
    assert of(m.BotStarted, step)[0].gates == ()
    assert mode_of(desk.accounts["main"]) is shown


def test_the_frame_says_live_for_real_money_alone() -> None:
    assert picture(ScreenState(), desk_on(), NOW * NS).banner.mode is Mode.LIVE


def test_an_exchange_that_is_not_compared_since_the_start_keeps_the_gate_shut() -> None:
    desk = replace(desk_on(), checked={"main": Checked()})
    _, step = begun(desk)
    assert "reconciled: the exchange has not shown" in of(m.BotRefused, step)[0].text
    seen = replace(desk, checked={"main": Checked(at_ns=1)}, dead_men={"main": ARMED})
    assert of(m.BotStarted, begun(seen)[1])


# ---- a key that may not trade


def rejected(desk: Desk, code: str = "AuthenticationError") -> tuple[Desk, Step]:
    desk, step = advance(desk, quote())
    (sent,) = of(m.OrderSubmitted, step)
    return advance(desk, m.VenueRejected(sent.order.id, 9, code, "-2015 no right", heard_ns=9))


def test_a_key_that_the_exchange_refuses_for_an_order_sends_no_other_entry() -> None:
    desk, step = rejected(begun(desk_on())[0])
    (event,) = of(m.KeySeen, step)
    assert "-2015 no right" in event.refusal
    assert refused(desk, order()) == ["TRADING_REDUCING"]
    reducing = replace(order(), terms=replace(order().terms, is_reduce_only=True))
    assert "TRADING_REDUCING" not in refused(desk, reducing)
    other = m.StartBot("c", "told", "main", "limit", at_ns=NOW * NS)
    assert "lefi keys test main" in of(m.BotRefused, advance(desk, other)[1])[0].text
    _, again = advance(desk, m.VenueRejected("other", 9, "AuthenticationError", "", heard_ns=9))
    assert of(m.KeySeen, again) == []


def test_an_order_refused_for_its_size_says_nothing_of_the_key() -> None:
    _, step = rejected(begun(desk_on())[0], "InvalidOrder")
    assert of(m.KeySeen, step) == []


def test_only_a_test_of_the_key_lifts_it() -> None:
    desk, _ = rejected(begun(desk_on())[0])
    _, step = advance(desk, m.Resume("I know better", 10, "anna", account="main"))
    assert "lefi keys test main" in of(m.CommandRefused, step)[0].text
    desk, _ = advance(desk, m.KeyChecked("main", NOW * NS, KEY))
    assert refused(desk, order()) == []


@pytest.mark.parametrize(
    ("venue", "words"), [("binanceusdm", "can withdraw"), ("binanceusdm sandbox", "")]
)
def test_a_daily_test_that_finds_a_withdrawal_right_holds_back_real_money_alone(
    venue: str, words: str
) -> None:
    desk, _ = advance(begun(desk_on(venue))[0], quote())
    state = replace(KEY, rights=replace(GOOD, can_withdraw=True))
    desk, step = advance(desk, m.KeyChecked("main", NOW * NS, state))
    (event,) = of(m.KeySeen, step)
    assert words in event.refusal
    assert bool(event.refusal) is bool(words)
    assert refused(desk, order()) == (["TRADING_REDUCING"] if words else [])
    assert of(m.KeySeen, advance(desk, m.KeyChecked("nobody", 1, state))[1]) == []


def test_a_refused_key_outlives_a_restart() -> None:
    desk, _ = rejected(begun(desk_on())[0])
    again = snapshot.load(snapshot.save(Standing(desk)), desk.kinds).desk
    assert again.state_of("main").cause == desk.state_of("main").cause != ""
