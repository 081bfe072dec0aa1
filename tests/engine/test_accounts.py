"""Which account of config.toml is opened: real money where it is let, and under its own name."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk, advance
from lefi_tui.settings import Settings, load
from lefi_tui.wiring.accounts import Accounts, OnlyWords, open_accounts

MODES = {"paper": ("dry_run", "okx"), "sandbox": ("live", "okx sandbox"), "live": ("live", "okx")}


def settings(folder: Path, mode: str, top: str = "live_trading = true") -> Settings:
    text = f'{top}\n[accounts.main]\nexchange = "okx"\nmode = "{mode}"\n'
    (folder / "config.toml").write_text(text)
    return load({"LEFI_HOME": str(folder)}).settings


def known(mode: str) -> Desk:
    """A desk whose journal opened the account in this mode."""
    fee, (run_mode, venue) = Decimal(0), MODES[mode]
    terms = (run_mode, venue, m.Sizing.AT_DECISION, fee, fee)
    return advance(Desk(), m.OpenAccount("main", "USDT", Decimal(9), *terms))[0]


def told(accounts: Accounts) -> str:
    """Why the account is not opened; empty where it is."""
    feed, heard = accounts.feeds["main"], list[m.MarketInput]()
    if not isinstance(feed, OnlyWords):
        assert "main" in accounts.venues
        return ""
    assert not {"main"} & {*accounts.venues, *accounts.shared}, "what is not opened is sent nothing"
    feed.listen(heard.append)
    run = feed.run()
    with pytest.raises(StopIteration):
        run.send(None)
    (words,) = heard
    assert isinstance(words, m.FeedStated)
    return f"{words.what}: {words.why}"


@pytest.mark.parametrize("before", MODES)
@pytest.mark.parametrize("now", MODES)
def test_an_account_whose_money_changed_its_kind_is_not_opened_under_the_same_name(
    before: str, now: str, tmp_path: Path
) -> None:
    accounts = open_accounts(settings(tmp_path, now), VirtualClock(), ["main"])
    assert told(accounts) == ""
    accounts.restore(known(before))
    words = told(accounts)
    assert words.startswith("is another account now") is (before != now)
    assert bool(words) is (before != now)


def test_real_money_is_not_opened_while_a_line_of_the_settings_is_wrong(tmp_path: Path) -> None:
    wrong = settings(tmp_path, "live", "live_trading = true\ntape_days = 0")
    words = told(open_accounts(wrong, VirtualClock(), ["main"]))
    assert "live trading is shut: 1 setting(s) can't be used" in words
    paper = settings(tmp_path, "paper", "live_trading = true\ntape_days = 0")
    assert told(open_accounts(paper, VirtualClock(), ["main"])) == ""
