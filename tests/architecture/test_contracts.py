"""Each import contract is seen to fail: a violation is planted in a copy of the tree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("lefi_tui", "screens", "widgets", "bots", "scripts")

# Where the violation is planted, what it says, and the contract that must speak up.
PLANTED = {
    "core knows a bot": ("lefi_tui/core", "import bots", "Layers point downward"),
    "the engine knows a screen": ("lefi_tui/engine", "import screens", "Layers point downward"),
    "an adapter knows the engine": (
        "lefi_tui/adapters",
        "import lefi_tui.engine",
        "Layers point downward",
    ),
    "core looks at the clock": ("lefi_tui/core", "import time", "The pure rooms reach no world"),
    "lang opens files": ("lefi_tui/lang", "import pathlib", "The pure rooms reach no world"),
    "a bot throws dice": ("bots", "import random", "The pure rooms reach no world"),
    "a screen starts the engine": (
        "screens",
        "import lefi_tui.engine",
        "Screens draw and send, nothing else",
    ),
    "a widget reads the database": (
        "widgets",
        "import sqlmodel",
        "Screens draw and send, nothing else",
    ),
    "the engine knows the scheduler's library": (
        "lefi_tui/engine",
        "import apscheduler",
        "Only adapters know outside libraries",
    ),
}


def contracts() -> list[str]:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [each["name"] for each in rules["tool"]["importlinter"]["contracts"]]


def copied(target: Path) -> Path:
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, target / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """lint-imports as `make check` runs it, in a tree that stands before the project's own."""
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command"
    return subprocess.run(
        [sys.executable, "-c", f"{code}; lint_imports_command()", "--no-cache"],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
        cwd=tree,
    )


def test_the_tree_as_it_is_keeps_every_contract(tmp_path: Path) -> None:
    answer = lint(copied(tmp_path))
    assert answer.returncode == 0, answer.stdout
    assert f"{len(contracts())} kept, 0 broken" in answer.stdout


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of one tree with every violation in it, each in a module of its own."""
    tree = copied(tmp_path_factory.mktemp("broken"))
    for number, (room, line, _) in enumerate(PLANTED.values()):
        (tree / room / f"planted_{number}.py").write_text(f'"""Planted."""\n\n{line}\n')
    answer = lint(tree)
    assert answer.returncode == 1, answer.stdout
    return answer.stdout


@pytest.mark.parametrize("name", PLANTED)
def test_a_violation_is_seen(name: str, broken: str) -> None:
    room, line, contract = PLANTED[name]
    planted = f"{room.replace('/', '.')}.planted_{list(PLANTED).index(name)}"
    assert f"{contract} BROKEN" in broken
    _, _, told = broken.partition("Broken contracts")
    _, _, of_it = told.partition(f"\n{contract}\n")
    of_it = re.split(r"\n\S[^\n]*\n-+\n", of_it.partition("\n\n")[2])[0]
    assert f"{planted} -> {line.removeprefix('import ')}" in of_it, broken


def test_every_contract_is_planted_against() -> None:
    assert {contract for _, _, contract in PLANTED.values()} == set(contracts())
