"""What the language costs: a check by length of the script, and an event of each shipped script."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from lefi_tui.lang.program import Handler, Program, check
from tests.bench.engine_figures import walk
from tests.bench.readings import Measurement, Reading, against_plain_loop, median_ms, plain_loop

SCRIPTS: Final = Path(__file__).parents[2] / "scripts"
EVENTS: Final = 5_000
HEAD: Final = """script "Long"
setting symbol = "BTC/USDT"
setting fast = 12 in 2..200
state entries = 0
policy { rate = 10 per 1m }
"""
HANDLER: Final = """on Candle(symbol, MINUTESm) {
    quick = EMA(close, fast)
    calm = EMA(close, LENGTH)
    strength = RSI(close, 14)
    if CrossesAbove(quick, calm) and Position(symbol) == 0 and strength < 70 {
        Buy(symbol, 25%, stop_loss = 2%, take_profit = 4%)
        entries = entries + 1
    } else if strength > 80 {
        Print("strong {strength} at {close}")
    }
    if CrossesBelow(quick, calm) { Close(symbol) }
}
"""


def script_of(lines: int) -> str:
    """A script of about so many lines, handler after handler."""
    parts = [HEAD]
    count = HEAD.count("\n")
    while count < lines:
        number = len(parts)
        parts.append(
            HANDLER.replace("MINUTES", str(number % 30 + 1)).replace("LENGTH", f"{20 + number}")
        )
        count += HANDLER.count("\n")
    return "".join(parts)


def check_of(lines: int) -> Reading:
    text = script_of(lines)
    assert check(text).program is not None
    return against_plain_loop(lambda: check(text), f"{text.count(chr(10))} lines")


def step_of(script: Path) -> Reading:
    """Each of its handlers in turn, at made-up prices; reads are 1."""
    program = check(script.read_text()).program
    assert program is not None, script
    handlers = [each for each in program.handlers if not program.forms[each.index].may_wait]
    closes = [each.close for each in walk(EVENTS)]
    spent = sum(_spent_ms(program, each, closes) for each in handlers)
    each_us = spent * 1_000 / EVENTS / len(handlers)
    one_addition = median_ms(plain_loop) * 1_000 / 100_000
    return Reading(each_us / one_addition, "one addition in plain Python", each_us, "us")


def _spent_ms(program: Program, handler: Handler, closes: list[float]) -> float:
    reads = (1.0,) * len(program.reads)
    events = [tuple(_field(name, number, closes) for name in handler.fields)
              for number in range(EVENTS)]  # fmt: skip

    def run() -> None:
        state = program.initial()
        for event in events:
            state = program.step(handler.index, state, event, reads).state

    return median_ms(run, 3)


def _field(name: str, number: int, closes: list[float]) -> float | str:
    close = closes[number]
    texts = {"symbol": "BTC/USDT", "side": "buy", "order": "1", "reason": "order", "key": "b"}
    values = {"time": number * 60_000.0, "high": close * 1.001, "low": close * 0.999}
    return texts.get(name) or values.get(name, close)


MEASUREMENTS: Final[dict[str, Measurement]] = {
    **{
        f"check_{lines}_lines": Measurement(f"a check of {lines:,} lines", partial(check_of, lines))
        for lines in (20, 200, 500, 2_000)
    },
    **{
        f"step_{script.stem}": Measurement(
            f"one event of {script.stem}, pure step", partial(step_of, script)
        )
        for script in sorted(SCRIPTS.glob("*.lefi"))
    },
}
