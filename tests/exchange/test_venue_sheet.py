"""What the exchange of an account offers, and which of it Lefi does: known without a request."""

from __future__ import annotations

from pathlib import Path

import pytest

from lefi_tui.adapters.exchange_offers import live_sheet, paper_sheet
from lefi_tui.core.offers import TITLES, Offers
from lefi_tui.errors import UsageError
from lefi_tui.settings import Settings, load
from lefi_tui.views.offers_view import rows
from lefi_tui.wiring.offers import venue_sheet

CONFIG = """live_trading = true
[accounts.usdm]
exchange = "binanceusdm"
mode = "live"
[accounts.made-up]
exchange = "paper"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config.toml").write_text(CONFIG)
    return load({"LEFI_HOME": str(tmp_path)}).settings


def told(sheet: Offers) -> dict[str, tuple[str, str]]:
    return {title: (has, used) for title, has, used in rows(sheet)}


def test_a_sheet_names_what_there_is_and_what_of_it_is_really_done(settings: Settings) -> None:
    usdm = told(venue_sheet(settings, "usdm"))
    assert list(usdm) == list(TITLES.values())
    assert usdm["stop loss"] == ("yes", "held at the exchange, one for the whole position")
    assert usdm["spot markets"] == ("no", "(the exchange does not offer it)")
    assert usdm["dead-man switch"] == ("yes", "armed while entries rest there")
    assert usdm["post only"] == ("yes", "sent as asked")
    assert usdm["several orders in one request"] == (
        "yes",
        "orders of one moment go together, up to 5",
    )


def test_exits_of_spot_are_kept_by_us_and_paper_makes_its_own() -> None:
    said = {"stop_loss": True, "trail": True, "perpetual": True}
    spot = told(live_sheet("binance", said))
    assert spot["stop loss"] == ("yes", "kept by this program, while it runs")
    assert spot["perpetual markets"] == ("yes", "(not traded by this account)")
    paper = told(paper_sheet("okx", said))
    assert paper["trailing stop"] == ("yes", "made here, by the paper venue")


@pytest.mark.parametrize(("name", "step"), [("usdn", "usdm"), ("made-up", "usdm")])
def test_an_account_that_is_none_or_on_no_exchange_is_told(
    name: str, step: str, settings: Settings
) -> None:
    with pytest.raises(UsageError) as refused:
        venue_sheet(settings, name)
    assert step in str(refused.value.next_step)
