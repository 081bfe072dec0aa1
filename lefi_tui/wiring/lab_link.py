"""Our end of the process that simulates for the Lab: questions over its pipe, answers as they come.

The rules it keeps: whoever types waits for nothing here (a thread starts the process and writes to
it); a process that ends is told of in words, and the next question begins another.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import IO, Final

import msgspec

from lefi_tui.views.lab_view import Answer, Ended, Hear, Question

WORKER: Final = "lefi_tui.simulate.lab_worker"
LAST_WORDS_BYTES: Final = 4_000
KILLED: Final = -9


class LabLink:
    def __init__(self, hear: Hear, worker: str = WORKER) -> None:
        self._hear, self._worker = hear, worker
        self._asked: SimpleQueue[Question | None] = SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._number = 0  # of the newest question
        self._is_closed = False
        threading.Thread(target=self._write, daemon=True).start()

    @property
    def pid(self) -> int | None:
        """Of the process, where there is one."""
        return None if self._process is None else self._process.pid

    def send(self, asked: Question) -> None:
        self._number = asked.number
        self._asked.put(asked)

    def end(self) -> None:
        """At once; it holds nothing that is not asked for again."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        self._is_closed = True
        self._asked.put(None)
        self.end()

    # ---- in threads

    def _write(self) -> None:
        encoder = msgspec.json.Encoder()
        while (asked := self._asked.get()) is not None:
            process = self._running()
            assert process.stdin is not None
            # It may have just died; whoever reads from it says so.
            with suppress(OSError, ValueError):
                process.stdin.write(encoder.encode(asked) + b"\n")
                process.stdin.flush()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        words = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by whoever reads the answers
        process = self._process = subprocess.Popen(  # noqa: S603 -- our own module
            [sys.executable, "-m", self._worker],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            start_new_session=True,  # ^C is for us; it ends when we do
        )
        threading.Thread(target=self._read, args=(process, words), daemon=True).start()
        if self._is_closed:
            process.kill()
        return process

    def _read(self, process: subprocess.Popen[bytes], words: IO[bytes]) -> None:
        decoder = msgspec.json.Decoder(Answer)
        assert process.stdout is not None
        assert process.stdin is not None
        with process.stdout, words:
            for line in process.stdout:
                if line.endswith(b"\n"):  # else it was ended in the middle of saying it
                    self._hear(decoder.decode(line))
            status = process.wait()
            with suppress(OSError):  # what was not written yet went to nobody
                process.stdin.close()
            if not self._is_closed:
                self._hear(Ended(self._number, _why(status, words)))


def _why(status: int, words: IO[bytes]) -> str:
    """With what it said last: of a fault in machine code, where it was."""
    words.seek(0, 2)
    words.seek(max(0, words.tell() - LAST_WORDS_BYTES))
    said = words.read().decode(errors="replace").strip().splitlines()
    first = next((each for each in said if each.startswith("Fatal")), said[-1] if said else "")
    how = f"signal {-status}" if status < 0 else f"status {status}"
    return f"its process ended ({how}){f': {first}' if first else ''}"
