"""`lefi data`: candles of exchanges on disk, with resume; what is there, files in, files out."""

from __future__ import annotations

import gzip
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.cli import simulated, values
from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.cli.progress import progress
from lefi_tui.core.timeframe import candles
from lefi_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lefi_tui.adapters.candle_store import Kept
    from lefi_tui.wiring.candles import Wanted

MINUTE_MS: Final = 60_000  # of candles, where nothing is said
GAPS_SHOWN: Final = 5
PARQUET: Final = ".parquet"
CSV: Final = (".csv", ".csv.gz")
IMPORTED: Final = "imported"  # the exchange of files that come from elsewhere
NAMES: Final = ("timestamp", "open", "high", "low", "close", "volume")


def run(arguments: Namespace, output: Output) -> int:
    _ACTIONS[arguments.action](arguments, output)
    return 0


# ---- fetch


def _fetch(arguments: Namespace, output: Output) -> None:
    wanted = _wanted(arguments)
    settings = loaded(output).settings
    from lefi_tui.wiring.candles import fetched

    with progress(output, wanted.symbol) as moved:
        answer = fetched(settings, wanted, moved, output.say)
    if arguments.json:
        output.value({**_as_data(answer.kept), "fetched": answer.new, "refused": answer.refused})
        return
    output.line(f"{candles(answer.new)} came.")
    if answer.refused:
        output.line(f"{answer.refused} that can't be were refused and are missing.")
    _tell(answer.kept, output)


def _wanted(arguments: Namespace) -> Wanted:
    """EXCHANGE SYMBOL and their options."""
    from lefi_tui.wiring.candles import Wanted

    if len(arguments.what) != 2:
        raise UsageError(
            "an exchange and a market are needed",
            where=f"lefi data {arguments.action}",
            next_step=f"lefi data {arguments.action} binanceusdm BTC/USDT:USDT --from 2026-01-01",
        )
    exchange, symbol = arguments.what
    span = simulated.window(arguments)
    place, market = _said(values.exchange, exchange), _said(values.symbol, symbol)
    length_ms = arguments.timeframe or MINUTE_MS
    return Wanted(place, market, length_ms, span.from_ms, span.to_ms)


def _said(read: Callable[[str], str], text: str) -> str:
    from argparse import ArgumentTypeError

    try:
        return read(text)
    except ArgumentTypeError as error:
        raise UsageError(str(error), where=text) from error


# ---- list


def _list(arguments: Namespace, output: Output) -> None:
    settings = loaded(output).settings
    from lefi_tui.wiring.candles import candles_folder, kept_candles

    found = kept_candles(settings)
    if arguments.json:
        output.value([_as_data(each) for each in found])
        return
    for each in found:
        _tell(each, output)
    if not found:
        output.line(f"No candles in {candles_folder(settings)}.")
        output.line("Get some: lefi data fetch binanceusdm BTC/USDT:USDT --from 2026-01-01")


def _tell(there: Kept, output: Output) -> None:
    from lefi_tui.adapters.candle_store import frame_name

    shelf = there.shelf
    frame = frame_name(shelf.timeframe_ms)
    span = f"{_when(there.from_ms)} to {_when(there.to_ms)}" if there.candles else "nothing yet"
    output.line(f"{shelf.exchange} {shelf.symbol} {frame}: {candles(there.candles)}, {span}")
    if there.holes:
        count = len(there.holes)
        output.line(f"  {count} gap{'s' * (count > 1)}, {candles(there.missing)} missing:")
        for begin, end in there.holes[:GAPS_SHOWN]:
            output.line(f"    {_when(begin)} to {_when(end)}")
        if count > GAPS_SHOWN:
            output.line(f"    and {count - GAPS_SHOWN} more; --json names them all")
    if there.is_partial:
        output.line("  A fetch stopped in the middle; the same command goes on.")
    output.line(f"  {shelf.file}")


