"""What the engine asks before real money moves: implements ports.live_door.

The rules it keeps: a script's tests run in a process of their own, with a time limit; a key is read
where it is kept, and only what is known of it comes back.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from lefi_tui.core.desk.live import version_of
from lefi_tui.core.key_rights import KeyState
from lefi_tui.core.live_gates import LiveFacts, ScriptTests
from lefi_tui.settings import Settings
from lefi_tui.wiring.keys import KeyKeeper
from lefi_tui.wiring.live_accounts import LIVE, SANDBOX

PROOF: Final = "lefi_tui.simulate.proof"
PROOF_S: Final = 20.0  # a person waits for it, and so does the line to the engine


class Proof:
    """A text's tests. The same text comes to the same: the newest is remembered, since a person
    looks first and then says yes."""

    def __init__(self) -> None:
        self._proved: dict[str, ScriptTests] = {}

    def __call__(self, source: str) -> ScriptTests:
        tests = self._proved.get(source) or proved(source)
        if not tests.refusal:
            self._proved = {source: tests}
        return tests


class Door:
    def __init__(self, settings: Settings, keeper: KeyKeeper, proof: Proof) -> None:
        self._settings, self._keeper, self._proof = settings, keeper, proof

    @property
    def accounts(self) -> tuple[str, ...]:
        accounts = self._settings.accounts.items()
        return tuple(name for name, each in accounts if each.mode in {LIVE, SANDBOX})

    def facts(self, account: str, source: str) -> LiveFacts:
        tests = self._proof(source)
        return LiveFacts(self._settings.live_shut, tests, self._keeper.state(account))

    def standing(self, account: str) -> LiveFacts:
        return LiveFacts(self._settings.live_shut, None, self._keeper.state(account))

    def key(self, account: str) -> KeyState:
        return self._keeper.state(account)

    def recheck(self, account: str) -> KeyState:
        return self._keeper.recheck(account)


def proved(source: str, limit_s: float = PROOF_S) -> ScriptTests:
    """The tests that stand in this text."""
    version = version_of(source)
    asked = json.dumps({"source": source, "version": version})
    try:
        told = subprocess.run(  # noqa: S603 -- our own module, by the interpreter that runs us
            [sys.executable, "-m", PROOF],
            input=asked,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return ScriptTests(version, refusal=f"they had not ended after {limit_s:g} s")
    except subprocess.CalledProcessError as error:
        words = error.stderr.strip().splitlines() or ["no word"]
        return ScriptTests(version, refusal=f"their process ended: {words[-1][:200]}")
    answer = json.loads(told.stdout)
    return ScriptTests(version, answer["passed"], tuple(answer["failed"]), answer["refusal"])
