"""The limits and the thermostat as a person sees them: what counts, who says it, how it stands."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from lefi_tui.cli.limits import lines
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.risk.limits import ABOUT
from lefi_tui.core.risk.release import Release
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.limits_picture import limits_view
from lefi_tui.views.limits_view import Heat, HeatReason, LimitsView
from tests.unit.core.desk_kit import bought
from tests.unit.core.test_desk_limits import changed
from widgets.ink import ASCII
from widgets.limits import layout, thermostat, wants
from widgets.lines import Frame

D = Decimal
NOW_NS = 2_000_000_000
SMALL = Frame(78, 10)


def view(desk: Desk, place: str = "desk") -> LimitsView:
    return limits_view(desk, ScreenState(), NOW_NS, place)


def limited() -> Desk:
    desk = changed(bought()[0], "settings", order_notional_max="500")
    desk = changed(desk, "account/main", order_notional_max="300", daily_loss_max="50")
    return changed(desk, "bot/b", leverage_max="2")


def test_each_place_shows_what_it_says_and_what_counts_there() -> None:
    shown = view(limited(), "bot/b")
    assert shown.places == ("settings", "desk", "account/main", "bot/b")
    assert (shown.version, shown.by) == (1, "anna")
    rows = {each.name: each for each in shown.rows}
    assert len(rows) == len(ABOUT)
    notional, own = rows["order_notional_max"], rows["leverage_max"]
    assert (notional.own, notional.strictest, notional.said_by) == ("", "300", "account/main")
    assert (own.own, own.strictest, own.said_by) == ("2", "2", "bot/b")
    assert [each.name for each in shown.rows[:3]] == [
        *("order_notional_max", "daily_loss_max", "leverage_max"),
    ]
    desk_rows = {each.name: each for each in view(limited()).rows}
    assert desk_rows["order_notional_max"].strictest == "500"
    assert view(limited(), "nowhere").place == "desk"


def test_an_account_shows_how_it_stands_and_says_where_it_can_not_be_valued() -> None:
    row = next(e for e in view(limited(), "account/main").rows if e.name == "daily_loss_max")
    assert (row.now, row.is_ok) == ("not known", False)  # no price was seen by this screen
    assert "not known" in layout(view(limited(), "account/main"), SMALL).text


def test_the_command_line_tells_what_is_set_or_all_there_is() -> None:
    desk, _ = advance(limited(), m.ChangeLimits("desk", (("overlay", "yes"),)))
    told = lines(view(desk, "bot/b"), is_all=False)
    assert told[0] == "Limits of bot/b, version 1 by anna"
    assert any("300 (account/main)" in each for each in told)
    assert any(each.startswith("Thermostat of main: ×0 no new entries") for each in told)
    assert len(lines(view(desk), is_all=True)) > 2 * len(ABOUT)


def test_the_calendar_of_the_next_day_is_shown() -> None:
    desk, _ = advance(
        limited(), m.SetCalendar((Release(3_600_000, "CPI"), Release(10**9, "later")))
    )
    assert [each.name for each in view(desk).releases] == ["CPI"]


# ---- the thermostat

WARM = Heat(
    "demo",
    is_on=True,
    stage="reduced",
    factor=D("0.5"),
    reasons=(
        HeatReason("3.4 % below the month's highest", D("0.5")),
        HeatReason("ATR of ETH/USDT is 2.7 times its median", D("0.4"), "ETH/USDT"),
    ),
)


def test_the_thermostat_shows_how_much_smaller_entries_are_and_the_strongest_reason_first() -> None:
    rows = [row.text.rstrip() for row in thermostat((WARM,), replace(SMALL, height=4))]
    assert rows == [
        " demo █████░░░░░ reduced, entries ×0.5",
        "   ×0.4  ATR of ETH/USDT is 2.7 times its median",
        "   ×0.5  3.4 % below the month's highest",
        "",
    ]
    assert wants((WARM,)) == 3


def test_a_cold_thermostat_and_one_that_is_off_say_so_and_what_has_no_room_is_counted() -> None:
    cold = Heat("main", is_on=True, stage="flatten only", factor=D(0))
    off = Heat("paper", is_on=False, stage="normal", factor=D(1))
    plain = replace(SMALL, height=2, glyphs=ASCII)
    rows = [row.text.rstrip() for row in thermostat((cold, off), plain)]
    assert rows[0] == " main .......... flatten only, entries ×0"
    assert rows[1].startswith(" paper thermostat off")
    assert [row.text.rstrip() for row in thermostat((WARM, off), plain)][1] == " and 3 more"


def test_a_list_before_the_first_answer_waits() -> None:
    assert "waits" in layout(None, SMALL).text
