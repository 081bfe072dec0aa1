"""The machine way gives what the event way gives: every field of a result, every slot after it."""

from __future__ import annotations

import gzip
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.cli import main
from lefi_tui.errors import MachineWayError
from lefi_tui.requests import BacktestRequest, MarketFile
from lefi_tui.simulate.machine.code import SOON, SPEED
from lefi_tui.simulate.machine.compiled import speed_of
from lefi_tui.simulate.machine.equity_room import equity_room
from lefi_tui.simulate.machine.kept_code import kept_object
from lefi_tui.simulate.machine.runner import backtest
from lefi_tui.simulate.prepared import prepare
from tests.campaign.machine import both, chosen, differences, market
from tests.scripts.test_on_real_data import BTC, CASES, DATA, ROOT, WATCHERS, Case

CANDLES = 3_000  # of each file: enough for what is warmed up to trade
SCRIPTS = 25  # of each seed: by chance, on candles by chance
SEEDS = 8

ALL = (*CASES, *(Case(each, {"": BTC}) for each in WATCHERS))


@pytest.fixture(scope="session")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The beginning of each real file."""
    if not DATA.exists():
        pytest.skip(f"the real candles are not here: {DATA}")
    folder, out = tmp_path_factory.mktemp("cut"), {}
    for name in {name for case in ALL for name in case.data.values()}:
        with gzip.open(DATA / name, "rt") as file:
            lines = [line for _, line in zip(range(CANDLES + 1), file, strict=False)]
        out[name] = folder / name.removesuffix(".gz")
        out[name].write_text("".join(lines))
    return out


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.script)
def test_a_script_that_ships_comes_to_the_same_on_real_candles(
    case: Case, cut: Mapping[str, Path]
) -> None:
    path = ROOT / "scripts" / f"{case.script}.lefi"
    files = tuple(MarketFile(cut[name], symbol) for symbol, name in case.data.items())
    request = BacktestRequest(path, path.read_text(), files, settings=case.settings)
    ways = both(prepare(request), request)
    assert ways is not None
    assert differences(*ways) == []


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_scripts_come_to_the_same_on_random_candles(seed: int, tmp_path: Path) -> None:
    tried = traded = number = 0
    while tried < SCRIPTS:
        number += 1
        found = chosen(1_000 * seed + number, tmp_path)
        ways = None if found is None else both(*found, SOON if number % 2 else SPEED)
        if ways is None:
            continue
        tried += 1
        traded += bool(ways[0].trial.book.trades)
        assert differences(*ways) == [], f"script {1_000 * seed + number}"
    assert traded > SCRIPTS // 5


TURNS = """
setting size = 20%
on Candle("BTC/USDT", 5m) {
    if CrossesAbove(close, SMA(close, 5)) and Position("BTC/USDT") == 0 {
        Buy("BTC/USDT", size, stop_loss = 1%, trail = 0.8%)
    }
    if close < open * 0.99 { Close("BTC/USDT") }
}
"""


def test_common_moments_are_none_of_pythons(tmp_path: Path) -> None:
    path = market(tmp_path / "a.csv", random.Random(2), has_funding=False)
    request = BacktestRequest(Path("turns.lefi"), TURNS, (MarketFile(path, "BTC/USDT"),))
    ways = both(prepare(request), request)
    assert ways is not None
    assert differences(*ways) == []
    assert len(ways[0].trial.book.trades) > 10
    assert ways[0].left == 0


NAMED = """
on Candle("BTC/USDT", 5m) {
    band = Bollinger(close, 20, 2)
    if close < band.lower { trend = Stochastic(14) } else { trend = Stochastic(7) }
    if close < band.lower[1] and Position("BTC/USDT") == 0 and trend.k < trend.d {
        Buy("BTC/USDT", 20%, stop_loss = 1%)
    }
    if close > band.middle { Close("BTC/USDT") }
}
"""
WRITTEN_OUT = (
    NAMED.replace("band = Bollinger(close, 20, 2)\n", "\n")
    .replace("band.", "Bollinger(close, 20, 2).")
    .replace("trend = Stochastic(14)", "k = Stochastic(14).k; d = Stochastic(14).d")
    .replace("trend = Stochastic(7)", "k = Stochastic(7).k; d = Stochastic(7).d")
    .replace("trend.", "")
)


def test_a_name_read_by_field_is_what_it_is_written_out_both_ways(tmp_path: Path) -> None:
    path = market(tmp_path / "a.csv", random.Random(2), has_funding=False)
    requests = [
        BacktestRequest(Path("a.lefi"), text, (MarketFile(path, "BTC/USDT"),))
        for text in (NAMED, WRITTEN_OUT)
    ]
    for request in requests:
        ways = both(prepare(request), request)
        assert ways is not None
        assert differences(*ways) == []
    named, written = (list(backtest(replace(each, way="machine")).equity) for each in requests)
    assert named == written
    assert len(set(named)) > 10


def test_a_result_owns_its_equity_while_others_run_and_leaves_its_room_behind(
    tmp_path: Path,
) -> None:
    path = market(tmp_path / "a.csv", random.Random(2), has_funding=False)
    request = BacktestRequest(Path("turns.lefi"), TURNS, (MarketFile(path, "BTC/USDT"),))
    sizes = (request, replace(request, source=TURNS.replace("20%", "70%")))
    first, other = (backtest(replace(each, way="machine")) for each in sizes)
    told, others = list(first.equity), list(other.equity)
    assert told != others
    again = backtest(replace(request, way="machine"))
    assert (list(first.equity), list(other.equity), list(again.equity)) == (told, others, told)
    room, count = id(again.equity), len(told)
    del again, first, other
    free = [equity_room(count) for _ in range(2)]
    assert room in map(id, free)
    assert id(equity_room(count)) not in map(id, free)


def test_a_script_with_other_numbers_is_the_same_code(tmp_path: Path) -> None:
    path = market(tmp_path / "a.csv", random.Random(2), has_funding=False)
    request = BacktestRequest(Path("turns.lefi"), TURNS, (MarketFile(path, "BTC/USDT"),))
    made = []
    for edited in (request, replace(request, source=TURNS.replace("1%", "1.5%"))):
        ways = both(prepare(edited), edited)
        assert ways is not None
        assert differences(*ways) == []
        made.append(ways[0].compiled)
    assert made[0].code is made[1].code
    assert made[0].numbers != made[1].numbers


def test_machine_code_is_kept_on_disk_whole_or_made_anew(tmp_path: Path) -> None:
    made = []

    def kept(text: str) -> bytes:
        def make() -> bytes:
            made.append(text)
            return f"object of {text}".encode()

        return kept_object(tmp_path / "kept", text, make)

    assert [kept(each) for each in ("one", "other", "one")] == [
        b"object of one",
        b"object of other",
        b"object of one",
    ]
    assert made == ["one", "other"]
    for each in (tmp_path / "kept").iterdir():
        each.write_bytes(each.read_bytes()[:-1])  # as a full disk leaves it
    assert kept("one") == b"object of one"
    assert made == ["one", "other", "one"]


WAITS = """
on Candle("BTC/USDT", 5m) {
    if close > open { execute { Buy("BTC/USDT", 5%) } }
}
"""


def test_what_waits_goes_event_by_event_and_says_which_line_asks_for_it(tmp_path: Path) -> None:
    path = market(tmp_path / "a.csv", random.Random(1), has_funding=False)
    request = BacktestRequest(Path("waits.lefi"), WAITS, (MarketFile(path, "BTC/USDT"),))
    result = backtest(request)
    assert result.way == "event"
    assert any("because of line 2" in each for each in result.notices)
    with pytest.raises(MachineWayError) as refused:
        backtest(replace(request, way="machine"))
    assert refused.value.where == "waits.lefi:2"
    assert refused.value.next_step


def _loop(turns: int) -> str:
    return f"""
