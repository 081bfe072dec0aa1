"""The range forecast: says where the next close will likely be, and keeps score of itself.

An indicator bot records signals and can never trade: it has no way to express an intent.
At each closed candle it forecasts the next close from an exponentially weighted mean and variance
of log returns (half-life in candles): a 50 % band at ±0.6745 sigma and a 90 % band at ±1.6449.
The record shows how often the close really fell inside, so its worth can be read, not believed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from msgspec import to_builtins
from msgspec.structs import replace

from lefi_tui.core.bot import Bar, Decision, Needs, Note, Occasion, RunTrace, Snapshot
from lefi_tui.core.record import Record

SOURCE: Final = "range_forecast"
DEFAULTS: Final[Mapping[str, str]] = {
    "symbol": "BTC/USDT",
    "timeframe_ms": "60000",
    "half_life": "30",
}
HALF_LIFE_MAX: Final = 1_000
BAND_50: Final = 0.6744897501960817  # normal quantiles of 0.75 and 0.95
BAND_90: Final = 1.6448536269514722
WARM_CANDLES: Final = 20  # fewer returns than this say nothing about their spread


class Forecast(Record):
    """Bands for the close of the next candle, in quote."""

    low_90: float
    low_50: float
    middle: float
    high_50: float
    high_90: float


class IndicatorState(Record):
    symbol: str
    timeframe_ms: int
    half_life: int
    candles: int = 0
    close: float = math.nan
    mean: float = 0.0
    variance: float = 0.0
    forecast: Forecast | None = None
    judged: int = 0
    inside_50: int = 0
    inside_90: int = 0
    last: str = ""


class Indicator:
    """The kind of bot; all functions are pure."""

    name: Final = "indicator"

    def refused(self, source: str, settings: Mapping[str, str]) -> str:
        if source != SOURCE:
            return f"There is no indicator {source!r}. Start {SOURCE!r}."
        unknown = [name for name in settings if name not in DEFAULTS]
        if unknown:
            return f"{SOURCE} has no setting {unknown[0]!r}; it has {', '.join(DEFAULTS)}."
        merged = {**DEFAULTS, **settings}
        if not merged["timeframe_ms"].isdigit() or int(merged["timeframe_ms"]) < 1:
            return f"timeframe_ms is a whole number of milliseconds, not {merged['timeframe_ms']}."
        if not merged["half_life"].isdigit() or not 1 <= int(merged["half_life"]) <= HALF_LIFE_MAX:
            return f"half_life is a whole number of candles from 1 to {HALF_LIFE_MAX}."
        return ""

    def needs(self, source: str, settings: Mapping[str, str]) -> Needs:
        state = self.begin(source, settings)
        bars = ((state.symbol, state.timeframe_ms),)
        return Needs((state.symbol,), bars, history_bars=4 * state.half_life, can_trade=False)

    def begin(self, source: str, settings: Mapping[str, str]) -> IndicatorState:
        assert not self.refused(source, settings)
        merged = {**DEFAULTS, **settings}
        return IndicatorState(
            merged["symbol"], int(merged["timeframe_ms"]), int(merged["half_life"])
        )

    def rebind(
        self, state: IndicatorState, source: str, settings: Mapping[str, str]
    ) -> IndicatorState:
        """Its score stays, its averages begin anew."""
        fresh = self.begin(source, settings)
        return replace(
            fresh, judged=state.judged, inside_50=state.inside_50, inside_90=state.inside_90
        )

    def decide(self, state: IndicatorState, occasion: Occasion, _snapshot: Snapshot) -> Decision:
        notes: list[Note] = []
        runs: list[RunTrace] = []
        for bar in occasion.bars:
            if (bar.symbol, bar.timeframe_ms) == (state.symbol, state.timeframe_ms):
                state = _stepped(state, bar, is_judged=not occasion.is_history)
                if state.forecast is not None and not occasion.is_history:
                    notes.append(Note("signal", _record(state, bar)))
                    runs.append(RunTrace(0, f"candle {bar.symbol}", state.last))
        warming = "" if state.candles > WARM_CANDLES else f"{state.candles} of {WARM_CANDLES + 1}"
        return Decision(state, notes=tuple(notes), runs=tuple(runs), warming=warming)

    def why(self, state: IndicatorState) -> str:
        return state.last or "No candle has closed since it was started."

    def encode(self, state: IndicatorState) -> Any:
        return to_builtins(state)

    def decode(self, source: str, settings: Mapping[str, str], data: Any) -> IndicatorState:
        assert not self.refused(source, settings)
        forecast = data["forecast"]
        return IndicatorState(
            **{**data, "forecast": None if forecast is None else Forecast(**forecast)}
        )


def _stepped(state: IndicatorState, bar: Bar, *, is_judged: bool) -> IndicatorState:
    """The state after one more close: judge the old forecast, then make the next."""
    if is_judged:
        state = _judged(state, bar.close)
    if state.candles:
        gain = math.log(bar.close / state.close)
        alpha = 1.0 - 0.5 ** (1.0 / state.half_life)
        away = gain - state.mean
        mean = state.mean + alpha * away
        variance = (1.0 - alpha) * (state.variance + alpha * away * away)
        state = replace(state, mean=mean, variance=variance)
    state = replace(state, candles=state.candles + 1, close=bar.close)
    if state.candles <= WARM_CANDLES:
        return state
    forecast = _forecast(state)
    return replace(state, forecast=forecast, last=_words(state, forecast))


def _judged(state: IndicatorState, close: float) -> IndicatorState:
    bands = state.forecast
    if bands is None:
        return state
    return replace(
        state,
        judged=state.judged + 1,
        inside_50=state.inside_50 + (bands.low_50 <= close <= bands.high_50),
        inside_90=state.inside_90 + (bands.low_90 <= close <= bands.high_90),
    )


def _forecast(state: IndicatorState) -> Forecast:
    sigma = math.sqrt(state.variance)

    def at(distance: float) -> float:
        return state.close * math.exp(state.mean + distance * sigma)

    return Forecast(at(-BAND_90), at(-BAND_50), at(0.0), at(BAND_50), at(BAND_90))


def _words(state: IndicatorState, bands: Forecast) -> str:
    score = "not judged yet"
    if state.judged:
        score = (
            f"inside the 50 % band {state.inside_50} and the 90 % band {state.inside_90} "
            f"of {state.judged} times"
        )
    return (
        f"next close {bands.low_50:.8g} to {bands.high_50:.8g} (50 %), "
        f"{bands.low_90:.8g} to {bands.high_90:.8g} (90 %); {score}"
    )


def _record(state: IndicatorState, bar: Bar) -> str:
    """The signal record of LD-17 as JSON: what, when, for how long, with which confidence."""
    assert state.forecast is not None
    closed_ms = bar.time_ms + bar.timeframe_ms
    record = {
        "indicator": SOURCE,
        "symbol": bar.symbol,
        "at_ms": closed_ms,
        "horizon_ms": bar.timeframe_ms,
        "kind": "range",
        "value": state.forecast.middle,
        "band_50": [state.forecast.low_50, state.forecast.high_50],
        "band_90": [state.forecast.low_90, state.forecast.high_90],
        "confidence": state.inside_90 / state.judged if state.judged else None,
        "text": state.last,
        "valid_until_ms": closed_ms + bar.timeframe_ms,
    }
    return json.dumps(record, separators=(",", ":"))
