"""The commands, in one table: parser, help and the answer "not there yet" are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from lefi_tui.cli import values
from lefi_tui.core.record import Record
from lefi_tui.requests import CASH, MAKER, TAKER


class Argument(Record):
    """One argument of a command; `keywords` are argparse's."""

    names: tuple[str, ...]
    keywords: Mapping[str, Any]


class Command(Record):
    """`module` holds `run(arguments, output) -> int`; without one the command is not there yet."""

    summary: str
    module: str = ""
    arguments: tuple[Argument, ...] = ()


def _argument(*names: str, **keywords: Any) -> Argument:
    return Argument(names, MappingProxyType(keywords))


_JSON: Final = _argument(
    "--json", action="store_true", help="one JSON value on standard output, nothing else there"
)
_FILE: Final = _argument("file", metavar="FILE", type=Path, help="a script")
_FILES: Final = _argument("files", metavar="FILE", nargs="+", type=Path, help="a script")
_OF: Final = _argument(
    "--of", metavar="RUN", default="", help="a run that `lefi run` made; the desk if not said"
)
_BOT: Final = _argument("bot", metavar="BOT", nargs="?", default="", help="which bot")
_SET: Final = _argument(
    "--set",
    dest="settings",
    metavar="name=value",
    action="append",
    default=[],
    type=values.assignment,
    help="a setting of the script, as Lefi writes it; repeatable",
)
_SIMULATED: Final = (
    _argument("--symbol", metavar="S", type=values.symbol, help="the market of DATA"),
    _argument(
        "--timeframe",
        metavar="T",
        type=values.duration_ms,
        help="run the Candle handlers on these candles: 5m, 1h",
    ),
    _argument("--from", dest="start", metavar="T", type=values.time_ms, help="first candle"),
    _argument("--to", dest="end", metavar="T", type=values.time_ms, help="first candle left out"),
    _SET,
    _argument(
        "--cash", metavar="AMOUNT", type=values.money, default=CASH, help="10000 if not said"
    ),
    _argument("--maker", metavar="P", type=values.share, default=MAKER, help="0.02%% if not said"),
    _argument("--taker", metavar="P", type=values.share, default=TAKER, help="0.05%% if not said"),
    _argument(
        "--slippage", metavar="P", type=values.share, default=Decimal(0), help="0%% if not said"
    ),
    _JSON,
)


