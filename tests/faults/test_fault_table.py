"""The table of faults names each that is asked for, and tests that there are."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.faults.fault_table import Row, rows

ROOT = Path(__file__).parents[2]
LIST = ROOT.parent / "shared" / "faults.md"
ROWS = rows()
NUMBERS = {*(str(number) for number in range(1, 61)), "17b"}


@cache
def functions(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {each.name for each in ast.walk(tree) if isinstance(each, kinds)}


def test_every_fault_has_its_row() -> None:
    numbers = [row.number for row in ROWS]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) == NUMBERS


@pytest.mark.skipif(not LIST.is_file(), reason="the list of faults stands in ../shared")
def test_the_numbers_are_those_of_the_list() -> None:
    listed = LIST.read_text().partition("## Fault list")[2]
    assert set(re.findall(r"^\| (\d+b?) \|", listed, re.MULTILINE)) == NUMBERS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_a_row_names_tests_that_there_are(row: Row) -> None:
    assert row.places or row.why
    for file, name in row.places:
        assert name in functions(file), f"{file} has no {name}"
