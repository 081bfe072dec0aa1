"""No word of the language and no key of the program is listed twice: lists are made of the tables.

A literal that holds three or more words of one table, half of it or more, is a second list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from lefi_tui.lang.builtins import BUILTINS, EVENTS, ORDER_FIELDS, TIME_FIELDS
from lefi_tui.lang.diagnostic import CODES
from lefi_tui.lang.parse_tests import CHECK_WORDS
from lefi_tui.lang.tokens import KEYWORDS
from lefi_tui.lang.told_policy import POLICY
from lefi_tui.lang.told_statements import CHECKS, DECLARATIONS, STATEMENTS
from screens.keys import KEYS

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ("lefi_tui", "screens", "widgets", "bots")
FEW: Final = 3
TABLES: Final = {
    "method": set(BUILTINS),
    "event": set(EVENTS),
    "code": set(CODES),
    "policy": set(POLICY),
    "word": {*KEYWORDS, *CHECKS, *DECLARATIONS, *STATEMENTS, *CHECK_WORDS},
    "field of an order": {name for name, _ in ORDER_FIELDS},
    "field of a time": set(TIME_FIELDS),
    "key": {each for key in KEYS for each in key.keys.split(",") if len(each) > 1},
}

# The tables themselves, and what must tell their rows apart. Each with its reason.
HOMES: Final = {
    "lefi_tui/lang/builtins.py": "the table of methods and events",
    "lefi_tui/lang/diagnostic.py": "the table of codes",
    "lefi_tui/lang/tokens.py": "the table of words",
    "screens/keys.py": "the table of keys",
}
OTHERS: Final = {
    "lefi_tui/adapters/lsp_words.py": "the protocol's own word for each kind of part",
    "lefi_tui/lang/authoring/measuring.py": "operators of the typed tree, not words of a text",
    "lefi_tui/lang/authoring/offers.py": "what may stand behind each word, a case each",
    "lefi_tui/lang/check_policy.py": "how each key's value is read, a case each",
    "lefi_tui/lang/examples.py": "an example of each; a test asks that none is missing",
    "lefi_tui/lang/examples_indicators.py": "an example of each; a test asks that none is missing",
    "lefi_tui/lang/explain_meaning.py": "why each is said; a test asks that none is missing",
    "lefi_tui/lang/explain_reading.py": "why each is said; a test asks that none is missing",
    "lefi_tui/lang/explain_warnings.py": "why each is said; a test asks that none is missing",
    "lefi_tui/lang/indicators/__init__.py": "how each is computed; a test asks for each",
    "lefi_tui/lang/parse_items.py": "the grammar: a declaration is read by its word",
    "lefi_tui/lang/parse_statements.py": "the grammar: a statement is read by its word",
    "lefi_tui/lang/parse_tests.py": "the grammar: a line of a test is read by its word",
    "lefi_tui/lang/reference.py": "the chapter of what waits, beside that of what does not",
    "lefi_tui/lang/titles.py": "how each event's handler is titled, a case each",
    "lefi_tui/simulate/machine/loop_calls.py": "the columns that each event reads",
    "bots/automated/moment.py": "which events are market data, as the policy's overlap asks",
    "widgets/editor.py": "keys that Textual's text area takes before any binding",
}


def listed(source: str) -> Iterator[tuple[int, str, set[str]]]:
    """Line, table and words of each second list."""
    for node in ast.walk(ast.parse(source)):
        words = _words(node)
        for table, known in TABLES.items():
            found = words & known
            if len(found) >= FEW and 2 * len(found) >= len(words):
                yield getattr(node, "lineno", 0), table, found


def _words(node: ast.AST) -> set[str]:
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return _texts(parts)
        case ast.Dict(keys=keys):
            return _texts([each for each in keys if each is not None])
        case ast.Match(cases=cases):
            return {
                each.value
                for case in cases
                for each in ast.walk(case.pattern)
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="split")):
            return set(text.split())
        case _:
            return set()


def _texts(parts: list[ast.expr]) -> set[str]:
    constants = (each.value for each in parts if isinstance(each, ast.Constant))
    return {each for each in constants if isinstance(each, str)}


def second_lists() -> dict[str, list[tuple[int, str, set[str]]]]:
    files = (file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py")))
    found = {file.relative_to(ROOT).as_posix(): list(listed(file.read_text())) for file in files}
    return {name: rows for name, rows in found.items() if rows and name not in HOMES}


@pytest.fixture(scope="module")
def found() -> dict[str, list[tuple[int, str, set[str]]]]:
    return second_lists()


def test_nothing_lists_the_tables_again(
    found: dict[str, list[tuple[int, str, set[str]]]],
) -> None:
    assert {name: rows for name, rows in found.items() if name not in OTHERS} == {}


def test_every_exception_is_still_one(found: dict[str, list[tuple[int, str, set[str]]]]) -> None:
    assert set(OTHERS) - set(found) == set()


@pytest.mark.parametrize(
    "source",
    [
        'METHODS = ["Buy", "Sell", "Close"]',
        'COLORS = {"if": 1, "for": 2, "repeat": 3}',
        'words = {"partial_fill", "timeout", "retry"}',
        'words = "hour minute weekday".split()',
        'match code:\n case "LF201" | "LF202": pass\n case "LF203": pass',
        'HELP = ("f1", "f10", "f12")',
    ],
)
def test_a_second_list_is_seen(source: str) -> None:
    assert list(listed(source))


@pytest.mark.parametrize(
    "source",
    [
        'TWO = ["Buy", "Sell"]',
        'FIELDS = ("open", "high", "low", "close", "volume")',
        'x = ["Buy", "a", "b", "c", "d", "Sell", "Close"]',
    ],
)
def test_what_only_names_some_is_none(source: str) -> None:
    assert list(listed(source)) == []


# Who shows or serves a script; and the parts of the language that only the analysis puts together.
FRONTS: Final = ("screens", "widgets", "lefi_tui/cli", "lefi_tui/adapters", "lefi_tui/views")
PARTS: Final = re.compile(
    r"lefi_tui\.lang\.(?:builtins|signatures|indicator_table|told\w*|entry|parse_\w+|parser|resolver"
    r"|syntax|scope|check_\w+|types|tree|compiler|watch)\b"
)


def imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def test_who_shows_a_script_asks_the_one_analysis_and_not_its_parts() -> None:
    files = (file for room in FRONTS for file in sorted((ROOT / room).rglob("*.py")))
    asked = {
        file.relative_to(ROOT).as_posix(): found
        for file in files
        if (found := [each for each in imports(file.read_text()) if PARTS.match(each)])
    }
    assert asked == {}
    assert PARTS.match("lefi_tui.lang.check_calls.Calls")
