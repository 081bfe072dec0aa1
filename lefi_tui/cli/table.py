"""The commands, in one table: parser, help and the answer "not there yet" are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from lefi_tui.cli import values
from lefi_tui.cli.argument import (
    BOT,
    FILE,
    FILES,
    JSON,
    OF,
    SIMULATED,
    SWEPT,
    WAY,
    Argument,
    Command,
    argument,
)
from lefi_tui.cli.table_engine import ENGINE_COMMANDS
from lefi_tui.cli.table_practice import PRACTICE_COMMANDS

__all__ = ["COMMANDS", "Argument", "Command"]


def _data(help_text: str, **keywords: Any) -> Argument:
    return argument(
        "--data",
        dest="files",
        metavar="[SYMBOL=]DATA",
        nargs="+",
        action="extend",
        type=values.market_file,
        help=help_text,
        **keywords,
    )


COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {
        "check": Command(
            "checks scripts",
            "check",
            (
                FILES,
                argument(
                    "--contract",
                    action="store_true",
                    help="also what each can do at most: steps, markets, money, questions",
                ),
                JSON,
            ),
        ),
        "test": Command("runs the tests in scripts", "run_tests", (FILES, JSON)),
        "fmt": Command(
            "writes scripts in the one style",
            "fmt",
            (
                argument("files", metavar="FILE", nargs="+", type=Path, help="a script; - stdin"),
                argument("--check", action="store_true", help="write nothing; 1 if one is not so"),
                argument("--diff", action="store_true", help="write nothing; show the changes"),
            ),
        ),
        "versions": Command(
            "what a script was at each save: list, difference, back to one",
            "versions",
            (
                argument(
                    "words",
                    metavar="WORD",
                    nargs="+",
                    help="[list] FILE; show FILE 3; back FILE 3 makes a new version of the old "
                    "text; diff FILE [3 [5]] tells the lines and what they mean, of what changed "
                    "last, of 3 and the file now, or of two; keep FILE is for your own editor",
                ),
                JSON,
            ),
        ),
        "explain": Command(
            "a message, method or statement in words",
            "explain",
            (argument("word", metavar="WORD", help="a code like LF203, or EMA, authorize, rate"),),
        ),
        "lsp": Command(
            "language server on standard input and output",
            "lsp",
            (
                argument("--stdio", action="store_true", help="the default; some editors say it"),
                argument(
                    "--vscode",
                    metavar="FOLDER",
                    type=Path,
                    help="instead, write there what VS Code needs to start it",
                ),
            ),
        ),
        "backtest": Command(
            "simulates a script on candle files",
            "backtest",
            (
                FILE,
                _data("candles: CSV, CSV.gz or Parquet; repeatable", required=True),
                *SIMULATED,
                WAY,
                argument("--html", metavar="OUT", type=Path, help="a report as a page"),
                argument(
                    "--prove",
                    action="store_true",
                    help="also prove: no look-ahead, and long enough warmed; 1 if refuted",
                ),
            ),
        ),
        "sweep": Command(
            "many simulations, ranked",
            "sweep",
            (
                FILE,
                _data("candles: CSV, CSV.gz or Parquet; repeatable", required=True),
                *SIMULATED,
                *SWEPT,
            ),
        ),
        "walk": Command("walk-forward"),
        "run": Command(
            "one bot without a screen",
            "run",
            (
                FILE,
                _data("a file to replay as the market; repeatable", default=[]),
                *SIMULATED,
                argument("--account", metavar="NAME", default="", help="of config.toml"),
                argument("--dry", action="store_true", help="no order leaves (the default)"),
                argument("--live", action="store_true", help="orders go to the exchange"),
                argument("--yes-live", metavar="NAME", default="", help="the account, typed"),
                argument(
                    "--speed",
                    metavar="max|1x|60x",
                    type=values.speed,
                    default=None,
                    help="of a replayed file; max if not said",
                ),
                argument(
                    "--for",
                    dest="duration_ms",
                    metavar="DURATION",
                    type=values.duration_ms,
                    help="stop after this long",
                ),
            ),
        ),
        "import": Command(
            "a job of the older form becomes a script",
            "import_job",
            (
                argument("file", metavar="JOB.json", type=Path, help="a job"),
                argument(
                    "-o", "--out", metavar="FILE", type=Path, help="the script; not yet there"
                ),
                argument("--force", action="store_true", help="write over FILE"),
            ),
        ),
        "replay": Command(
            "carries a recorded run out again and compares every decision",
            "replay",
            (
                argument("run", metavar="RUN", help="as `lefi run` named it"),
                argument(
                    "--script",
                    metavar="FILE",
                    type=Path,
                    help="with this text instead: names the first thing it would change",
                ),
                JSON,
            ),
        ),
        "why": Command(
            "what was decided, on which values, and what stopped it; also where nothing was done",
            "why",
            (
                BOT,
                argument(
                    "--at",
                    metavar="T",
                    type=values.since_ms,
                    help="the newest run at that time or before: 2026-01-31T14:03:07, 2h",
                ),
                argument("--order", metavar="ID", default="", help="of this order"),
                argument("--run", metavar="ID", default="", help="of this story of `lefi audit`"),
                OF,
                JSON,
            ),
        ),
        "audit": Command(
            "the hash-chained trail: who, what, why, before and after",
            "audit",
            (
                argument(
                    "action",
                    nargs="?",
                    default="show",
                    choices=["show", "verify", "export"],
                    help="show the newest if not said",
                ),
                argument("--since", metavar="T", type=values.since_ms, help="2026-01-31, 7d"),
                argument("--until", metavar="T", type=values.since_ms, help="as --since"),
                argument("--bot", metavar="BOT", default="", help="one bot's, or one person's"),
                argument(
                    "--run",
                    metavar="ID",
                    default="",
                    help="one story, from key press or market event to fill: its number, an order",
                ),
                argument(
                    "--limit",
                    metavar="N",
                    type=values.count,
                    default=30,
                    help="show: 30 if not said",
                ),
                argument(
                    "--format", choices=["jsonl", "csv"], default="jsonl", help="of an export"
                ),
                argument("--out", metavar="FILE", type=Path, help="export to a file"),
                OF,
                JSON,
            ),
        ),
        "functions": Command("the registry"),
        "venue": Command(
            "what the exchange of an account offers, and what of it is used",
            "venue",
            (argument("account", metavar="ACCOUNT", help="of config.toml"), JSON),
        ),
        "keys": Command(
            "exchange keys, kept in the keyring or in a vault of the profile",
            "keys",
            (
                argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["set", "test", "list", "remove"],
                    help="list if not said; test asks the exchange what the key may do",
                ),
                argument(
                    "account", metavar="ACCOUNT", nargs="?", default="", help="of config.toml"
                ),
                argument(
                    "--stdin",
                    action="store_true",
                    help='set: read {"api_key": …, "secret": …, "password": …} there',
                ),
                argument(
                    "--allow-withdrawal",
                    metavar="ACCOUNT",
                    default="",
                    help="test: trade live with a key that can withdraw; its name once more",
                ),
                JSON,
            ),
        ),
        "data": Command(
            "candles of exchanges on disk, with resume",
            "data",
            (
                argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["fetch", "list", "import", "export"],
                    help="list if not said",
                ),
                argument(
                    "what",
                    metavar="WHAT",
                    nargs="*",
                    help="fetch and export: EXCHANGE SYMBOL, or an account for EXCHANGE; "
                    "import: FILE",
                ),
                argument(
                    "--timeframe",
                    metavar="T",
                    type=values.duration_ms,
                    help="of the candles: 1m if not said, 5m, 1h; a file to import has its own",
                ),
                argument(
                    "--from", dest="start", metavar="T", type=values.time_ms, help="first candle"
                ),
                argument(
                    "--to", dest="end", metavar="T", type=values.time_ms, help="now if not said"
                ),
                argument("--symbol", metavar="S", type=values.symbol, help="of an imported file"),
                argument(
                    "--exchange",
                    metavar="NAME",
                    type=values.exchange,
                    help="of an imported file",
                ),
                argument(
                    "--csv",
                    action="store_true",
                    help="export CSV, not JSON lines; --out FILE.csv is CSV too",
                ),
                argument("--out", metavar="FILE", type=Path, help="export to a file"),
                JSON,
            ),
        ),
        "report": Command(
            "performance of bots and accounts, beside buy and hold",
            "report",
            (
                argument(
                    "--since",
                    metavar="T",
                    type=values.since_ms,
                    help="a time, or so long ago: 2026-01-31, 7d; the beginning if not said",
                ),
                argument("--bot", metavar="BOT", default="", help="one bot; all if not said"),
                argument("--account", metavar="NAME", default="", help="the first if not said"),
                argument("--html", metavar="OUT", type=Path, help="a page that stands alone"),
                argument(
                    "--csv",
                    metavar="OUT",
                    type=Path,
                    help="all trades as a table; fills and equity beside it",
                ),
                argument("--plain", action="store_true", help="pictures in plain letters"),
                JSON,
            ),
        ),
        "doctor": Command("what works on this machine", "doctor", (JSON,)),
        **PRACTICE_COMMANDS,
        **ENGINE_COMMANDS,
    }
)