def _as_data(there: Kept) -> dict[str, Any]:
    from lefi_tui.adapters.candle_store import frame_name

    frame_ms = there.shelf.timeframe_ms
    return {
        "exchange": there.shelf.exchange,
        "symbol": there.shelf.symbol,
        "timeframe": frame_name(frame_ms),
        "file": str(there.shelf.file),
        "candles": there.candles,
        "from": there.from_ms,
        "to": there.to_ms,
        "gaps": [
            {"from": begin, "to": end, "missing": (end - begin) // frame_ms}
            for begin, end in there.holes
        ],
        "is_partial": there.is_partial,
    }


def _when(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M")


# ---- import and export


def _import(arguments: Namespace, output: Output) -> None:
    if len(arguments.what) != 1 or not arguments.symbol:
        raise UsageError(
            "a file and its market are needed",
            where="lefi data import",
            next_step="lefi data import FILE --symbol BTC/USDT",
        )
    if arguments.start is not None or arguments.end is not None:
        raise UsageError(
            "a file is taken in whole",
            where="--from, --to",
            next_step="Leave them out; `backtest`, `sweep` and `export` take a part",
        )
    settings = loaded(output).settings
    from lefi_tui.wiring.candles import Foreign, taken_in

    exchange = arguments.exchange or IMPORTED
    file = Path(arguments.what[0])
    foreign = Foreign(file, exchange, arguments.symbol, arguments.timeframe)
    with progress(output, foreign.symbol) as shown:
        taken = taken_in(settings, foreign, simulated.columns(), shown)
    if taken.had_funding:
        output.say("Its funding column is not kept; simulate on the file itself to be charged it.")
    there = taken.kept
    if taken.differing:
        output.say(
            f"{candles(taken.differing)} of {arguments.what[0]} with other numbers than those kept "
            "for the same times, which stay. To have the file's, delete "
            f"{there.shelf.file} and import again, or keep them apart with --exchange NAME."
        )
    if arguments.json:
        output.value({**_as_data(there), "differing": taken.differing})
    else:
        _tell(there, output)


def _export(arguments: Namespace, output: Output) -> None:
    """JSON lines, or what `lefi backtest --data` reads: CSV and Parquet, by the file's name too."""
    wanted = _wanted(arguments)
    settings = loaded(output).settings
    from lefi_tui.wiring.candles import given_out, given_out_as_parquet

    out: Path | None = arguments.out
    if out is not None and out.suffix.lower() == PARQUET:
        count = given_out_as_parquet(settings, wanted, out)
    else:
        lines = (line for _, line in given_out(settings, wanted))
        as_csv = arguments.csv or (out is not None and out.name.lower().endswith(CSV))
        with _opened(out) as write:
            count = _written(lines, write, as_csv=as_csv)
    if out is not None:
        output.say(f"{out} has {candles(count)}.")


@contextmanager
def _opened(path: Path | None) -> Iterator[Callable[[str], Any]]:
    """A file is whole or is not there: one that was there stays until then."""
    if path is None:
        yield sys.stdout.write
        sys.stdout.flush()
        return
    if path.exists() and not path.is_file():  # a device, a pipe
        with path.open("w") as out:
            yield out.write
        return
    early = path.with_name(f".{path.name}.part")
    try:
        with gzip.open(early, "wt") if path.suffix == ".gz" else early.open("w") as out:
            yield out.write
        early.replace(path)
    finally:
        early.unlink(missing_ok=True)


def _written(lines: Iterable[str], write: Callable[[str], Any], *, as_csv: bool) -> int:
    count = 0
    if as_csv:
        write(",".join(NAMES) + "\n")
    for count, line in enumerate(lines, 1):  # noqa: B007 -- the count is the answer
        if as_csv:
            write(line)
        else:
            pairs = zip(NAMES, line.strip().split(","), strict=True)
            write("{" + ", ".join(f'"{name}": {number}' for name, number in pairs) + "}\n")
    return count


_ACTIONS: Final[dict[str, Callable[[Namespace, Output], None]]] = {
    "fetch": _fetch,
    "list": _list,
    "import": _import,
    "export": _export,
}
