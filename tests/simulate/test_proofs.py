"""Two proofs of a script on its data: it knows no future, and its history was long enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.cli import main
from lefi_tui.core.bot import Bar, Occasion
from lefi_tui.requests import BacktestRequest, MarketFile
from lefi_tui.simulate.event_way import Loop
from lefi_tui.simulate.prepared import Prepared, prepare
from lefi_tui.simulate.proofs import look_ahead, proofs, warm_up, way_of
from tests.campaign.machine import chosen
from tests.simulate.candle_files import candles_of_chance

SCRIPTS = Path(__file__).parents[2] / "scripts"
WAYS = ("event", "machine")
RANDOM_SCRIPTS = 6
TURNS = """
script "turns"
setting symbol = "BTC/USDT"
setting fast = 5
on Candle(symbol, 15m) {
    if EMA(close, fast) > EMA(close, 10) and Position(symbol) == 0 {
        Buy(symbol, 20%, stop_loss = 1%)
    }
    if EMA(close, fast) < EMA(close, 10) and Position(symbol) > 0 { Close(symbol) }
}
"""
# Its own beginning is all that this sum of volumes ever knows.
BEGINNING = """
setting symbol = "BTC/USDT"
on Candle(symbol, 5m) {
    if OBV() > 0 and EMA(close, 3) > 0 and Position(symbol) == 0 { Buy(symbol, 20%) }
    if OBV() <= 0 and Position(symbol) > 0 { Close(symbol) }
}
"""


def asked(tmp_path: Path, source: str, way: str = "event", count: int = 1_000) -> BacktestRequest:
    path = tmp_path / f"{count}.csv"
    if not path.exists():
        candles_of_chance(path, count, seed=count)
    return BacktestRequest(Path("script.lefi"), source, (MarketFile(path),), way=way)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("script", ["ema_cross", "turns"])
def test_scripts_know_no_future_and_are_the_same_after_more_history(
    tmp_path: Path, script: str, way: str
) -> None:
    source = TURNS if script == "turns" else (SCRIPTS / f"{script}.lefi").read_text()
    found = proofs(asked(tmp_path, source, way))
    assert [(each.is_proven, each.way) for each in found] == [(True, way)] * 2, found
    assert "halted at 8 of" in found[0].text
    assert "candles of" in found[1].text


@pytest.mark.parametrize("way", WAYS)
def test_several_markets_that_miss_different_candles_know_no_future(
    tmp_path: Path, way: str
) -> None:
    path = SCRIPTS / "rebalance.lefi"
    files = tuple(
        MarketFile(candles_of_chance(tmp_path / f"{seed}.csv", 600, seed=seed), symbol)
        for seed, symbol in enumerate(("BTC/USDT", "ETH/USDT", "SOL/USDT"))
    )
    often = (("when", "0 * * * *"), ("band", "0.1%"))
    request = BacktestRequest(path, path.read_text(), files, settings=often, way=way)
    prepared = prepare(request)
    taken, begin = way_of(prepared, request)
    found = look_ahead(prepared, taken, begin)
    assert (found.way, found.is_proven) == (way, True), found.text


def test_random_scripts_know_no_future_by_either_way(tmp_path: Path) -> None:
    tried = number = 0
    while tried < RANDOM_SCRIPTS:
        number += 1
        found = chosen(number, tmp_path)
        if found is None:
            continue
        prepared, request = found
        for way in ("event", "auto"):
            proof = look_ahead(prepared, *way_of(prepared, replace(request, way=way)))
            assert proof.is_proven, (number, proof)
            tried += proof.way == "machine"


class Peeking(Loop):
    """Its script hears the next candle in the place of this one."""

    def moment(self, bars: tuple[Bar, ...], *, stopping: bool) -> None:
        trial, opened_ms = self.trial, bars[0].time_ms
        trial.candles(bars)
        self.equity.append(trial.equity())
        closed_ms = opened_ms + bars[0].timeframe_ms
        self._closed.append(closed_ms)
        place = min(len(self.times), len(self._rows) - 1)
        heard = tuple(
            replace(after, time_ms=bar.time_ms)
            for bar, after in zip(bars, self._rows[place], strict=True)
        )
        told = trial.fills()
        trial.handlers(Occasion(closed_ms, heard, fills=told, stopping=stopping, is_file=True))


def test_one_candle_of_the_future_is_found_where_only_decisions_knew_it(tmp_path: Path) -> None:
    request = asked(tmp_path, TURNS)
    prepared = prepare(request)
    found = look_ahead(prepared, "event", lambda data: Peeking(data, request))
    assert found.is_proven is False
    assert found.verdict == "REFUTED"
    times = prepared.files[0].bars.times
    assert found.at_ms == int(times[len(times) // 9 - 1])  # the first halt: no fill told it yet
    assert "is the first that comes out otherwise" in found.text


def test_a_candle_that_is_altered_by_a_later_one_is_named(tmp_path: Path) -> None:
    request = asked(tmp_path, TURNS)
    prepared = prepare(request)

    def begin(data: Prepared) -> Loop:
        """Its fees are those of how its data ends."""
        last = data.files[0].bars[len(data.files[0].bars) - 1].close
        loop = Loop(data, request)
        loop.trial.market.add_cash(last / 1_000)
        return loop

    found = look_ahead(prepared, "event", begin)
    assert (found.is_proven, found.at_ms) == (False, prepared.from_ms)


@pytest.mark.parametrize("way", WAYS)
def test_what_hangs_on_where_its_history_began_is_refuted(tmp_path: Path, way: str) -> None:
    request = asked(tmp_path, BEGINNING, way)
    prepared = prepare(request)
    taken, begin = way_of(prepared, request)
    found = warm_up(prepared, taken, begin)
    assert (found.way, found.is_proven) == (way, False)
    assert found.at_ms is not None
    assert "is the first that differs after" in found.text


def test_nothing_is_claimed_where_there_is_nothing_to_prove_or_too_little_data(
    tmp_path: Path,
) -> None:
    plain = 'on Candle("BTC/USDT", 5m) { if close > open { Buy("BTC/USDT", 5%) } }'
    _, warmed = proofs(asked(tmp_path, plain))
    assert (warmed.is_proven, warmed.verdict) == (None, "not tried")
    assert "nothing to warm" in warmed.text
    _, short = proofs(asked(tmp_path, TURNS, count=300))
    assert short.is_proven is None
    assert "give more" in short.text


def test_it_is_told_how_many_runs_are_done(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    proofs(asked(tmp_path, TURNS), lambda done, of: told.append((done, of)))
    assert told == [(number, 11) for number in range(11)]


def carried_out(tmp_path: Path, source: str, *more: str) -> int:
    script = tmp_path / "script.lefi"
    script.write_text(source)
    data = asked(tmp_path, source).files[0].path
    return main(["backtest", str(script), "--data", str(data), "--prove", *more])


def test_the_command_proves_by_the_way_it_took_and_answers_no_where_it_is_refuted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carried_out(tmp_path, TURNS, "--json") == 0
    told = json.loads(capsys.readouterr().out)["proofs"]
    assert [each["is_proven"] for each in told] == [True, True]
    assert {each["way"] for each in told} == {"machine"}
    assert carried_out(tmp_path, BEGINNING, "--way", "event") == 1
    words = capsys.readouterr().out
    assert "Proof by the event way: no look-ahead: proven" in words
    assert "Proof by the event way: warm-up: REFUTED" in words
