"""Each import contract is seen to fail: a violation is planted in a copy of the tree."""

from __future__ import annotations

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


@pytest.mark.parametrize("name", PLANTED)
def test_a_violation_is_seen(name: str, tmp_path: Path) -> None:
    room, line, contract = PLANTED[name]
    tree = copied(tmp_path)
    (tree / room / "planted.py").write_text(f'"""Planted."""\n\n{line}\n')

    answer = lint(tree)

    assert answer.returncode == 1, answer.stdout
    assert f"{contract} BROKEN" in answer.stdout
    assert "planted" in answer.stdout


def test_every_contract_is_planted_against() -> None:
    assert {contract for _, _, contract in PLANTED.values()} == set(contracts())
