"""All that can be said in Lefi, as one page for a reader and as entries for `lefi explain`.

The rule it keeps: entries are made of the tables that the checker reads; nothing is told twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from lefi_tui.lang import chapters
from lefi_tui.lang.builtins import BUILTINS, EVENTS, HISTORY_MAX, LENGTH_MAX, LEVEL_MAX
from lefi_tui.lang.check_candles import CANDLES_MAX
from lefi_tui.lang.check_events import FIELDS_MAX
from lefi_tui.lang.contract import contract_of
from lefi_tui.lang.contract_words import KEYS, as_data
from lefi_tui.lang.diagnostic import CODES
from lefi_tui.lang.entry import Entry, item, of_builtin, of_event, of_told, wrapped
from lefi_tui.lang.examine import SOURCE_MAX, examined
from lefi_tui.lang.explain import EXPLAINED, told
from lefi_tui.lang.maths import TEXT_MAX
from lefi_tui.lang.scope import STEPS_MAX
from lefi_tui.lang.tokens import KEYWORDS
from lefi_tui.lang.told import Told
from lefi_tui.lang.told_policy import POLICY
from lefi_tui.lang.told_statements import CHECKS, DECLARATIONS, STATEMENTS

WIDTH: Final = 100
_WAITING: Final = ("decide", "authorize", "execute", "finalize", "pays")
_GROUPS: Final = (
    ("Market and account", ("read", "candles")),
    ("Transactions", ("transaction",)),
    ("Words", ("word",)),
    ("Maths", ("maths",)),
)
_LIMITS: Final = (
    ("letters of a script", SOURCE_MAX),
    ("steps that one event of a handler may cost, loops and functions written out", STEPS_MAX),
    ("length of an indicator", LENGTH_MAX),
    ("events that `[n]` reads back", HISTORY_MAX),
    ("kinds of other candles in a handler", CANDLES_MAX),
    ("fields of a custom event", FIELDS_MAX),
    ("level of an order book", LEVEL_MAX),
    ("letters of a text", TEXT_MAX),
)


def entries() -> Mapping[str, Entry]:
    """Each word that has one, by its name."""
    out = {each.name: of_builtin(each) for each in BUILTINS.values()}
    out |= {each.name: of_event(each) for each in EVENTS.values()}
    for table in (CHECKS, STATEMENTS, DECLARATIONS):
        out |= {name: of_told(row) for name, row in table.items()}
    return out | {
        row.name: Entry(row.name, row.form, row.docs, (f"default: {row.default}",))
        for row in POLICY.values()
    }


def page() -> str:
    """The whole reference, as Markdown."""
    parts = [
        ("A first script", chapters.FIRST),
        ("Text", chapters.TEXT + _words(sorted(KEYWORDS))),
        ("Declarations", _told(DECLARATIONS.values()) + _policy()),
        ("Units", chapters.UNITS),
        ("Series and none", chapters.SERIES),
        ("Expressions", chapters.EXPRESSIONS),
        ("Events", chapters.EVENTS_OPENING + "\n" + _entries(map(of_event, EVENTS.values()))),
        ("Statements", _told(each for each in STATEMENTS.values() if each.name not in _WAITING)),
        ("Waiting and asking", chapters.WAITING + "\n" + _told(STATEMENTS[n] for n in _WAITING)),
        ("Methods", chapters.ORDERS + "".join(_group(*each) for each in _GROUPS)),
        ("Indicators", _indicators()),
        ("Tests", chapters.TESTS + "\n" + _told(CHECKS.values())),
        ("Limits", _limits()),
        ("Contract", _contract()),
        ("Older forms", chapters.OLDER),
        ("Messages", chapters.MESSAGES + "\n" + "\n".join(map(_message, CODES))),
    ]
    contents = [f"{number}. {title}" for number, (title, _) in enumerate(parts, 1)]
    chapters_told = [
        f"## {number}. {title}\n{text.strip()}\n" for number, (title, text) in enumerate(parts, 1)
    ]
    return "\n".join([chapters.OPENING, *contents, "", *chapters_told])


def _entries(each_of: Iterable[Entry], level: str = "###") -> str:
    return "\n".join(each.markdown(level, WIDTH) for each in each_of)


def _told(rows: Iterable[Told]) -> str:
    return _entries(map(of_told, rows))


def _group(title: str, groups: tuple[str, ...]) -> str:
    found = [each for each in BUILTINS.values() if each.group in groups]
    return f"\n### {title}\n\n" + _entries(map(of_builtin, found), "####")


def _indicators() -> str:
    found = [each for each in BUILTINS.values() if each.group == "indicator"]
    listed = _words(each.name for each in found)
    return (
        f"{listed}\nAn indicator that names no series reads the candle of its `on Candle` handler. "
        "Its first\nvalue comes at the candle that its entry names; from the second number on it "
        "is the same, to nine\ndigits, wherever history began, and a bot is warmed with that many "
        "candles.\n\n" + _entries(map(of_builtin, found))
    )


def _words(words: Iterable[str]) -> str:
    return "\n".join(wrapped(" ".join(f"`{each}`" for each in words), WIDTH)) + "\n"


def _policy() -> str:
    rows = [f"`{each.form}` ({each.default}): {each.docs}" for each in POLICY.values()]
    lines = [line for row in rows for line in item(row, WIDTH)]
    return "\n".join(["", "Keys of a policy, and what holds without them:", "", *lines])


def _limits() -> str:
    rows = "\n".join(f"| {words} | {most:,} |" for words, most in _LIMITS)
    return f"| at most | |\n|---|---|\n{rows}\n"


def _contract() -> str:
    """The keys, and what they are for the first script."""
    rows = [f"`{key}`: {told}" if told else f"`{key}`" for key, told in KEYS.items()]
    listed = [line for row in rows for line in item(row, WIDTH)]
    blueprint = examined(chapters.FIRST.split("```lefi\n")[1].split("```")[0]).blueprint
    assert blueprint is not None
    whole = as_data(contract_of(blueprint))["whole"]
    shown = ["", "`whole` of the first script above:", "```json", json.dumps(whole, indent=1)]
    return "\n".join([chapters.CONTRACT, *listed, *shown, "```"])


def _message(code: str) -> str:
    known = CODES[code]
    body = "\n".join(told(code, WIDTH)) if code in EXPLAINED else ""
    why, _, examples = body.partition("\n\n")
    reason = "\n".join(wrapped(" ".join(why.split()), WIDTH))
    return f"### {code} {known.title} ({known.severity})\n{reason}\n```text\n{examples}\n```\n"
