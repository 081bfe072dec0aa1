"""Commands that talk to the running engine, or start it."""

from __future__ import annotations

from argparse import SUPPRESS
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lefi_tui.cli import values
from lefi_tui.cli.argument import BOT, JSON, SET, Command, argument

BY_HAND: Final = (
    argument("--account", metavar="NAME", default="", help="the only one if not said"),
    argument("--again", action="store_true", help="what looks like a slip of the finger is meant"),
    argument("--yes-live", metavar="NAME", default="", help="real money: the account once more"),
)

ENGINE_COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {
        "bots": Command(
            "bots of the profile",
            "bots",
            (
                argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=[
                        *("list", "start", "stop", "pause", "resume", "press", "set", "show"),
                        "update",
                    ],
                    help="list if not said",
                ),
                BOT,
                argument(
                    "said", metavar="COMMAND", nargs="?", default="", help='press: "BUY GAME"'
                ),
                argument(
                    "--script", metavar="FILE", type=Path, help="what to start, or to update to"
                ),
                argument(
                    "--version",
                    dest="number",
                    metavar="N",
                    type=int,
                    default=0,
                    help="update: to that version of the script; the newest if not said",
                ),
                argument("--back", action="store_true", help="update: to the text it ran before"),
                argument(
                    "--check", action="store_true", help="update: say what it means, do nothing"
                ),
                argument(
                    "--game", action="store_true", help="start: the Ttadak game, no script; --set"
                ),
                argument("--account", metavar="NAME", default="", help="where it trades"),
                argument(
                    "--yes-live",
                    metavar="NAME",
                    default="",
                    help="start, update: with real money; the account's name once more",
                ),
                SET,
                argument(
                    "--close", action="store_true", help="stop: closes the bot's share at market"
                ),
                argument("--keep", action="store_true", help="stop: its position stays"),
                argument("--once", action="store_true", help="start: it leaves after one run"),
                argument(
                    "--until-executed",
                    action="store_true",
                    help="start: it leaves when a transaction of its was filled",
                ),
                argument(
                    "--from",
                    dest="start_ms",
                    metavar="T",
                    type=values.time_ms,
                    default=0,
                    help="start: it begins then",
                ),
                argument(
                    "--until",
                    dest="until_ms",
                    metavar="T",
                    type=values.until_ms,
                    default=0,
                    help="start: it acts until then, a day to its end; then it has expired",
                ),
                JSON,
            ),
        ),
        "approvals": Command(
            "what waits for a person: effects, worst price, cost, why, how long is left",
            "approvals",
            (
                argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["list", "show", "approve", "decline"],
                    help="list if not said",
                ),
                argument("approval", metavar="ID", nargs="?", default="", help="which one"),
                argument("--reason", metavar="TEXT", default="", help="stays in the audit"),
                JSON,
            ),
        ),
        "cashflows": Command(
            "what scripts planned to pay, receive or transfer, and what became of it",
            "cashflows",
            (
                argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["list", "settle", "move"],
                    help="list if not said",
                ),
                argument("flow", metavar="ID", nargs="?", default="", help="which one"),
                JSON,
            ),
        ),
        "money": Command(
            "what each account has in each currency, its margin, and how old that is",
            "money",
            (
                argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["list", "accept"],
                    help="list if not said; accept takes a difference into the books",
                ),
                argument("account", metavar="ACCOUNT", nargs="?", default="", help="which one"),
                argument("--reason", metavar="TEXT", default="", help="stays in the journal"),
                JSON,
            ),
        ),
        "emit": Command(
            "a custom event for the bots that hear it",
            "emit",
            (
                argument("name", metavar="NAME", help='as scripts hear it: on Event("NAME")'),
                argument("fields", metavar="JSON", nargs="?", default="{}", help="its fields"),
                argument("--id", default="", help="the same id is heard once, however often sent"),
                JSON,
            ),
        ),
        "say": Command(
            "one line of Lefi: a question is answered, a statement carried out once by hand",
            "say",
            (
                argument(
                    "text",
                    metavar="LINE",
                    help="""'Spot("BTC/USDT")' is answered, 'Buy("BTC/USDT", 100 USDT)' is said""",
                ),
                *BY_HAND,
                JSON,
            ),
        ),
        "order": Command(
            "working orders and open positions by hand",
            "order",
            (
                argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["list", "move", "cancel", "close", "protect"],
                    help="list if not said",
                ),
                argument("what", metavar="ID|MARKET", nargs="?", default="", help="of list's"),
                argument("--to", metavar="PRICE", default="", help="move: the new price"),
                argument("--ticks", type=int, default=0, help="move: by so many"),
                argument("--part", metavar="UNITS|25%", default="", help="close: not all of it"),
                argument("--stop", metavar="PRICE|2%", default="", help="protect"),
                argument("--target", metavar="PRICE|4%", default="", help="protect"),
                *BY_HAND,
            ),
        ),
        "webhook": Command(
            "the secret of the webhook for signed events",
            "webhook",
            (
                argument("action", choices=["secret"], help="makes one, and shows it once"),
                argument("--stdin", action="store_true", help="read it instead of making one"),
                argument("--remove", action="store_true", help="forget it"),
            ),
        ),
        "limits": Command(
            "what the gate refuses: shows it, or changes it for the next order",
            "limits",
            (
                argument(
                    "action",
                    metavar="show|set|calendar",
                    nargs="?",
                    default="show",
                    help="show if not said; calendar takes a file of releases: CSV with "
                    "at,name,impact, JSON with the same, or ICS",
                ),
                argument(
                    "values", metavar="name=value", nargs="*", help="set: an empty value unsets"
                ),
                argument(
                    "--place",
                    metavar="PLACE",
                    default="desk",
                    help="desk, account/NAME or bot/NAME; the strictest of all counts",
                ),
                argument("--all", action="store_true", help="also what is not set, with meaning"),
                argument("--reason", metavar="TEXT", default="", help="stays in the audit"),
                JSON,
            ),
        ),
        "schedule": Command(
            "what runs when: next, last, how late, and what hangs", "schedule", (JSON,)
        ),
        "notify": Command(
            "who is told when nobody looks: chat, mail, webhooks; a heartbeat for a watcher",
            "notify",
            (
                argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["list", "set", "test", "remove", "dead"],
                    help="list if not said",
                ),
                argument(
                    "words",
                    metavar="NAME",
                    nargs="*",
                    help="a channel of your naming, or heartbeat; dead: requeue ID",
                ),
                argument("--stdin", action="store_true", help="set: read the address there"),
                JSON,
            ),
        ),
        "engine": Command(
            "the executor without a screen; `lefi` attaches to it",
            "engine",
            (argument("--stop", action="store_true", help="ends the one that runs"),),
        ),
        "dead": Command(
            "what could not be carried out, and why",
            "dead",
            (
                argument(
                    "action",
                    nargs="?",
                    default="list",
                    choices=["list", "show", "requeue", "drop"],
                    help="list if not said",
                ),
                argument("letter", metavar="ID", nargs="?", default="", help="as list names it"),
                JSON,
            ),
        ),
        "kill": Command(
            "stops every bot, cancels every order, closes what bots hold, and proves it",
            "kill",
            (
                argument(
                    "--wait",
                    dest="wait_ms",
                    metavar="DURATION",
                    type=values.duration_ms,
                    default=30_000,
                    help="for the proof, 30s if not said; the kill goes on without us",
                ),
                JSON,
            ),
        ),
        "resume": Command(
            "allows orders again after a kill",
            "resume",
            (
                argument("words", nargs="*", help=SUPPRESS),  # a reason that lacks its --reason
                argument("--reason", metavar="TEXT", default="", help="asked for if not said"),
                argument(
                    "--account",
                    metavar="NAME",
                    default="",
                    help="one that a limit sent back to demo; the desk if not said",
                ),
                JSON,
            ),
        ),
    }
)
