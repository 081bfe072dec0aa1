"""Settings: what is right counts, what is wrong is named in four parts, and the rest goes on."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.errors import render
from lefi_tui.settings import KINDS, Loaded, load


def loaded(home: Path, text: str, **environment: str) -> Loaded:
    (home / "config.toml").write_text(text)
    return load({"LEFI_HOME": str(home), **environment})


def test_without_a_file_everything_is_at_its_default(tmp_path: Path) -> None:
    found = load({"LEFI_HOME": str(tmp_path)})
    assert found.problems == ()
    assert found.settings.tape_days == 30
    assert found.settings.limits.order_notional_max is None
    assert set(found.settings.origins.values()) == {"default"}
    assert found.settings.config_dir == found.settings.data_dir == tmp_path


def test_without_lefi_home_the_users_own_directories_are_used() -> None:
    settings = load({}).settings
    assert settings.config_dir != settings.data_dir
    assert settings.config_dir.name == settings.data_dir.name == "lefi"


def test_values_come_from_the_file_and_say_so(tmp_path: Path) -> None:
    text = 'tape_days = 7\n[limits]\norder_notional_max = "2500.5"\norders_per_minute_max = 30\n'
    found = loaded(tmp_path, text)
    assert found.problems == ()
    assert found.settings.tape_days == 7
    assert found.settings.limits.order_notional_max == Decimal("2500.5")
    assert found.settings.limits.orders_per_minute_max == 30
    assert found.settings.origins["tape_days"] == str(tmp_path / "config.toml")
    assert found.settings.origins["demo.seed"] == "default"


def test_money_written_as_a_number_keeps_its_digits(tmp_path: Path) -> None:
    found = loaded(tmp_path, "[limits]\norder_notional_max = 0.1\n[demo]\ncash = 5000\n")
    assert found.problems == ()
    assert found.settings.limits.order_notional_max == Decimal("0.1")
    assert found.settings.demo.cash == Decimal(5000)


def test_the_environment_wins_and_says_so(tmp_path: Path) -> None:
    found = loaded(tmp_path, "tape_days = 7\n", LEFI_TAPE_DAYS="3", LEFI_DEMO_SEED="9")
    assert found.settings.tape_days == 3
    assert found.settings.demo.seed == 9
    assert found.settings.origins["tape_days"] == "environment LEFI_TAPE_DAYS"


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ('tape_days = "7"', "tape_days", "integer"),
        ("tape_days = 0", "tape_days", "greater than or equal to 1"),
        ("live_trading = 1", "live_trading", "boolean"),
        ("[limits]\norder_notional_max = -5", "limits.order_notional_max", "greater than 0"),
        ("[limits]\norder_notional_max = nan", "limits.order_notional_max", "finite"),
        ("[limits]\norder_notional_max = true", "limits.order_notional_max", "decimal"),
    ],
)
def test_a_wrong_value_is_named_and_the_rest_counts(
    text: str, name: str, why: str, tmp_path: Path
) -> None:
    found = loaded(tmp_path, f"{text}\n[demo]\nseed = 5\n")
    (problem,) = found.problems
    assert problem.where == f"{tmp_path / 'config.toml'}: {name}"
    assert why in problem.why
    assert "default is in force" in problem.why
    assert found.settings.origins[name] == "default"
    assert found.settings.demo.seed == 5


def test_a_wrong_value_in_the_environment_is_named(tmp_path: Path) -> None:
    found = loaded(tmp_path, "", LEFI_TAPE_DAYS="many")
    (problem,) = found.problems
    assert problem.where == "environment LEFI_TAPE_DAYS"
    assert found.settings.tape_days == 30


def test_an_unknown_name_gets_the_nearest_one(tmp_path: Path) -> None:
    found = loaded(tmp_path, "tape_day = 7\n[limits]\norder_notional = 5\n")
    told = [render(problem) for problem in found.problems]
    assert "Did you mean `tape_days`?" in told[0]
    assert "Did you mean `limits.order_notional_max`?" in told[1]
    assert found.settings.tape_days == 30


def test_a_half_written_file_leaves_a_usable_program(tmp_path: Path) -> None:
    found = loaded(tmp_path, 'tape_days = 7\n[limits\norder_notional_max = "1')
    (problem,) = found.problems
    assert "line 2" in problem.why
    assert "defaults" in problem.why
    assert found.settings.tape_days == 30


def test_a_file_that_is_no_text_leaves_a_usable_program(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00tape_days")
    found = load({"LEFI_HOME": str(tmp_path)})
    assert len(found.problems) == 1


def test_accounts_are_read_as_the_manual_says(tmp_path: Path) -> None:
    text = """
    [accounts.main]
    exchange = "binanceusdm"
    mode = "sandbox"
    ccxt = { options = { defaultType = "swap" }, urls = { }, timeout = 5000 }
    [accounts.paper]
    """
    found = loaded(tmp_path, text)
    assert found.problems == ()
    main = found.settings.accounts["main"]
    assert (main.exchange, main.mode) == ("binanceusdm", "sandbox")
    assert main.ccxt.options == {"defaultType": "swap"}
    assert main.ccxt.others == {"timeout": 5000}
    assert found.settings.accounts["paper"].exchange == "paper"


def test_a_live_account_also_needs_live_trading(tmp_path: Path) -> None:
    account = '[accounts.main]\nexchange = "kraken"\nmode = "live"\n'
    refused = loaded(tmp_path, account)
    assert refused.settings.accounts == {}
    assert "live_trading" in render(refused.problems[0])

    allowed = loaded(tmp_path, f"live_trading = true\n{account}")
    assert allowed.settings.accounts["main"].mode == "live"
    assert allowed.live_is_shut_because == ""
    assert allowed.complaint == ""


def test_one_wrong_line_keeps_live_trading_shut(tmp_path: Path) -> None:
    found = loaded(tmp_path, "live_trading = true\ntape_days = 0\n")
    assert "greater than or equal to 1" in found.live_is_shut_because
    assert "`lefi doctor`" in found.complaint
    assert len(found.complaint) <= 76, "one line of a screen of 80 columns"


def test_live_trading_is_shut_unless_said(tmp_path: Path) -> None:
    assert "live_trading" in loaded(tmp_path, "").live_is_shut_because


@pytest.mark.parametrize("line", ['api_key = "PLANTED-9c2"', 'ccxt = { secret = "PLANTED-9c2" }'])
def test_a_key_in_the_file_is_refused_and_never_repeated(line: str, tmp_path: Path) -> None:
    found = loaded(tmp_path, f'[accounts.main]\nexchange = "kraken"\n{line}\n')
    (problem,) = found.problems
    assert "lefi keys set main" in problem.next_step
    assert "PLANTED" not in render(problem) + repr(found)


def test_a_key_typed_into_a_wrong_line_is_not_repeated(tmp_path: Path) -> None:
    text = 'tape_days = "PLANTED-9c2"\n[accounts.main]\nmode = "PLANTED-9c2"\n'
    found = loaded(tmp_path, text)
    assert len(found.problems) == 2
    assert "PLANTED" not in "".join(map(render, found.problems))


def test_every_setting_can_be_said_in_the_environment() -> None:
    """The environment's names are made from the table, so none is forgotten or doubled."""
    names = [name.upper().replace(".", "_") for name in KINDS]
    assert len(set(names)) == len(names)
    assert {"live_trading", "tape_days", "limits.order_notional_max", "demo.seed"} <= set(KINDS)
