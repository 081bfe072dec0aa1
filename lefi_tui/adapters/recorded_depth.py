"""The depth of a recorded market from its raw stream: each change as it came, twenty levels a side.

The rules it keeps: the stream is read as far as it was played, never ahead; where it can't be read
any further it ends, and says where and why: from there on the book of each second is all there is.
"""

from __future__ import annotations

import gzip
import zlib
from array import array
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, field

LEVELS: Final = 20
ROW: Final = 4 * LEVELS  # price and lots: of the bids, of the asks
# Levels farther from the middle of the first book than this share never come among twenty.
FAR: Final = 0.05
EARLY_MAX: Final = 10_000  # changes that came before the book they change

Levels = list[tuple[str, str]]


class _Changes(Struct):
    T: int
    U: int
    u: int
    pu: int
    b: Levels
    a: Levels


class _Message(Struct):
    """A line's JSON: a snapshot of the whole book, or changes of it."""

    data: _Changes | None = None
    lastUpdateId: int = 0  # noqa: N815 -- as it stands in the file
    bids: Levels = []
    asks: Levels = []


class _Side(Struct):
    """One side of the whole book; `keys` are its prices, the best first, so that they ascend."""

    sign: int  # 1 of bids
    keys: list[int] = field(default_factory=list)
    lots: dict[int, int] = field(default_factory=dict)

    def put(self, key: int, lots: int) -> None:
        if lots:
            if key not in self.lots:
                insort(self.keys, key)
            self.lots[key] = lots
        elif self.lots.pop(key, None) is not None:
            del self.keys[bisect_left(self.keys, key)]

    def best(self) -> Iterator[int]:
        for key in islice(self.keys, LEVELS):
            yield -key * self.sign
            yield self.lots[key]


def _column() -> array[int]:
    return array("q")


class DepthStream:
    def __init__(self, path: Path, price: int, lot: int) -> None:
        self.damage = ""  # why it can't be read any further
        self._is_over = False
        self._line = 0  # that is read
        self._path, self._price, self._lot = path, price, lot
        self._times, self._levels = _column(), _column()
        self._sides = _Side(1), _Side(-1)
        self._near = range(0)  # prices that count
        self._rows = self._read()

    def at(self, at_ms: int) -> tuple[int, Sequence[int]] | None:
        """When the newest book until then was made, and its levels; None where there is none."""
        while not self._is_over and (not self._times or self._times[-1] <= at_ms):
            self._next()
        number = bisect_right(self._times, at_ms) - 1
        if number < 0 or (self._is_over and number == len(self._times) - 1):
            return None  # what comes after its last change is not known to it
        return self._times[number], self._levels[number * ROW : (number + 1) * ROW]

    @property
    def bytes_held(self) -> int:
        return memoryview(self._times).nbytes + memoryview(self._levels).nbytes

    def _next(self) -> None:
        try:
            at_ms, row = next(self._rows)
        except StopIteration:
            self._is_over = True
        except (OSError, EOFError, zlib.error, ValueError, msgspec.MsgspecError) as error:
            self._is_over, self.damage = True, f"{self._path.name}:{self._line}: {error}"
        else:
            self._times.append(at_ms)
            self._levels.extend(row)

    def _read(self) -> Iterator[tuple[int, list[int]]]:
        """After each change that counts: when it was, and the levels that stand then."""
        known, early = 0, deque[_Changes](maxlen=EARLY_MAX)
        for told in self._messages():
            if told.lastUpdateId:
                known = told.lastUpdateId
                self._begin(told)
                fresh = [each for each in early if each.u >= known]
            else:
                fresh = [] if told.data is None else [told.data]
            if not known:
                early.extend(fresh)  # a snapshot is asked for after the changes began to come
                continue
            for changes in fresh:
                known = self._followed(changes, known)
                yield changes.T, self._row()

    def _messages(self) -> Iterator[_Message]:
        message = msgspec.json.Decoder(_Message)
        with gzip.open(self._path) as file:
            for self._line, line in enumerate(file, 1):
                if b"@trade" not in line[:80]:
                    _, _, text = line.partition(b" ")  # before it the recorder's own clock
                    yield message.decode(text)

    def _row(self) -> list[int]:
        row = [value for side in self._sides for value in side.best()]
        if len(row) != ROW:
            raise ValueError(f"a book of less than {LEVELS} levels a side")
        return row

    def _begin(self, told: _Message) -> None:
        middle = self._whole(told.bids[0][0], self._price)
        self._near = range(int(middle * (1 - FAR)), int(middle * (1 + FAR)))
        self._put(told.bids, told.asks)

    def _followed(self, changes: _Changes, known: int) -> int:
        """The first change overlaps the snapshot; each later one follows the one before."""
        if changes.pu != known and not changes.U <= known <= changes.u:
            raise ValueError(f"changes before {changes.U} are missing")
        self._put(changes.b, changes.a)
        return changes.u

    def _put(self, bids: Levels, asks: Levels) -> None:
        for side, rows in zip(self._sides, (bids, asks), strict=True):
            for price, units in rows:
                whole = self._whole(price, self._price)
                if whole in self._near:
                    side.put(-whole * side.sign, self._whole(units, self._lot))

    @staticmethod
    def _whole(text: str, scale: int) -> int:
        return round(float(text) * scale)
