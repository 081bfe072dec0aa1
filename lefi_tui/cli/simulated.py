"""What `run` and `backtest` share: from the words of the command line to a request."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from lefi_tui.errors import FileUnreadableError, UsageError
from lefi_tui.places import places
from lefi_tui.requests import Costs, LimitsAsked, MarketFile, Window


def costs(arguments: Namespace) -> Costs:
    return Costs(arguments.cash, arguments.maker, arguments.taker, arguments.slippage)


def window(arguments: Namespace) -> Window:
    start, end = arguments.start, arguments.end
    if start is not None and end is not None and start >= end:
        raise UsageError(
            "--from is not before --to",
            where=f"--from {_when(start)} --to {_when(end)}",
            next_step="Give a --to that comes after --from; it is the first moment left out",
        )
    return Window(start, end)


def _when(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def files(arguments: Namespace) -> tuple[MarketFile, ...]:
    """The market files, each of which is there, and no market twice."""
    given: tuple[MarketFile, ...] = tuple(arguments.files)
    for each in given:
        if not each.path.is_file():
            why = "there is no such file" if not each.path.exists() else "it is no file"
            raise FileUnreadableError(why, where=str(each.path))
    symbols = [each.symbol or arguments.symbol for each in given]
    if len(set(symbols)) < len(symbols):
        raise UsageError(
            "two files for one market",
            where="--data",
            next_step="Say which is which: --data BTC/USDT=a.csv ETH/USDT=b.csv",
        )
    return given


def columns() -> Path:
    """Where candle files are kept as columns, so that the second run reads no text."""
    return places(os.environ).columns


def variants() -> Path:
    """Where is counted what was tried on the same data."""
    return places(os.environ).variants


def limits(arguments: Namespace) -> LimitsAsked | None:
    """Those of `--limits FILE`; they are checked only where there are any."""
    if arguments.limits is None:
        return None
    from lefi_tui.cli.limits_file import read

    return read(arguments.limits)
