"""What stands behind simulated numbers: chance, doubt, assumptions, told with the result."""

from __future__ import annotations

import json
import math
import random
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.variant_files import Variants
from lefi_tui.cli import main
from lefi_tui.core.metrics import Trade, max_drawdown
from lefi_tui.requests import BacktestRequest, Costs, MarketFile
from lefi_tui.simulate.event_way import backtest
from lefi_tui.simulate.honest import GROUPS_MAX, honest, variant_of
from lefi_tui.views import honest_words
from lefi_tui.views.honest_view import HonestView
from tests.simulate.test_event_way import SOURCE, asked, candles

CASH = 10_000.0


def view_of(tmp_path: Path, profits: list[float], both: tuple[int, ...] = ()) -> HonestView:
    """Of a run whose trades made these profits."""
    request = asked(tmp_path)
    trades = tuple(Trade("A/B", "long", 1, 0, 100, 1, 100, 0, each, "close") for each in profits)
    result = replace(backtest(request), trades=trades, both=both, equity=(CASH, CASH))
    return honest(result, request)


def closed(profits: list[float]) -> list[float]:
    """The account after each trade."""
    out = [CASH]
    for each in profits:
        out.append(out[-1] + each)
    return out


def test_trades_that_all_win_the_same_share_are_no_chance_and_a_loss_is_all_chance(
    tmp_path: Path,
) -> None:
    wins = [CASH * 1.01**number * 0.01 for number in range(40)]
    losses = [-each for each in wins[::-1]]
    assert view_of(tmp_path, wins).p_value == 1 / 1_001
    assert view_of(tmp_path, losses).p_value == 1


@pytest.mark.parametrize("mean", [0.0, 8.0, 20.0])
def test_p_of_the_mean_trade_is_that_of_drawing_again_with_another_chance(
    tmp_path: Path, mean: float
) -> None:
    chance = random.Random(3)
    profits = [chance.gauss(mean, 50) for _ in range(60)]
    growths = [math.log(b / a) for a, b in zip(closed(profits), closed(profits)[1:], strict=False)]
    own, draws = sum(growths), 4_000
    drawn = sorted(sum(chance.choices(growths, k=60)) for _ in range(draws))
    expected = sum(each - own >= own for each in drawn) / draws
    view = view_of(tmp_path, profits)
    assert view.p_value == pytest.approx(expected, abs=0.05)
    assert view.finals is not None
    for end, place in ((view.finals.low, 0.05), (view.finals.high, 0.95)):
        wanted = CASH * math.exp(drawn[int(place * draws)])
        assert end == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize("count", [30, GROUPS_MAX, 1_234])
def test_the_largest_fall_is_that_of_the_account_after_each_trade(
    tmp_path: Path, count: int
) -> None:
    chance = random.Random(count)
    profits = [chance.gauss(1, 20) for _ in range(count)]
    view = view_of(tmp_path, profits)
    assert view.fall == pytest.approx(max_drawdown(closed(profits)), rel=1e-9)
    assert view.falls is not None
    assert 0 < view.falls.low < view.falls.high < 1


def test_the_band_of_falls_is_that_of_other_orders(tmp_path: Path) -> None:
    chance = random.Random(9)
    profits = [chance.gauss(5, 100) for _ in range(50)]
    shares = [b / a for a, b in zip(closed(profits), closed(profits)[1:], strict=False)]
    falls = []
    for _ in range(2_000):
        chance.shuffle(shares)
        account = [1.0]
        for each in shares:
            account.append(account[-1] * each)
        falls.append(max_drawdown(account))
    falls.sort()
    view = view_of(tmp_path, profits)
    assert view.falls is not None
    assert view.falls.low == pytest.approx(falls[100], abs=0.01)
    assert view.falls.high == pytest.approx(falls[1_900], abs=0.02)


def test_the_same_result_is_told_the_same_each_time(tmp_path: Path) -> None:
    profits = [random.Random(4).gauss(1, 20) for _ in range(300)]
    assert view_of(tmp_path, profits) == view_of(tmp_path, profits)


@pytest.mark.parametrize("profits", [[], [10.0], [10.0, -20_000.0, 5.0]])
def test_what_trades_can_not_tell_is_none(tmp_path: Path, profits: list[float]) -> None:
    view = view_of(tmp_path, profits)
    assert (view.p_value, view.finals, view.falls, view.fall, view.p_best) == (None,) * 5
    assert any("little" in each for each in view.warnings)
    assert all(each.text for each in honest_words.facts(view))


WIDE = """
setting symbol = "BTC/USDT"
on Candle(symbol, 1m) {
    if Position(symbol) == 0 { Buy(symbol, 50%, stop_loss = 4%, take_profit = 4%) }
}
"""


def test_what_left_a_candle_that_reached_both_ends_is_counted_with_its_share(
    tmp_path: Path,
) -> None:
    rows = [(100, 101, 99, 100), (100, 101, 99, 100), (100, 110, 90, 100), (100, 101, 99, 100)]
    rows += [(100, 105, 99, 105), (105, 106, 104, 105)]
    text = ["time,open,high,low,close,volume"]
    text += [f"{number * 60},{','.join(map(str, row))},1" for number, row in enumerate(rows)]
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(text) + "\n")
    for way in ("event", "auto"):
        request = BacktestRequest(Path("w.lefi"), WIDE, (MarketFile(path),), way=way)
        result = backtest(request)
        assert [each.reason for each in result.trades] == ["stop_loss", "take_profit"]
        lost, won = (each.pnl for each in result.trades)
        both = honest(result, request).both
        assert (both.trades, both.pnl) == (1, lost)
        assert both.share == pytest.approx(-lost / (won - lost))


