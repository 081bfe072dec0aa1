"""The process that knows the addresses: it takes one from the keyring, sends, and forgets it.

A line of JSON in is one notice, a line out its answer, always and in time. Each is sent by a child
of its own, which is ended when its time is over: a service that hangs holds up nobody else.
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

import apprise
import httpx

from lefi_tui.adapters.keyring_secrets import KeyringSecrets
from lefi_tui.adapters.notice_places import place_of
from lefi_tui.adapters.privacy import keep_private
from lefi_tui.core.notices import HEARTBEAT, Severity
from lefi_tui.errors import LefiError
from lefi_tui.redaction import REDACTOR

READY: Final = 0  # the number of its first word; questions begin with 1
STDIN: Final = 0
READ_BYTES: Final = 65_536
LOOK_S: Final = 0.1  # between two looks at what is under way
ORPHAN_S: Final = 5.0  # a child whose parent was killed lives so much longer than it may
BEAT_S: Final = 10.0
STATUS: Final = "error="  # how the library tells the answer of a service
WHY_MAX: Final = 200  # an answer is shorter than a pipe takes in one piece
KINDS: Final = {
    Severity.INFO: apprise.NotifyType.INFO,
    Severity.WARNING: apprise.NotifyType.WARNING,
    Severity.URGENT: apprise.NotifyType.FAILURE,
}


class NoAddressError(LefiError):
    code = "LE702"
    title = "Channel has no address"
    usual_next = "`lefi notify set NAME` asks for it"


# ---- in a child


def _carry_out(asked: dict[str, Any]) -> str:
    """Why it was not confirmed; empty when it was."""
    match asked["ask"]:
        case "check":
            is_known = apprise.Apprise().add(asked["address"])
            return "" if is_known else "no service has such an address"
        case "beat":
            return _beat(_address(HEARTBEAT, asked))
        case _:
            return _send(_address(asked["channel"], asked), asked)


def _address(name: str, asked: dict[str, Any]) -> str:
    kept = KeyringSecrets(Path(asked["folder"]))
    if asked["passphrase"]:
        kept.unlock(asked["passphrase"])
    found = kept.get(place_of(name))
    if found is None:
        step = f"`lefi notify set {name}` asks for it"
        raise NoAddressError("the keyring has no address for it", where=name, next_step=step)
    REDACTOR.learn_address(found)
    return found


def _send(address: str, asked: dict[str, Any]) -> str:
    heard = _LastWord()
    logger = logging.getLogger("apprise")
    logger.handlers, logger.propagate = [heard], False
    # Threads and files of its own would outlive the child, or keep what it knows.
    asset = apprise.AppriseAsset(
        app_id="Lefi", async_mode=False, storage_mode=apprise.PersistentStoreMode.MEMORY
    )
    service = apprise.Apprise(asset=asset)
    if not service.add(address):
        return "its address can't be read; set it again"
    is_sent = service.notify(
        body=asked["body"],
        title=asked["title"],
        notify_type=KINDS[Severity(asked["severity"])],
        body_format=apprise.NotifyFormat.TEXT,
    )
    return "" if is_sent else heard.text or "the service did not take it"


def _beat(address: str) -> str:
    try:
        answer = httpx.get(address, timeout=BEAT_S, follow_redirects=True)
    except httpx.HTTPError as error:
        return f"no answer ({type(error).__name__})"
    return "" if answer.is_success else f"it answers {answer.status_code}"


class _LastWord(logging.Handler):
    """What the library complained of last."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text = record.getMessage()


def _child(asked: dict[str, Any], out: BinaryIO) -> NoReturn:
    """Answers and ends. Should nobody be left to end it, the system does (SIGALRM, unheard)."""
    signal.setitimer(signal.ITIMER_REAL, asked["limit_s"] + ORPHAN_S)
    why, is_certain = "a fault in the library that sends it", False
    try:
        why = _carry_out(asked)
        # A service that names a status has not taken it; a line that broke may have.
        is_certain = STATUS in why
    except LefiError as error:
        why, is_certain = f"{error.why}. {error.next_step}", True
    finally:  # also of that fault: an answer, and nothing that a library left to be done
        _say(out, asked["n"], REDACTOR.clean(why), is_unknown=not is_certain)
        os._exit(0)


# ---- the process


def _say(out: BinaryIO, number: int, why: str, *, is_unknown: bool) -> None:
    said = {"n": number, "why": why[:WHY_MAX], "is_unknown": is_unknown}
    out.write(json.dumps(said).encode() + b"\n")
    out.flush()


class Children:
    """Each that is under way, with the time at which it is ended."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._under_way: dict[int, tuple[int, float, str]] = {}  # process: number, deadline, why

    @property
    def look_s(self) -> float | None:
        """How long to wait for the next question; None for ever."""
        return LOOK_S if self._under_way else None

    def begin(self, asked: dict[str, Any]) -> None:
        child = os.fork()
        if child == 0:
            _child(asked, self._out)
        limit_s = asked["limit_s"]
        deadline = time.monotonic() + limit_s
        self._under_way[child] = (asked["n"], deadline, f"no answer in {limit_s:g} s")

    def look(self) -> None:
        """Whoever is over its time is ended; for one that ended without an answer, we answer."""
        for child, (number, deadline, why) in tuple(self._under_way.items()):
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del self._under_way[child]
            if ended and status:
                _say(self._out, number, why, is_unknown=True)


def main() -> None:
    """Until its input ends: with whoever started it."""
    out = sys.stdout.buffer
    keep_private()
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    apprise.Apprise().add("json://localhost")  # once for all children: it loads what it knows
    _say(out, READY, "", is_unknown=False)
    children, unread = Children(out), b""
    while True:
        if select.select([STDIN], [], [], children.look_s)[0]:
            data = os.read(STDIN, READ_BYTES)
            if not data:
                return
            *lines, unread = (unread + data).split(b"\n")
            for line in lines:
                children.begin(json.loads(line))
        children.look()


if __name__ == "__main__":
    main()
