"""The process that knows the addresses: it takes one from the keyring, sends, and forgets it.

A line of JSON in is one notice, a line out its answer. Each is sent by a child of its own, which
the system ends when its time is over: a service that hangs holds up nobody, and leaves nothing.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from typing import Any, BinaryIO, Final, NoReturn

import apprise
import httpx

from lefi_tui.adapters.keyring_secrets import KeyringSecrets
from lefi_tui.adapters.notice_places import place_of
from lefi_tui.core.notices import HEARTBEAT, Severity
from lefi_tui.errors import LefiError
from lefi_tui.redaction import REDACTOR

SEND_S: Final = 15.0  # a child has so long, the keyring included
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
    if asked["ask"] == "check":
        return "" if apprise.Apprise().add(asked["address"]) else "no service has such an address"
    try:
        address = _address(HEARTBEAT if asked["ask"] == "beat" else asked["channel"])
        return _beat(address) if asked["ask"] == "beat" else _send(address, asked)
    except LefiError as error:
        return f"{error.why}. {error.next_step}"


def _address(name: str) -> str:
    found = KeyringSecrets().get(place_of(name))
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
        answer = httpx.get(address, timeout=SEND_S, follow_redirects=True)
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
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, SEND_S)  # unheard, SIGALRM ends the process
    why = "a fault in the library that sends it"
    try:
        why = _carry_out(asked)
    finally:  # also of that fault: an answer, and nothing that a library left to be done
        _say(out, {"n": asked["n"], "why": REDACTOR.clean(why)[:WHY_MAX]})
        os._exit(0)


# ---- the process


def _say(out: BinaryIO, said: dict[str, Any]) -> None:
    out.write(json.dumps(said).encode() + b"\n")
    out.flush()


def main() -> None:
    """Until its input ends: with whoever started it."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children end without being waited for
    for line in sys.stdin.buffer:
        if os.fork() == 0:
            _child(json.loads(line), out)


if __name__ == "__main__":
    main()
