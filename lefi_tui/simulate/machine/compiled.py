"""A script's loop as machine code, and the numbers it runs on.

The rule it keeps: code is found by its text, and a text holds no number of the script, so a script
whose numbers were edited, or that runs with other settings, is not translated again.
"""

from __future__ import annotations

import ctypes
import inspect
import math
from array import array
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from lefi_tui.requests import BacktestRequest
from lefi_tui.simulate.machine import loop as at
from lefi_tui.simulate.machine import maths_steps
from lefi_tui.simulate.machine import wanted_layout as ask
from lefi_tui.simulate.machine.code import SOON, SPEED, Code, loaded, object_of
from lefi_tui.simulate.machine.dialect import translate
from lefi_tui.simulate.machine.dialect_values import DialectError, Scope
from lefi_tui.simulate.machine.kept_code import kept_object
from lefi_tui.simulate.machine.kinds import Texts, kinds_of
from lefi_tui.simulate.machine.loop_calls import TIMERS_MAX
from lefi_tui.simulate.machine.market_code import market_code
from lefi_tui.simulate.machine.steps import Places, Shared
from lefi_tui.simulate.machine.trade_steps import Templates
from lefi_tui.simulate.machine.why_not import Why, why_not
from lefi_tui.simulate.prepared import Prepared

KEPT_MAX: Final = 64  # texts
# Moments of one text: fewer are run over sooner by code that took a third of the time to translate
# and runs at a third of the speed.
FEW: Final = 1_000_000
# Characters of one text, its loops and functions written out. llvm's time for a function grows
# faster than the function: from so many on it translates soonest, whatever it is to run over.
LONG: Final = 100_000
TEXT_MAX: Final = (
    400_000  # four seconds of translation; a handler at the limit of steps has 390,000
)
_DOUBLE: Final = ctypes.POINTER(ctypes.c_double)
_WHOLE: Final = ctypes.POINTER(ctypes.c_int64)


class TooLargeError(Exception):
    """The text would take too long to translate; `step` has most of it."""

    def __init__(self, step: int) -> None:
        super().__init__(step)
        self.step = step


class Compiled:
    """Of one script with its settings."""

    def __init__(
        self, prepared: Prepared, folder: Path | None = None, speed: int | None = None
    ) -> None:
        """`speed`: of llvm's levels, where it is not for the number of moments to say."""
        bound, markets = prepared.bound, prepared.markets
        program = bound.program
        self.texts, kinds = Texts(), kinds_of(program)
        self.places = Places(kinds, len(program.slots.first))
        self.books = {name: number for number, name in enumerate(markets)}
        if len(self.books) > ask.BOOKS_MAX or len(bound.timers) > TIMERS_MAX:
            raise DialectError("more markets or timers than the machine way has places for")
        data_ms = prepared.timeframe_ms
        longer = [each for each in bound.kinds_of_candles if each[1] != data_ms]
        self.kinds = (*((name, data_ms) for name in markets), *longer)
        perpetual = frozenset(name for name, rules in markets.items() if rules.is_perpetual)
        self.templates = Templates(self.books)
        shared = Shared(kinds, self.texts, self.templates)
        plan = at.Plan(bound, shared, self.books, perpetual, data_ms, self.kinds)
        self.text = at.script_text(plan)
        if len(self.text) > TEXT_MAX:
            raise TooLargeError(max(plan.sizes, key=lambda step: plan.sizes[step]))
        self.numbers = array("d", shared.numbers.values or [0.0])
        if speed is None:
            speed = speed_of(self.text, max(len(each.bars) for each in prepared.files))
        self.code = _code(self.text, len(self.kinds), folder, speed)

    @property
    def run(self) -> Callable[..., int]:
        return self.code.functions["run"]


_asked: OrderedDict[str, int] = OrderedDict()  # how many moments each text was to run over


def speed_of(text: str, moments: int) -> int:
    """Of llvm's levels. A text that runs again and again is translated once more, for speed."""
    if len(text) > LONG:
        return SOON
    _asked[text] = _asked.pop(text, 0) + moments
    if len(_asked) > KEPT_MAX:
        _asked.popitem(last=False)
    return SOON if _asked[text] <= FEW else SPEED


@lru_cache(maxsize=KEPT_MAX)
def _code(text: str, kinds: int, folder: Path | None, speed: int) -> Code:
    market_code(folder)
    scope = {"NAN": math.nan, "INF": math.inf}
    texts = [maths_text(), (at.ELSEWHERE, {}), (text, scope)]
    doubles, wholes = _DOUBLE, _WHOLE
    takes = [*[ctypes.c_int64] * 5, *[doubles] * 6, wholes, doubles, wholes, doubles]
    wanted = {"run": (ctypes.c_int64, [*takes, wholes, wholes, *[doubles] * (2 + kinds)])}

    def make() -> bytes:
        return object_of(translate(texts, "script", wanted), wanted, speed)

    data = kept_object(folder, f"{speed}\n{text}", make)
    return loaded(data, wanted)


def maths_text() -> tuple[str, Scope]:
    """The operators, for whoever translates steps."""
    return inspect.getsource(maths_steps), vars(maths_steps)


def compile_script(
    prepared: Prepared, request: BacktestRequest, speed: int | None = None
) -> Compiled | Why:
    """Or the first thing that keeps it from the machine way; line 0 is no line of the script."""
    if request.limits is not None:
        return 0, "the gate's limits are told every candle (--limits)"
    found = why_not(prepared.bound.program)
    if found:
        return found[0]
    try:
        return Compiled(prepared, request.columns, speed)
    except TooLargeError as error:
        return _too_large(prepared, error.step)
    except (DialectError, RecursionError) as error:
        return 0, f"its machine code can't be made ({error})"


def _too_large(prepared: Prepared, step: int) -> Why:
    """A step of candles that no handler is given has no line."""
    handlers = prepared.bound.program.handlers
    line = handlers[step].line if step < len(handlers) else 0
    return line, "with its loops and functions written out, the script is too large to translate"
