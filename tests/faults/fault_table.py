"""The faults that the program must survive, by their numbers, and the tests that show each.

`make faults` carries them out and prints number, test and result. The table is faults.txt beside
this: a line for a fault, below it the tests (`tests/` and `test_` left out), and in brackets why
something is shown below the wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).with_name("faults.txt")


@dataclass(frozen=True)
class Row:
    number: str
    fault: str
    places: tuple[tuple[str, str], ...]  # file and function of each test
    why: str


def rows() -> tuple[Row, ...]:
    blocks: list[list[str]] = []
    for line in TABLE.read_text().splitlines():
        if line.startswith(" "):
            blocks[-1].append(line.strip())
        else:
            blocks.append([line])
    return tuple(_row(each) for each in blocks)


def _row(block: list[str]) -> Row:
    number, _, fault = block[0].partition(" ")
    why = [each[1:-1] for each in block[1:] if each.startswith("(")]
    pairs = [each.split("::") for each in block[1:] if not each.startswith("(")]
    places = tuple((f"tests/{file}.py", f"test_{name}") for file, name in pairs)
    return Row(number, fault, places, " ".join(why))
