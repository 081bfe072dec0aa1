"""A script and its candle files made ready for a run: which file is which market, and what fits.

The rule it keeps: every market the script names has data as fine as its candles, in one timeframe
and one currency; what does not fit is refused before the first candle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from bots.automated import TIMEFRAME_SETTING, Bound, bind
from bots.automated.plan import refusal_of
from lefi_tui.adapters.column_cache import ColumnCache
from lefi_tui.adapters.history_files import CandleFile, Read, ReadTold, read_candles
from lefi_tui.core.bars import fits
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.matching import MarketRules, market_rules
from lefi_tui.core.record import Record
from lefi_tui.core.symbol import parse_symbol
from lefi_tui.core.timeframe import span
from lefi_tui.errors import (
    CandlesUnfitError,
    MarketFileError,
    MarketsUnfitError,
    ScriptRefusedError,
    SettingRefusedError,
    UsageError,
)
from lefi_tui.lang.chosen import OPTION, not_taken
from lefi_tui.requests import BacktestRequest, Progress, RunRequest

SYMBOL_SETTING: Final = "symbol"
LEVERAGE_MAX: Final = Decimal(125)  # what the largest venues allow; a candle file names none


class Prepared(Record):
    """All that a run on candle files stands on."""

    source: str
    settings: Mapping[str, str]  # with `@timeframe` where one was chosen
    bound: Bound
    files: tuple[CandleFile, ...]  # in the order the script names its symbols
    instruments: tuple[Instrument, ...]
    currency: str

    @property
    def markets(self) -> dict[str, MarketRules]:
        return {each.symbol: market_rules(each) for each in self.instruments}

    @property
    def timeframe_ms(self) -> int:
        """Of the data."""
        return self.files[0].timeframe_ms

    @property
    def handler_ms(self) -> int:
        """Of the first Candle handler; the data's where there is none."""
        handlers = sorted(self.bound.candles, key=lambda each: each.index)
        return handlers[0].timeframe_ms if handlers else self.timeframe_ms

    @property
    def from_ms(self) -> int:
        return min(each.from_ms for each in self.files)

    @property
    def to_ms(self) -> int:
        return max(each.to_ms for each in self.files)

    @property
    def unfunded(self) -> tuple[str, ...]:
        """Perpetual markets whose data has no funding: there it is 0."""
        perpetual = {each.symbol for each in self.instruments if each.is_perpetual}
        return tuple(
            each.symbol for each in self.files if each.symbol in perpetual and not each.has_funding
        )

    def notices(self) -> list[str]:
        """What a person should know of the data, in words."""
        out = [
            f"{each.name} has {each.gaps:,} gap{'s' * (each.gaps > 1)}; "
            f"{each.missing:,} candle{'s are' if each.missing > 1 else ' is'} missing"
            for each in self.files
            if each.gaps
        ]
        out += [
            f"{each.name} has no funding column: the funding of {each.symbol} is taken as 0"
            for each in self.files
            if each.symbol in self.unfunded
        ]
        return out + sorted({each.notice for each in self.files if each.notice})


