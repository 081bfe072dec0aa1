"""The rules no linter counts: how many exceptions there are, and how long things get."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[2]
ROOMS = ("lefi_tui", "bots", "screens", "widgets", "tests")
PURE = ("lefi_tui/core", "lefi_tui/lang", "bots")
MODULE_LINES_MAX = 400
SCREEN_LINES_MAX = 250
APP_LINES_MAX = 150
FUNCTION_LINES_MAX = 40
IGNORES_MAX = 25

# A table is read, not followed: its length costs no understanding. Each with its reason.
TABLES = {
    "lefi_tui/core/messages.py": "the table of all messages, one frozen class each",
    "lefi_tui/lang/builtins.py": "the one table of methods",
    "lefi_tui/adapters/tables.py": "the database's tables, one class each",
    "lefi_tui/cli/table.py": "the one table of commands",
    "screens/keys.py": "the one table of keys",
}

SOURCES = {
    file.relative_to(ROOT).as_posix(): file.read_text()
    for room in ROOMS
    for file in sorted((ROOT / room).rglob("*.py"))
}
NOQA = re.compile(r"# noqa\b(?:: (?P<codes>[A-Z0-9, ]+?))?(?: --(?P<reason>.*))?$", re.MULTILINE)


@pytest.fixture(scope="module")
def lint() -> dict[str, Any]:
    rules: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: dict[str, Any] = rules["tool"]["ruff"]["lint"]
    return found


def test_ruff_has_few_ignores_and_none_in_the_pure_rooms(lint: dict[str, Any]) -> None:
    files: dict[str, list[str]] = lint["per-file-ignores"]
    listed = [*lint["ignore"], *(code for codes in files.values() for code in codes)]
    assert len(listed) <= IGNORES_MAX
    assert [each for each in files if each.startswith(PURE)] == []


def test_every_ignore_gives_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    table = text[text.index("\nignore = [") : text.index("[tool.ruff.lint.mccabe]")]
    rows = re.findall(r'^.*"[A-Z]+[0-9]*".*$', table, re.MULTILINE)
    assert len(rows) > 5
    assert [row for row in rows if "# " not in row] == []


def module_cap(name: str) -> int:
    if name == "lefi_tui/app.py":
        return APP_LINES_MAX
    return SCREEN_LINES_MAX if name.startswith("screens/") else MODULE_LINES_MAX


def test_no_module_is_longer_than_its_cap() -> None:
    long = {
        name: lines
        for name, text in SOURCES.items()
        if (lines := len(text.splitlines())) > module_cap(name) and name not in TABLES
    }
    assert long == {}
    assert [name for name in TABLES if name not in SOURCES] == []


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(text: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            yield node


def is_dispatch(function: Function, text: str) -> bool:
    """One match that ends in assert_never: its length is the number of cases."""
    last = text.splitlines()[(function.end_lineno or 1) - 1]
    return isinstance(function.body[-1], ast.Match) and "assert_never" in last


def test_no_function_is_longer_than_a_screenful() -> None:
    long = [
        f"{name}: {each.name} has {lines} lines"
        for name, text in SOURCES.items()
        for each in functions(text)
        if (lines := (each.end_lineno or 0) - each.lineno + 1) > FUNCTION_LINES_MAX
        and not is_dispatch(each, text)
    ]
    assert long == []


def test_types_are_ignored_in_adapters_only_and_never_in_bulk() -> None:
    mark = re.compile(r"#\s*type:\s*ignore(\[[a-z-]+\])?")
    found = {name: marks for name, text in SOURCES.items() if (marks := list(mark.finditer(text)))}
    assert [name for name in found if not name.startswith("lefi_tui/adapters/")] == []
    assert [name for name, marks in found.items() if any(not each[1] for each in marks)] == []


def test_every_single_excuse_names_its_rule_and_its_reason() -> None:
    bare = [
        f"{name}: {each[0]}"
        for name, text in SOURCES.items()
        if name != "tests/architecture/test_rules.py"
        for each in NOQA.finditer(text)
        if not each["codes"] or not (each["reason"] or "").strip()
    ]
    assert bare == []


def test_no_file_of_the_pure_rooms_is_excused_as_a_whole() -> None:
    excuse = re.compile(r"^# (ruff|flake8|mypy):", re.MULTILINE)
    assert [n for n, text in SOURCES.items() if n.startswith(PURE) and excuse.search(text)] == []


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return [file for name in done.stdout.split("\0") if name and (file := ROOT / name).is_file()]


# In pieces, so that this file names none of them itself.
HOSTS = ("pypi%s.org", "python%shosted.org", "registry%s.npmjs", "deb%s.debian.org")
PLACES = ("work", "farm", "root")
NAMED = re.compile(
    "|".join(host.replace("%s.", r"\.").replace("%s", "") for host in HOSTS)
    + rf"|(?:^|[^a-zA-Z0-9_./~])/(?:{'|'.join(PLACES)}|tmp/lefi)/",
    re.MULTILINE,
)


def test_no_tracked_file_names_a_registry_or_a_place_of_one_machine() -> None:
    named = []
    for file in tracked():
        text = file.read_bytes().decode(errors="replace")
        named += [f"{file.name}: {found[0].strip()}" for found in NAMED.finditer(text)]
    assert named == []


def test_that_rule_would_see_one() -> None:
    assert NAMED.search("see https://py" + "pi.org/x")
    assert NAMED.search('open("/' + 'work/x")')
    assert not NAMED.search("src/work/x.py")


def test_constraints_pin_every_package_exactly() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = rules["project"]["optional-dependencies"].values()
    asked = [*rules["project"]["dependencies"], *rules["build-system"]["requires"]]
    asked += [each for extra in extras for each in extra]
    wanted = {normal(re.split(r"[=<>!~\[ ]", each)[0]) for each in asked}
    assert wanted <= {normal(pin.partition("==")[0]) for pin in pins}


def normal(name: str) -> str:
    return name.lower().replace("_", "-")


def test_no_example_is_timed_and_each_run_has_the_same_ones() -> None:
    assert settings().deadline is None
    assert settings().derandomize
