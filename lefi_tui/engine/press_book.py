"""The press book: one line on the disk, of the press that is leaving before its turn's commit.

The line holds all that its turn is taken from, and where the journal stood. The next commit there
is has that turn in it; a start that finds the journal where the line left it takes the turn again,
so that an order that has left is always known.
The rules it keeps: written whole and synced before anything leaves; a torn line is none, and had
nothing leave behind it; a line that the journal has gone past says nothing any more.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.codec import CodecError, decode, encode
from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import PlayGame, SubmitOrders
from lefi_tui.core.order import Order
from lefi_tui.core.record import Record
from lefi_tui.engine.fold import IMPOSSIBLE, Difference
from lefi_tui.engine.recovery import Recovered, recover
from lefi_tui.engine.turn import Turn, take_turn
from lefi_tui.ports.journal import Batch, Head, Journal, TapeRow

FILE_NAME: Final = "press.log"
FILE_BYTES: Final = 65_536  # taken when the engine starts: a full disk refuses no press
DIGEST: Final = 16  # letters of a line's hash
MALFORMED: Final = (CodecError, LookupError, TypeError, ValueError)

_log: Final = logging.getLogger(__name__)


class Press(Record):
    """What a turn is taken from."""

    head: Head  # of the journal before it
    at_ns: int
    play: PlayGame | None  # none where this program can't read it
    orders: tuple[str, ...]  # that may have left, in words: their ids first
    tape: tuple[TapeRow, ...]  # that the journal has only with its next commit


def line_of(press: Press) -> str:
    """All but the press itself, whose number and time are written behind it."""
    assert press.play is not None, "a line is of a press"
    head, play = press.head, encode(press.play)
    tape = [[each.n, each.prev_n, each.type, each.version, each.body] for each in press.tape]
    told = [head.n, head.seq, head.hash, press.at_ns, play, press.orders, tape]
    return json.dumps(told, separators=(",", ":"))


class PressBook:
    """`note` may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        # Synced as it is written, and no more than that: a second call would cost as much again.
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_DSYNC, 0o600)
        self._lock = threading.Lock()
        self._is_open = True
        size = os.fstat(self._handle).st_size
        if size < FILE_BYTES:
            os.pwrite(self._handle, bytes(FILE_BYTES - size), size)

    def note(self, line: str, play: PlayGame) -> bool:
        """Durable when it returns; False where it could not be written: then nothing may leave."""
        text = f"{line} {play.play.press} {play.play.pressed_ns} {json.dumps(play.by)}"
        data = f"{_digest(text)} {text}\n".encode()
        if len(data) > FILE_BYTES:
            return False
        return self._written(data)

    def void(self) -> None:
        """What it says has not left."""
        self._written(b"\n")

    def _written(self, data: bytes) -> bool:
        try:
            with self._lock:
                return self._is_open and os.pwrite(self._handle, data, 0) == len(data)
        except OSError as error:
            _log.error("the press book can't be written: %s", error)
            return False

    def last(self) -> Press | None:
        line, end, _ = os.pread(self._handle, FILE_BYTES, 0).partition(b"\n")
        digest, _, text = line.decode(errors="replace").partition(" ")
        if not end or digest != _digest(text):
            return None
        try:
            return _press(text)
        except MALFORMED as error:
            _log.error("a line of the press book can't be read: %s", error)
            return _unread(text)

    def close(self) -> None:
        """Its number may be another file's from here on."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                os.close(self._handle)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST]


def _press(text: str) -> Press:
    told, end = json.JSONDecoder().raw_decode(text)
    press, pressed_ns, by = text[end:].strip().split(" ", 2)
    n, seq, chained, at_ns, (name, version, body), orders, tape = told
    play = decode(name, version, body)
    if not isinstance(play, PlayGame):
        raise TypeError(f"{name} is no press")
    pressed = replace(play.play, press=int(press), pressed_ns=int(pressed_ns))
    return Press(
        Head(n, seq, chained),
        at_ns,
        replace(play, play=pressed, by=json.loads(by)),
        tuple(orders),
        tuple(TapeRow(*each) for each in tape),
    )


def _unread(text: str) -> Press | None:
    """All that can be said of it: where the journal stood, and what may have left."""
    try:
        n, seq, chained, at_ns, _, orders, _ = json.JSONDecoder().raw_decode(text)[0]
        return Press(Head(n, seq, chained), at_ns, None, tuple(map(str, orders)), ())
    except MALFORMED:
        return None


def told_of(orders: Iterable[Order]) -> tuple[str, ...]:
    """What must be the same if its turn is to be the one that left."""
    return tuple(
        f"{each.id} {each.terms.symbol} {each.terms.side} {each.terms.kind} "
        f"{each.terms.size.value} {each.terms.limit} {each.terms.is_reduce_only}"
        for each in orders
    )


# ---- a start


async def begun(journal: Journal, empty: Desk, folder: Path) -> Recovered:
    """The desk as it stood, with the press that left and was not journaled yet."""
    book = PressBook(folder)
    press = book.last()
    book.close()
    is_owed = press is not None and await asyncio.to_thread(_is_owed, journal, press)
    if press is None or not is_owed:
        return await asyncio.to_thread(recover, journal, empty)
    known = await asyncio.to_thread(journal.tape_head)
    rows = tuple(each for each in press.tape if each.n > known)
    if rows:
        await journal.commit(Batch(tape=rows))
    recovered = await asyncio.to_thread(recover, journal, empty)
    ids = "; ".join(press.orders)
    turn = _turn(recovered, press)
    if turn is None:
        text = f"the last press can't be taken again, and these orders may have left: {ids}"
        return replace(recovered, difference=Difference(press.head.n + 1, 0, text))
    await journal.commit(turn.batch)
    _log.warning("a press that left was journaled at the next start; its orders: %s", ids)
    return replace(recovered, standing=turn.after)


def _is_owed(journal: Journal, press: Press) -> bool:
    head = journal.head()
    return (head.seq, head.hash) == (press.head.seq, press.head.hash)


def _turn(recovered: Recovered, press: Press) -> Turn | None:
    """None where it leads to other orders than those that left: by another program, say."""
    if recovered.difference is not None or press.play is None:
        return None
    try:
        turn = take_turn(recovered.standing, [press.play], press.at_ns)
    except IMPOSSIBLE:
        _log.exception("the last press can't be taken again")
        return None
    sent = (each.orders for each in turn.effects if isinstance(each, SubmitOrders))
    told = told_of(order for orders in sent for order in orders)
    return turn if told == press.orders else None