def prepare(
    request: BacktestRequest | RunRequest,
    read: Read | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """`read`: another way to come by the files' candles. `progress` is told while they are read."""
    if not request.files:
        raise UsageError("no candle file is given", next_step="Name one with --data FILE")
    settings = dict(request.settings)
    if request.timeframe_ms is not None:
        settings[TIMEFRAME_SETTING] = str(request.timeframe_ms)
    bound = _bind(request, settings)
    wanted = request.symbol or _data_symbol(request, bound)
    if wanted and wanted not in bound.program.symbols:
        bound = _on_symbol(request, settings, wanted)
    files = _files(request, bound, read or partial(reading(request.columns), progress=progress))
    _check_timeframes(bound, files)
    instruments = tuple(instrument_of(each.symbol) for each in files)
    currencies = {each.quote for each in instruments}
    if len(currencies) > 1:
        why = f"its markets are priced in {', '.join(sorted(currencies))}, and cash is shared."
        raise ScriptRefusedError(why, next_step="Give it markets of one quote currency")
    return Prepared(request.source, settings, bound, files, instruments, currencies.pop())


def rebound(prepared: Prepared, settings: Mapping[str, str]) -> Prepared | str:
    """The same script and files with some settings changed; or why it can't run with them."""
    changed = {**prepared.settings, **settings}
    refusal = refusal_of(prepared.source, changed)
    if refusal:
        return refusal
    bound = bind(prepared.source, changed)
    if bound.kinds_of_candles != prepared.bound.kinds_of_candles:
        _check_timeframes(bound, prepared.files)
    return replace(prepared, settings=changed, bound=bound)


def instrument_of(symbol: str) -> Instrument:
    """A market of a candle file: the file names no tick, step or minimum."""
    parsed = parse_symbol(symbol)
    if parsed is None:
        raise UsageError(f"{symbol!r} is no market", next_step="Write it as BASE/QUOTE")
    base, quote, settle = parsed
    most = LEVERAGE_MAX if settle else Decimal(1)
    return Instrument(symbol, base, quote, settle, leverage_max=most)


def _bind(request: BacktestRequest | RunRequest, settings: Mapping[str, str]) -> Bound:
    known = set(_settings_known(request.source, settings))
    unknown = [each for each in settings if each not in known and each != TIMEFRAME_SETTING]
    if unknown and known:
        raise UsageError(
            f"the script has no setting {unknown[0]!r}; it has {', '.join(sorted(known))}",
            where=OPTION,
        )
    refusal = refusal_of(request.source, settings)
    if refusal:
        _check_values(request)
        raise ScriptRefusedError(refusal, where=str(request.script))
    return bind(request.source, settings)


def _check_values(request: BacktestRequest | RunRequest) -> None:
    """A value that the script does not take, where the script itself is right."""
    found = not_taken(request.source, dict(request.settings), request.timeframe_ms or 0)
    if found is not None:
        raise SettingRefusedError(found.why, where=found.option, next_step=found.next_step)


def _settings_known(source: str, settings: Mapping[str, str]) -> list[str]:
    timeframe = {k: v for k, v in settings.items() if k == TIMEFRAME_SETTING}
    if refusal_of(source, timeframe):
        return []
    return [each.name for each in bind(source, timeframe).program.settings]


def _data_symbol(request: BacktestRequest | RunRequest, bound: Bound) -> str:
    """The one market the data names, where the script leaves its market to a setting."""
    named = [each.symbol for each in request.files if each.symbol]
    is_chosen = SYMBOL_SETTING in dict(request.settings)
    is_one = len(named) == len(request.files) == len(bound.program.symbols) == 1
    return named[0] if is_one and not is_chosen else ""


def _on_symbol(
    request: BacktestRequest | RunRequest, settings: dict[str, str], symbol: str
) -> Bound:
    """The script on the market that was asked for, by its setting `symbol`."""
    if parse_symbol(symbol) is None:
        raise UsageError(f"{symbol!r} is no market", next_step="Write it as BASE/QUOTE")
    if SYMBOL_SETTING not in _settings_known(request.source, settings):
        raise MarketsUnfitError(
            f"the script names its market itself and has no setting `{SYMBOL_SETTING}`",
            where=f"--symbol {symbol}",
            next_step="Change the script, or leave --symbol out",
        )
    settings[SYMBOL_SETTING] = symbol
    return _bind(request, settings)


def reading(columns: Path | None) -> ReadTold:
    return read_candles if columns is None else ColumnCache(columns).read


def _files(
    request: BacktestRequest | RunRequest, bound: Bound, read: Read
) -> tuple[CandleFile, ...]:
    """One file a market, in the order the script names them, cut to the time asked."""
    symbols = bound.program.symbols
    if not symbols:
        raise ScriptRefusedError("it names no market", where=str(request.script))
    given = {each.symbol or request.symbol or symbols[0]: each.path for each in request.files}
    missing = [each for each in symbols if each not in given]
    extra = [each for each in given if each not in symbols]
    if missing or extra:
        lacks = f"no data for {', '.join(missing)}" if missing else ""
        more = f"the script does not name {', '.join(extra)}" if extra else ""
        raise MarketsUnfitError(
            "; ".join(each for each in (lacks, more) if each),
            where="--data",
            next_step="Name each file's market: --data BTC/USDT=FILE",
        )
    window = request.window
    whole = [read(given[each], each) for each in symbols]
    if window.from_ms is None and window.to_ms is None:
        return tuple(whole)
    return tuple(each.between(window.from_ms, window.to_ms) for each in whole)


def _check_timeframes(bound: Bound, files: Sequence[CandleFile]) -> None:
    data_ms = files[0].timeframe_ms
    other = next((each for each in files if each.timeframe_ms != data_ms), None)
    if other is not None:
        raise MarketFileError(
            f"Its candles are {span(other.timeframe_ms)} long, those of {files[0].name} "
            f"{span(data_ms)}.",
            where=other.name,
            next_step="Give files of one timeframe",
        )
    for _, timeframe_ms in bound.kinds_of_candles:
        if not fits(timeframe_ms, data_ms):
            raise CandlesUnfitError(
                f"Its candles are {span(data_ms)} long; the script's "
                f"{span(timeframe_ms)} can't be built from them.",
                where=files[0].name,
                next_step=f"Give finer data, or run it on {span(data_ms)} with --timeframe",
            )