on Candle("BTC/USDT", 5m) {{
    total = 0 BTC
    repeat {turns} {{ if close > open {{ total = total + 1 BTC }} else {{ total = 0 BTC }} }}
    if total > 0 BTC and Position("BTC/USDT") == 0 {{ Buy("BTC/USDT", 5%) }}
}}"""


def test_a_script_too_large_to_translate_goes_event_by_event_and_says_which_line(
    tmp_path: Path,
) -> None:
    path = market(tmp_path / "a.csv", random.Random(1), has_funding=False)
    source = TURNS + _loop(2_500) + _loop(3_000)
    request = BacktestRequest(Path("large.lefi"), source, (MarketFile(path, "BTC/USDT"),))
    result = backtest(request)
    assert result.way == "event"
    assert any("because of line 15: with its loops" in each for each in result.notices)


def test_a_long_text_is_never_given_the_slow_translation() -> None:
    many = 10_000_000  # moments
    assert speed_of("short", many) == SPEED
    assert speed_of("long" * 25_001, many) == SOON


def test_the_command_tells_the_way_it_took(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = market(tmp_path / "a.csv", random.Random(1), has_funding=False)
    script = tmp_path / "a.lefi"
    script.write_text('on Candle("BTC/USDT", 5m) { if close > open { Buy("BTC/USDT", 5%) } }')
    for way, taken in (("auto", "machine"), ("machine", "machine"), ("event", "event")):
        asked = ["backtest", str(script), "--data", f"BTC/USDT={path}", "--way", way, "--json"]
        assert main(asked) == 0
        assert f'"way": "{taken}"' in capsys.readouterr().out
