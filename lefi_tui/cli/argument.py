"""What an argument and a command are, and the arguments that many commands share."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from lefi_tui.cli import values
from lefi_tui.core.record import Record
from lefi_tui.requests import CASH, MAKER, MEASURES, TAKER


class Argument(Record):
    """One argument of a command; `keywords` are argparse's."""

    names: tuple[str, ...]
    keywords: Mapping[str, Any]


class Command(Record):
    """`module` holds `run(arguments, output) -> int`; without one the command is not there yet."""

    summary: str
    module: str = ""
    arguments: tuple[Argument, ...] = ()


def argument(*names: str, **keywords: Any) -> Argument:
    return Argument(names, MappingProxyType(keywords))


JSON: Final = argument(
    "--json", action="store_true", help="one JSON value on standard output, nothing else there"
)
FILE: Final = argument("file", metavar="FILE", type=Path, help="a script")
FILES: Final = argument("files", metavar="FILE", nargs="+", type=Path, help="a script")
OF: Final = argument(
    "--of", metavar="RUN", default="", help="a run that `lefi run` made; the desk if not said"
)
BOT: Final = argument("bot", metavar="BOT", nargs="?", default="", help="which bot")
SET: Final = argument(
    "--set",
    dest="settings",
    metavar="name=value",
    action="append",
    default=[],
    type=values.assignment,
    help="a setting of the script, as Lefi writes it; repeatable",
)
SIMULATED: Final = (
    argument("--symbol", metavar="S", type=values.symbol, help="the market of DATA"),
    argument(
        "--timeframe",
        metavar="T",
        type=values.duration_ms,
        help="run the Candle handlers on these candles: 5m, 1h",
    ),
    argument("--from", dest="start", metavar="T", type=values.time_ms, help="first candle"),
    argument("--to", dest="end", metavar="T", type=values.time_ms, help="first candle left out"),
    SET,
    argument("--cash", metavar="AMOUNT", type=values.money, default=CASH, help="10000 if not said"),
    argument("--maker", metavar="P", type=values.share, default=MAKER, help="0.02%% if not said"),
    argument("--taker", metavar="P", type=values.share, default=TAKER, help="0.05%% if not said"),
    argument(
        "--slippage", metavar="P", type=values.share, default=Decimal(0), help="0%% if not said"
    ),
    argument(
        "--limits",
        metavar="FILE",
        type=Path,
        help="the gate's limits are asked too: a TOML file with the names of [limits]",
    ),
    JSON,
)
WAY: Final = argument(
    "--way",
    choices=["auto", "machine", "event"],
    default="auto",
    help="how the script is carried out",
)
SWEPT: Final = (
    argument(
        "--over",
        metavar="name=low..high:step",
        action="append",
        default=[],
        required=True,
        type=values.over,
        help="a setting to vary, as fast=5..50:5 or stop=1%%..5%%:0.5%%; repeatable",
    ),
    argument(
        "--rank",
        choices=list(MEASURES),
        default=MEASURES[0],
        help=f"what the best is by; {MEASURES[0]} if not said",
    ),
    argument(
        "--workers",
        metavar="N",
        type=values.workers,
        default=values.cores(),
        help="processes at once; as many as there are cores if not said",
    ),
    argument("--cluster", metavar="ADDRESS", default="", help="not there yet"),
    WAY,
)
