"""What could not be carried out, kept with its reason: to be looked at, tried again or dropped.

An effect that failed for good, a message that the desk could make nothing of. Orders are not among
them: an order whose fate is unknown is looked up at its venue, and never sent a second time.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from msgspec.structs import asdict

from lefi_tui.core.codec import CodecError, decode, encode
from lefi_tui.core.messages import HandleDead, LoadHistory, MarketInput, Message, Report, Watch
from lefi_tui.core.record import Record
from lefi_tui.engine.fold import IMPOSSIBLE
from lefi_tui.engine.inbox import Incoming
from lefi_tui.engine.standing import Standing
from lefi_tui.engine.turn import take_turn
from lefi_tui.views.dead_view import DeadRow, DeadView

FILE_NAME: Final = "dead.jsonl"
KEPT_MAX: Final = 200  # the newest; older ones are counted
AGAIN: Final = (LoadHistory, Watch, Report, MarketInput)  # what may be tried again

_log: Final = logging.getLogger(__name__)


class Letter(Record):
    id: str
    at_ns: int
    why: str
    type: str
    version: int
    body: str

    def row(self) -> DeadRow:
        return DeadRow(self.id, self.at_ns, self.type, self.why, self.body)


class DeadLetters:
    """Lives in the engine's loop. A disk that takes nothing leaves them in memory."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._letters, self._gone, self._number = _read(self._file)

    def view(self) -> DeadView:
        return DeadView(tuple(each.row() for each in reversed(self._letters)), self._gone)

    def keep(self, message: Message, why: str, at_ns: int) -> None:
        name, version, body = encode(message)
        if any((each.type, each.body) == (name, body) for each in self._letters):
            return  # the same again is no news
        self._number += 1
        self._letters.append(Letter(f"d{self._number}", at_ns, why, name, version, body))
        if len(self._letters) > KEPT_MAX:
            del self._letters[0]
            self._gone += 1
        self._write()

    def keep_culprit(
        self, standing: Standing, messages: Sequence[Incoming], bug: Exception, at_ns: int
    ) -> None:
        """The first message that nothing can be made of, for a person to look at."""
        for count in range(1, len(messages) + 1):
            try:
                take_turn(standing, messages[:count], at_ns)
            except IMPOSSIBLE:
                self.keep(messages[count - 1], f"{type(bug).__name__}: {bug}", at_ns)
                return

    def refusal(self, letter: str, *, is_again: bool) -> str:
        """Why nothing can be done with it; empty when something can."""
        found = next((each for each in self._letters if each.id == letter), None)
        if found is None:
            return f"There is no dead letter {letter}. `lefi dead` lists what there is."
        if is_again and not isinstance(_message(found), AGAIN):
            return f"{letter} is a {found.type}: it is never carried out again. Drop it."
        return ""

    def take(self, letter: str) -> Any:
        """The message, out of the list; None where it is not there, or can't be read any more."""
        found = next((each for each in self._letters if each.id == letter), None)
        if found is None:
            return None
        self._letters.remove(found)
        self._write()
        return _message(found)

    def taken(self, handled: HandleDead) -> Any:
        """What is to be tried again; None where it is only dropped."""
        found = self.take(handled.letter)
        return found if handled.is_again else None

    def _write(self) -> None:
        head = {"gone": self._gone, "number": self._number}
        lines = [head, *map(asdict, self._letters)]
        fresh = self._file.with_suffix(".new")
        try:
            fresh.write_text("".join(f"{json.dumps(each)}\n" for each in lines))
            fresh.chmod(0o600)
            fresh.replace(self._file)
        except OSError as error:
            _log.warning("dead letters are kept in memory only: %s", error)


def _message(letter: Letter) -> Any:
    try:
        return decode(letter.type, letter.version, letter.body)
    except CodecError as error:
        _log.warning("dead letter %s can't be read: %s", letter.id, error)
        return None


def _read(file: Path) -> tuple[list[Letter], int, int]:
    """What was kept; a file that is cut short says so in the log and begins anew."""
    try:
        head, *rows = [json.loads(line) for line in file.read_text().splitlines()]
        return [Letter(**each) for each in rows], int(head["gone"]), int(head["number"])
    except FileNotFoundError:
        return [], 0, 0
    except (OSError, ValueError, LookupError, TypeError) as error:
        _log.warning("%s can't be read and begins anew: %s", file, error)
        return [], 0, 0