def test_warnings_say_what_a_person_should_hear_before_believing(tmp_path: Path) -> None:
    chance = random.Random(5)
    few = view_of(tmp_path, [5.0, 7.0], both=(1,))
    assert any("2 trades say little" in each for each in few.warnings)
    assert any("58.33%" in each for each in few.warnings)
    even = view_of(tmp_path, [chance.gauss(2, 50) for _ in range(100)])
    assert any("without any edge" in each for each in even.warnings)
    good = view_of(tmp_path, [chance.gauss(50, 50) for _ in range(100)])
    assert good.warnings == ()
    tried = replace(good, variants=200)
    assert tried.p_best == pytest.approx(1 - (1 - 1 / 1_001) ** 200)
    assert any("best of 200 variants" in each for each in honest_words.warnings(tried))
    losing = view_of(tmp_path, [chance.gauss(-20, 50) for _ in range(100)])
    assert any("more often than not" in each for each in losing.warnings)


# ---- what is assumed


def assumed(tmp_path: Path, symbol: str, **costs: Decimal) -> str:
    request = replace(asked(tmp_path, symbol=symbol), costs=Costs(**costs))
    return "\n".join(honest(backtest(request), request).assumptions)


def test_assumptions_name_the_costs_of_this_run_and_its_markets(tmp_path: Path) -> None:
    spot = assumed(tmp_path, "BTC/USDT", slippage=Decimal("0.0015"), taker=Decimal("0.001"))
    assert "0.15% worse, taker fee 0.1%" in spot
    assert "maker fee 0.02%" in spot
    assert "spot: no short" in spot
    assert "stop counts" in spot
    perpetual = assumed(tmp_path, "BTC/USDT:USDT")
    assert "without slippage" in perpetual
    assert "maintenance 0.4%" in perpetual
    assert "funding: 0 for BTC/USDT:USDT" in perpetual


def test_funding_of_the_data_is_named(tmp_path: Path) -> None:
    path = candles(tmp_path / "f.csv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([f"{lines[0]},funding", *(f"{each},0.0001" for each in lines[1:])]))
    request = replace(asked(tmp_path), files=(MarketFile(path, "BTC/USDT:USDT"),))
    told = "\n".join(honest(backtest(request), request).assumptions)
    assert "funding: as the data of BTC/USDT:USDT says" in told


# ---- variants


def test_variants_are_counted_once_each_on_the_same_data_wherever_it_lies(tmp_path: Path) -> None:
    request, folder = asked(tmp_path), tmp_path / "variants"
    data = [each.path for each in request.files]
    other = replace(request, settings=(("size", "10%"),))
    assert Variants(folder).tried(data, [variant_of(request)]) == 1
    assert Variants(folder).tried(data, [variant_of(request)]) == 1
    assert Variants(folder).tried(data, [variant_of(other), variant_of(request)]) == 2
    moved = tmp_path / "moved.csv"
    moved.write_bytes(data[0].read_bytes())
    assert Variants(folder).tried([moved], [variant_of(request)]) == 2
    moved.write_text(moved.read_text() + "660,108,109,107,108,1\n")
    assert Variants(folder).tried([moved], [variant_of(request)]) == 1


def test_costs_and_place_of_a_script_make_no_variant_and_its_text_does(tmp_path: Path) -> None:
    request = asked(tmp_path)
    same = replace(request, script=Path("else.lefi"), costs=Costs(cash=Decimal(5)), way="event")
    assert variant_of(same) == variant_of(request)
    changed = replace(request, source=SOURCE.replace("5%", "6%"))
    assert len({variant_of(each) for each in (request, changed)}) == 2
    assert variant_of(replace(request, timeframe_ms=120_000)) != variant_of(request)


def test_a_profile_that_can_not_be_written_counts_nothing_and_stops_nothing(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "a-file"
    folder.write_text("")
    assert Variants(folder).tried([asked(tmp_path).files[0].path], ["1"]) is None
    assert Variants(tmp_path / "v").tried([tmp_path / "gone.csv"], ["1"]) is None


# ---- through the public door


def carried_out(tmp_path: Path, *more: str) -> int:
    script = tmp_path / "two.lefi"
    script.write_text(SOURCE)
    return main(["backtest", str(script), "--data", str(candles(tmp_path / "a.csv")), *more])


def test_the_command_tells_trust_and_assumptions_with_every_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEFI_HOME", str(tmp_path / "home"))
    page = tmp_path / "two.html"
    assert carried_out(tmp_path, "--html", str(page)) == 0
    told = capsys.readouterr().out
    assert carried_out(tmp_path, "--json", "--set", "size=10%") == 0
    honest = json.loads(capsys.readouterr().out)["honest"]
    assert (honest["trades"], honest["seed"], honest["draws"]) == (1, 1, 1_000)
    assert honest["both"] == {"trades": 0, "pnl": 0.0, "share": 0.0}
    assert (honest["p_value"], honest["variants"]) == (None, 2)
    assert "Warning: 1 trade says little" in told
    for each in honest["assumptions"]:
        assert each in told
        assert each.replace("'", "&#x27;") in page.read_text()
    assert honest_words.TITLE in page.read_text()
