"""What a script asks of its market, and what a venue does not offer of it, before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from bots.automated import Automated
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.offers import Offer, Offers, Want, lacking
from lefi_tui.lang.program import check
from lefi_tui.lang.wants import wants_of
from tests.unit.core.desk_kit import PERPETUAL, SPOT, of

SCRIPT = """script "Wants"
setting lever = 3 in 1..125
on PriceUpdate("BTC/USDT:USDT") {
    Buy("BTC/USDT:USDT", 10%, at = 100, post_only = true, leverage = lever, trail = 2%)
    Buy("BTC/USDT", 10%, tif = "IOC", at = 100, post_only = false, stop_loss = 1%)
    if Position("BTC/USDT:USDT") > 0 { Sell("BTC/USDT:USDT", 50%, reduce_only = true) }
}
"""


def wanted(source: str = SCRIPT, **settings: str) -> list[tuple[int, str, str, float]]:
    program = check(source, settings=settings).program
    assert program is not None
    return [(each.line, each.symbol[8:], each.what, each.most) for each in wants_of(program)]


def test_a_script_says_by_line_what_its_orders_need() -> None:
    assert wanted() == [
        (4, ":USDT", "post_only", 0.0),
        (4, ":USDT", "leverage", 3.0),
        (4, ":USDT", "trail", 0.0),
        (5, "", "IOC", 0.0),
        (5, "", "stop_loss", 0.0),
        (6, ":USDT", "reduce_only", 0.0),
    ]
    assert (4, ":USDT", "leverage", 20.0) in wanted(lever="20")


MARKETS = {SPOT.symbol: SPOT, PERPETUAL.symbol: PERPETUAL}
SHEET = Offers(
    "somewhere",
    (
        Offer("trail", has=True, why_not="not kept at an exchange yet"),
        Offer("stop_loss", has=True, used="held at the exchange"),
        Offer("FOK", has=False),
        Offer("IOC", has=True),
    ),
)


@pytest.mark.parametrize(
    ("want", "words"),
    [
        (
            Want(SPOT.symbol, "leverage", 3, 2.0),
            "line 3, BTC/USDT: leverage (a spot market has none)",
        ),
        (Want(SPOT.symbol, "leverage", 3, 1.0), ""),
        (Want(PERPETUAL.symbol, "leverage", 3, 125.0), "leverage 125 (100 at most)"),
        (Want(PERPETUAL.symbol, "leverage", 3, float("inf")), ""),
        (Want(PERPETUAL.symbol, "trail", 7), "trailing stop (not kept at an exchange yet)"),
        (Want(PERPETUAL.symbol, "stop_loss", 7), ""),
        (Want(PERPETUAL.symbol, "FOK", 7), "fill or kill (it does not offer it)"),
        (Want(PERPETUAL.symbol, "IOC", 7), "immediate or cancel (Lefi does not use it there yet)"),
        (Want(PERPETUAL.symbol, "post_only", 7), ""),
    ],
)
def test_what_a_venue_lacks_is_told_with_the_line_that_needs_it(want: Want, words: str) -> None:
    found = "".join(lacking((want, want), SHEET, MARKETS))
    assert words in found
    assert bool(found) is bool(words)


def desk() -> Desk:
    fee = Decimal("0.0005")
    opening = m.OpenAccount(
        "main", "USDT", Decimal(1_000), "dry_run", "somewhere", m.Sizing.AT_DECISION, fee, fee
    )
    desk, _ = advance(Desk(kinds={"automated": Automated()}), opening)
    return advance(desk, m.ListInstruments("main", (SPOT, PERPETUAL)))[0]


def begun(desk: Desk, settings: Mapping[str, str]) -> str:
    told = m.StartBot("b", "automated", "main", SCRIPT, tuple(settings.items()), at_ns=9)
    refusals = of(m.BotRefused, advance(desk, told)[1])
    return refusals[0].text if refusals else ""


def test_a_bot_that_needs_what_is_not_there_does_not_start_on_paper_either() -> None:
    assert begun(desk(), {}) == ""
    text = begun(desk(), {"lever": "125"})
    assert "line 4, BTC/USDT:USDT: leverage 125 (100 at most)" in text
    assert "`lefi venue main` shows what there is" in text
    with_sheet, step = advance(desk(), m.ListOffers("main", SHEET))
    assert of(m.OffersListed, step)
    assert of(m.OffersListed, advance(with_sheet, m.ListOffers("main", SHEET))[1]) == []
    assert "line 4, BTC/USDT:USDT: trailing stop" in begun(with_sheet, {})


def test_settings_of_a_bot_that_runs_are_held_to_it_too() -> None:
    running, _ = advance(desk(), m.StartBot("b", "automated", "main", SCRIPT, at_ns=9))
    change = m.ChangeSettings("b", (("lever", "125"),), at_ns=10)
    assert "leverage 125" in of(m.CommandRefused, advance(running, change)[1])[0].text
