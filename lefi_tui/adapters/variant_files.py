"""How many variants were tried on the same data: a line a variant, in a file a set of data.

The rule it keeps: counting never fails a run. What can't be read or written is not counted.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

LOOKED_AT: Final = 65_536  # bytes at each end of a file: with its size they tell it from others
BYTES_MAX: Final = 4_000_000  # of one list: 235,000 variants; more are not counted
OWNER_ONLY: Final = 0o600


class Variants:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tried(self, data: Sequence[Path], variants: Iterable[str]) -> int | None:
        """How many there are now, these counted too; None where that can't be told."""
        try:
            path = self._folder / f"{_identity(data)}.txt"
            known = _known(path)
            fresh = [each for each in dict.fromkeys(variants) if each not in known]
            if fresh:
                _append(path, fresh)
        except OSError:
            return None
        return len(known) + len(fresh)


def _identity(data: Sequence[Path]) -> str:
    """Of what the files hold, wherever they lie and whatever they are called."""
    seen = sorted(_digest(each) for each in data)
    return hashlib.sha256(b"".join(seen)).hexdigest()[:32]


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(LOOKED_AT)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - LOOKED_AT))
        return hashlib.sha256(size.to_bytes(8, "big") + head + file.read(LOOKED_AT)).digest()


def _known(path: Path) -> set[str]:
    try:
        with path.open("rb") as file:
            return set(file.read(BYTES_MAX).decode("ascii", "replace").split())
    except FileNotFoundError:
        return set()


def _append(path: Path, variants: Sequence[str]) -> None:
    """At the end and at once, so that two runs at the same time both count."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = "".join(f"{each}\n" for each in variants).encode("ascii")
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, OWNER_ONLY)
    try:
        if os.fstat(file).st_size + len(line) <= BYTES_MAX:
            os.write(file, line)
    finally:
        os.close(file)