def _data(help_text: str, **keywords: Any) -> Argument:
    return _argument(
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
                _FILES,
                _argument(
                    "--contract",
                    action="store_true",
                    help="also what each can do at most: steps, markets, money, questions",
                ),
                _JSON,
            ),
        ),
        "test": Command("runs the tests in scripts", "run_tests", (_FILES,)),
        "fmt": Command(
            "writes scripts in the one style",
            "fmt",
            (
                _argument("files", metavar="FILE", nargs="+", type=Path, help="a script; - stdin"),
                _argument("--check", action="store_true", help="write nothing; 1 if one is not so"),
                _argument("--diff", action="store_true", help="write nothing; show the changes"),
            ),
        ),
        "explain": Command(
            "a message, method or statement in words",
            "explain",
            (_argument("word", metavar="WORD", help="a code like LF203, or EMA, authorize, rate"),),
        ),
        "lsp": Command("language server on standard input and output"),
        "backtest": Command(
            "simulates a script on candle files",
            "backtest",
            (
                _FILE,
                _data("candles: CSV or CSV.gz; repeatable", required=True),
                *_SIMULATED,
                _argument(
                    "--way",
                    choices=["auto", "machine", "event"],
                    default="auto",
                    help="how the script is carried out",
                ),
                _argument("--html", metavar="OUT", type=Path, help="a report as a page"),
            ),
        ),
        "sweep": Command("many simulations, ranked"),
        "walk": Command("walk-forward"),
        "run": Command(
            "one bot without a screen",
            "run",
            (
                _FILE,
                _data("a file to replay as the market; repeatable", default=[]),
                *_SIMULATED,
                _argument("--account", metavar="NAME", default="", help="of config.toml"),
                _argument("--dry", action="store_true", help="no order leaves (the default)"),
                _argument("--live", action="store_true", help="orders go to the exchange"),
                _argument("--yes-live", metavar="NAME", default="", help="the account, typed"),
                _argument(
                    "--speed",
                    metavar="max|1x|60x",
                    type=values.speed,
                    default=None,
                    help="of a replayed file; max if not said",
                ),
                _argument(
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
                _argument("file", metavar="JOB.json", type=Path, help="a job"),
                _argument(
                    "-o", "--out", metavar="FILE", type=Path, help="the script; not yet there"
                ),
                _argument("--force", action="store_true", help="write over FILE"),
            ),
        ),
        "replay": Command(
            "carries a recorded run out again and compares every decision",
            "replay",
            (
                _argument("run", metavar="RUN", help="as `lefi run` named it"),
                _argument(
                    "--script",
                    metavar="FILE",
                    type=Path,
                    help="with this text instead: names the first thing it would change",
                ),
                _JSON,
            ),
        ),
        "bots": Command(
            "bots of the profile",
            "bots",
            (
                _argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["list", "start", "stop", "set", "show"],
                    help="list if not said",
                ),
                _BOT,
                _argument("--script", metavar="FILE", type=Path, help="what to start"),
                _argument("--account", metavar="NAME", default="", help="where it trades"),
                _SET,
                _argument(
                    "--close", action="store_true", help="stop: closes the bot's share at market"
                ),
                _argument("--keep", action="store_true", help="stop: its position stays"),
                _JSON,
            ),
        ),
        "approvals": Command("what waits for a person"),
        "emit": Command(
            "a custom event for the bots that hear it",
            "emit",
            (
                _argument("name", metavar="NAME", help='as scripts hear it: on Event("NAME")'),
                _argument("fields", metavar="JSON", nargs="?", default="{}", help="its fields"),
                _argument("--id", default="", help="the same id is heard once, however often sent"),
                _JSON,
            ),
        ),
        "webhook": Command(
            "the secret of the webhook for signed events",
            "webhook",
            (
                _argument("action", choices=["secret"], help="makes one, and shows it once"),
                _argument("--stdin", action="store_true", help="read it instead of making one"),
                _argument("--remove", action="store_true", help="forget it"),
            ),
        ),
        "limits": Command(
            "what the gate refuses: shows it, or changes it for the next order",
            "limits",
            (
                _argument(
                    "action",
                    nargs="?",
                    default="show",
                    choices=["show", "set", "calendar"],
                    help="show if not said; calendar takes a file of releases: CSV with "
                    "at,name,impact, JSON with the same, or ICS",
                ),
                _argument(
                    "values", metavar="name=value", nargs="*", help="set: an empty value unsets"
                ),
                _argument(
                    "--place",
                    metavar="PLACE",
                    default="desk",
                    help="desk, account/NAME or bot/NAME; the strictest of all counts",
                ),
                _argument("--all", action="store_true", help="also what is not set, with meaning"),
                _argument("--reason", metavar="TEXT", default="", help="stays in the audit"),
                _JSON,
            ),
        ),
        "schedule": Command(
            "what runs when: next, last, how late, and what hangs", "schedule", (_JSON,)
        ),
        "why": Command(
            "what was decided, on which values, and what stopped it; also where nothing was done",
            "why",
            (
                _BOT,
                _argument(
                    "--at",
                    metavar="T",
                    type=values.since_ms,
                    help="the newest run at that time or before: 2026-01-31T14:03:07, 2h",
                ),
                _argument("--order", metavar="ID", default="", help="of this order"),
                _argument("--run", metavar="ID", default="", help="of this story of `lefi audit`"),
                _OF,
                _JSON,
            ),
        ),
        "audit": Command(
            "the hash-chained trail: who, what, why, before and after",
            "audit",
            (
                _argument(
                    "action",
                    nargs="?",
                    default="show",
                    choices=["show", "verify", "export"],
                    help="show the newest if not said",
                ),
                _argument("--since", metavar="T", type=values.since_ms, help="2026-01-31, 7d"),
                _argument("--until", metavar="T", type=values.since_ms, help="as --since"),
                _argument("--bot", metavar="BOT", default="", help="one bot's, or one person's"),
                _argument(
                    "--run",
                    metavar="ID",
                    default="",
                    help="one story, from key press or market event to fill: its number, an order",
                ),
                _argument(
                    "--limit",
                    metavar="N",
                    type=values.count,
                    default=30,
                    help="show: 30 if not said",
                ),
                _argument(
                    "--format", choices=["jsonl", "csv"], default="jsonl", help="of an export"
                ),
                _argument("--out", metavar="FILE", type=Path, help="export to a file"),
                _OF,
                _JSON,
            ),
        ),
        "functions": Command("the registry"),
        "keys": Command("exchange keys, kept in the keyring"),
        "data": Command(
            "candles of exchanges on disk, with resume",
            "data",
            (
                _argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["fetch", "list", "import", "export"],
                    help="list if not said",
                ),
                _argument(
                    "what",
                    metavar="WHAT",
                    nargs="*",
                    help="fetch and export: EXCHANGE SYMBOL, or an account for EXCHANGE; "
                    "import: FILE",
                ),
                _argument(
                    "--timeframe",
                    metavar="T",
                    type=values.duration_ms,
                    default=60_000,
                    help="of the candles: 1m if not said, 5m, 1h",
                ),
                _argument(
                    "--from", dest="start", metavar="T", type=values.time_ms, help="first candle"
                ),
                _argument(
                    "--to", dest="end", metavar="T", type=values.time_ms, help="now if not said"
                ),
                _argument("--symbol", metavar="S", type=values.symbol, help="of an imported file"),
                _argument("--exchange", metavar="NAME", default="", help="of an imported file"),
                _argument("--csv", action="store_true", help="export CSV, not JSON lines"),
                _argument("--out", metavar="FILE", type=Path, help="export to a file"),
                _JSON,
            ),
        ),
        "notify": Command(
            "who is told when nobody looks: chat, mail, webhooks; a heartbeat for a watcher",
            "notify",
            (
                _argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["list", "set", "test", "remove", "dead"],
                    help="list if not said",
                ),
                _argument(
                    "words",
                    metavar="NAME",
                    nargs="*",
                    help="a channel of your naming, or heartbeat; dead: requeue ID",
                ),
                _argument("--stdin", action="store_true", help="set: read the address there"),
                _JSON,
            ),
        ),
        "report": Command(
            "performance of bots and accounts, beside buy and hold",
            "report",
            (
                _argument(
                    "--since",
                    metavar="T",
                    type=values.since_ms,
                    help="a time, or so long ago: 2026-01-31, 7d; the beginning if not said",
                ),
                _argument("--bot", metavar="BOT", default="", help="one bot; all if not said"),
                _argument("--account", metavar="NAME", default="", help="the first if not said"),
                _argument("--html", metavar="OUT", type=Path, help="a page that stands alone"),
                _argument(
                    "--csv",
                    metavar="OUT",
                    type=Path,
                    help="all trades as a table; fills and equity beside it",
                ),
                _argument("--plain", action="store_true", help="pictures in plain letters"),
                _JSON,
            ),
        ),
        "engine": Command(
            "the executor without a screen; `lefi` attaches to it",
            "engine",
            (_argument("--stop", action="store_true", help="ends the one that runs"),),
        ),
        "kill": Command(
            "stops every bot, cancels every order, closes what bots hold, and proves it",
            "kill",
            (
                _argument(
                    "--wait",
                    dest="wait_ms",
                    metavar="DURATION",
                    type=values.duration_ms,
                    default=30_000,
                    help="for the proof, 30s if not said; the kill goes on without us",
                ),
                _JSON,
            ),
        ),
        "resume": Command(
            "allows orders again after a kill",
            "resume",
            (
                _argument("--reason", metavar="TEXT", default="", help="asked for if not said"),
                _JSON,
            ),
        ),
        "doctor": Command("what works on this machine", "doctor", (_JSON,)),
    }
)
