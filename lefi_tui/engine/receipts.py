"""The receipts that callers wait for: each gets one, whatever became of the engine."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Final

from lefi_tui.engine.turn import Receipt
from lefi_tui.errors import EngineEndedError

ENDED: Final = "The engine has ended; start it again."


class Receipts:
    """Asked from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[Future[Receipt]] = set()
        self._ended = ""  # the words for all that come behind the end
        self._bug: tuple[BaseException, Path] | None = None

    def one(self) -> Future[Receipt]:
        """Of a command that comes now; behind the end it is there at once, and a no."""
        done: Future[Receipt] = Future()
        with self._lock:
            if self._ended:
                done.set_result(Receipt(is_accepted=False, text=self._ended))
                return done
            self._open.add(done)
        done.add_done_callback(self._open.discard)
        return done

    def broke(self, bug: BaseException, folder: Path) -> None:
        """A bug ends the engine whose desk lies in this folder."""
        self._bug = bug, folder

    def look(self) -> None:
        """Raises EngineEndedError where a bug has ended it: what stood then is not so now."""
        if self._bug is not None:
            raise EngineEndedError.by(*self._bug)

    def end(self) -> None:
        """Nobody will answer any more what is still open."""
        with self._lock:
            self._ended = ENDED if self._bug is None else _in_words(EngineEndedError.by(*self._bug))
            waiting = tuple(self._open)
        for each in waiting:
            if each.set_running_or_notify_cancel():
                each.set_result(Receipt(is_accepted=False, text=self._ended))


def _in_words(bug: EngineEndedError) -> str:
    return (
        f"{bug.what} ({bug.where}): {bug.why}. Whether this was carried out is in the journal: "
        f"look before you ask for it again. {bug.next_step}."
    )
