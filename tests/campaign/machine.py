"""Random scripts on random candles by both ways: every field of the result, every slot after it.

A case is one script; `python -m tests.campaign machine --case NUMBER` tells one again.
"""

from __future__ import annotations

import csv
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.errors import LefiError
from lefi_tui.requests import BacktestRequest, Costs, MarketFile
from lefi_tui.simulate.event_way import Loop
from lefi_tui.simulate.machine.code import SOON, SPEED
from lefi_tui.simulate.machine.columns import columns_of
from lefi_tui.simulate.machine.compiled import Compiled, compile_script
from lefi_tui.simulate.machine.runner import MachineLoop
from lefi_tui.simulate.prepared import Prepared, prepare
from lefi_tui.simulate.result import Result
from tests.campaign.runner import Campaign, Finding
from tests.campaign.script_writer import written

RANDOM_CANDLES: Final = 300
SCRIPTS: Final = 5_000
DRAWS_MAX: Final = 64  # for one script that the machine way takes; three of four are
SIZES: Final = (
    (0, "no trade"),
    (9, "1 to 9 trades"),
    (99, "10 to 99 trades"),
    (sys.maxsize, "100 trades and more"),
)
PARTS: Final = (
    ("a limit", " at = "),
    ("a stop", "stop_loss"),
    ("a target", "take_profit"),
    ("a trail", "trail ="),
    ("leverage", "leverage"),
    ("a perpetual", ":USDT"),
    ("another timeframe", "Candles("),
    ("a timer", "on Every"),
    ("a calendar", "on Schedule"),
    ("a fill handler", "on Fill"),
)


def both(
    prepared: Prepared, request: BacktestRequest, speed: int = SPEED
) -> tuple[MachineLoop, Loop] | None:
    """Carried out by both ways; None where the machine way can't."""
    compiled = compile_script(prepared, request, speed)
    if not isinstance(compiled, Compiled):
        return None
    columns = columns_of(prepared.files, prepared.bound)
    machine = MachineLoop(prepared, request, compiled, columns)
    event = Loop(prepared, request)
    machine.run(None)
    event.run(None)
    return machine, event


def differences(machine: Loop, event: Loop) -> list[str]:
    one, other = machine.result("script", 1.0), event.result("script", 1.0)
    out = [each for each in Result.__struct_fields__ if _of(one, each) != _of(other, each)]
    state, known = machine.trial.state, event.trial.state
    # repr, so that a not-a-number is equal to itself, and -0 is not 0.
    out += ["slots"] if repr(_plain(state.slots)) != repr(_plain(known.slots)) else []
    names = ("buckets", "due_ns", "sent_ms")
    out += [each for each in names if repr(getattr(state, each)) != repr(getattr(known, each))]
    return out


def _of(result: Result, name: str) -> Any:
    value = getattr(result, name)
    return list(value) if name in {"equity", "times"} else value


def _plain(slots: list[Any]) -> list[Any]:
    """An hour of Python is a whole number, of machine code the same as a double."""
    return [float(each) if type(each) is int else each for each in slots]


def market(path: Path, chance: random.Random, *, has_funding: bool) -> Path:
    """Candles of 5 minutes by chance, some missing."""
    at_ms, price = 1_704_067_200_000, 100.0
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        head = ["time", "open", "high", "low", "close", "volume"]
        rows.writerow([*head, "funding"] if has_funding else head)
        for number in range(RANDOM_CANDLES):
            at_ms += 300_000 * (chance.choice((2, 5, 30)) if chance.random() < 0.01 else 1)
            opening = price * (1 + chance.gauss(0, 0.002) * (chance.random() < 0.2))
            price = max(opening * (1 + chance.gauss(0, 0.01)), 1.0)
            high = max(opening, price) * (1 + abs(chance.gauss(0, 0.004)))
            low = min(opening, price) * (1 - abs(chance.gauss(0, 0.004)))
            rate = 0.0001 if number % 96 == 0 else 0.0
            row = [at_ms, opening, high, low, price, round(chance.expovariate(0.1), 3)]
            rows.writerow([*row, rate] if has_funding else row)
    return path


def chosen(number: int, folder: Path) -> tuple[Prepared, BacktestRequest] | None:
    """A random script over random candles of each of its markets; None where they don't fit."""
    chance = random.Random(number)
    source = written(chance)
    request = BacktestRequest(Path("random.lefi"), source, (), costs=Costs(slippage=Costs().taker))
    symbols = ("BTC/USDT", "ETH/USDT", "XBT/USDT:USDT", "XSOL/USDT:USDT")
    named = [each for each in symbols if f'"{each}"' in source]
    paths = [
        MarketFile(market(folder / f"{number}-{at}.csv", chance, has_funding=":" in each), each)
        for at, each in enumerate(named)
    ]
    request = replace(request, files=tuple(paths))
    try:
        return prepare(request), request
    except LefiError:
        return None


def case(number: int, seed: int) -> Finding:
    """One script that both ways can run; those drawn before it are counted."""
    passed_over: Counter[str] = Counter()
    first = (seed * 1_000_003 + number) * DRAWS_MAX
    with tempfile.TemporaryDirectory() as folder:
        for draw in range(DRAWS_MAX):
            found = chosen(first + draw, Path(folder))
            ways = None if found is None else both(*found, SOON if number % 2 else SPEED)
            if found is not None and ways is not None:
                break
            passed_over["passed over: " + ("unfit" if found is None else "event way alone")] += 1
        else:
            return Finding("no script of so many was taken by the machine way", passed_over)
        wrong = differences(*ways)
    why = f"{', '.join(wrong)} differ of\n{found[1].source}" if wrong else ""
    return Finding(why, passed_over + told(found[1], *ways))


def told(request: BacktestRequest, machine: MachineLoop, event: Loop) -> Counter[str]:
    """What a comparison held in it."""
    result = event.result("script", 1.0)
    trades, often = len(result.trades), Counter(each.reason for each in result.trades)
    size = next(words for most, words in SIZES if trades <= most)
    out = Counter({f"trades: {reason}": count for reason, count in often.items()})
    out += Counter({f"refused: {each.code}": 1 for each in result.refusals})
    out += Counter({f"scripts with {what}": 1 for what, word in PARTS if word in request.source})
    out["scripts of several markets"] += len(request.files) > 1
    out[f"scripts with {size}"] += 1
    out["moments"] += len(result.times)
    out["moments left to Python"] += machine.left
    return out


CAMPAIGN: Final = Campaign("random scripts: event way and machine way", SCRIPTS, case)
