"""A key is planted, then looked for in five spellings wherever the program may have left it.

Everything that is printed, every file of the profile, the command line and environment of each
process of ours, what an exchange echoes, and the traceback of a fault.
"""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import ccxt
import pytest

from lefi_tui.adapters.ccxt_answers import outcome_of
from lefi_tui.adapters.venue_ways import Ways
from lefi_tui.redaction import Secret
from tests.cli.test_engine_commands import ROOT
from tests.keys.key_exchange import KeyExchange, running
from tests.keys.profile import PASSPHRASE, BareProfile

# With letters that each spelling writes in its own way.
KEY = {"api_key": "caNary/Key+7Qz8Kz8", "secret": "seCret/Canary+9Xw=Jf4&Tt1"}
LOOK_S = 0.02


def spellings(value: str) -> list[str]:
    raw = value.encode()
    aligned = base64.b64encode(raw[: len(raw) // 3 * 3]).decode()
    return [value, aligned, raw.hex(), quote(value, safe=""), value[:8]]


def found_in(text: bytes) -> list[str]:
    """Which value, and how it was written."""
    return [
        f"{name} {number}"
        for name, value in {**KEY, "passphrase": PASSPHRASE}.items()
        for number, each in enumerate(spellings(value))
        if each.encode() in text or each.upper().encode() in text
    ]


class Watch:
    """Whatever processes show of themselves to others of this machine, while it runs."""

    def __init__(self) -> None:
        self.seen: dict[str, bytes] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._is_over.wait(LOOK_S):
            for folder in Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    self._look(folder / name)

    def _look(self, file: Path) -> None:
        try:
            text = file.read_bytes()
        except OSError:
            return  # it has ended, or is none of ours
        if b"lefi_tui" in text or b"LEFI_HOME" in text:
            self.seen[f"{file} {len(text)}"] = text

    @contextmanager
    def looking(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            self._thread.join()


@pytest.fixture(scope="module")
def exchange() -> Iterator[KeyExchange]:
    with running() as served:
        served.echoes = True
        yield served


def test_those_spellings_are_found_where_they_are() -> None:
    for number in range(5):
        text = f"GET /x?{spellings(KEY['secret'])[number]}&".encode()
        assert f"secret {number}" in found_in(text)
    assert found_in(b"GET /x?signature=00ff") == []


def test_a_planted_key_is_nowhere_to_be_read(tmp_path: Path, exchange: KeyExchange) -> None:
    profile = BareProfile(tmp_path / "home", exchange)
    profile.with_passphrase()
    profile.environment["PYTHONFAULTHANDLER"] = "1"
    watch, said = Watch(), []
    with watch.looking():
        said.append(profile.given(KEY, "keys", "set", "main", "--stdin"))
        said.append(profile.lefi("keys", "test", "main"))  # the exchange says no, and quotes it
        exchange.keys[KEY["api_key"]] = (KEY["secret"], "")
        said.append(profile.lefi("keys", "test", "main"))
        with profile.running_engine() as engine:
            said += [profile.lefi("keys", "--json"), profile.lefi("doctor")]
            said += [profile.lefi("audit", "export"), profile.lefi("bots", "--json")]
            time.sleep(5 * LOOK_S)
        told = engine.stderr.read() if engine.stderr and not engine.stderr.closed else ""
        said.append(profile.lefi("keys", "remove", "main", "extra"))  # wrong usage
    assert [each.returncode for each in said[:3]] == [0, 1, 0], [each.stderr for each in said]
    assert "-2015" in said[1].stdout
    printed = "".join((*(each.stdout + each.stderr for each in said), told)).encode()
    assert found_in(printed) == []
    assert {name: found for name, text in watch.seen.items() if (found := found_in(text))} == {}
    assert any("ccxt_worker" in text.decode(errors="replace") for text in watch.seen.values())
    files = [each for each in profile.home.rglob("*") if each.is_file()]
    assert {each.name: found for each in files if (found := found_in(each.read_bytes()))} == {}
    assert {"vault.cfg", "keys.json", "lefi.log"} <= {each.name for each in files}
    theirs = [each for each in files if stat.S_IMODE(each.stat().st_mode) & 0o077]
    assert [each.name for each in theirs if each.name != "config.toml"] == []  # the test wrote that


FAULT = """
import json, logging, os, sys, threading
from pathlib import Path
from lefi_tui.adapters.privacy import keep_private
from lefi_tui.settings import load
from lefi_tui.wiring.demo import keep_log
from lefi_tui.wiring.keys import KeyKeeper, reference_of

keep_private()
folder = Path(sys.argv[1])
keep_log(folder)
keeper = KeyKeeper(load(os.environ).settings)
key = json.loads(sys.stdin.read())
keeper.put("main", key)
text = keeper.secrets.get(reference_of("main"))
log = logging.getLogger("lefi_tui.fault")
log.warning("sent %s", key["secret"])
log.warning("sent %s", {"headers": {"X-MBX-APIKEY": key["api_key"]}})
logging.getLogger("ccxt.base.exchange").debug("%s", text)
logging.getLogger("ccxt.base.exchange").warning("%s", text)

def breaks():
    raise RuntimeError(f"refused: {text} {key['secret'].encode().hex()}")

try:
    breaks()
except RuntimeError:
    log.exception("a fault with %s", key["api_key"])
thread = threading.Thread(target=breaks)
thread.start()
thread.join()
print("limit", __import__("resource").getrlimit(4)[0])
print("mode", oct(os.umask(0)))
breaks()
"""


def test_a_fault_of_ours_shows_no_key_in_log_or_traceback(
    tmp_path: Path, exchange: KeyExchange
) -> None:
    profile = BareProfile(tmp_path / "home", exchange)
    profile.with_passphrase()
    done = subprocess.run(
        [sys.executable, "-c", FAULT, str(profile.home)],
        input=json.dumps(KEY),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=profile.environment,
        cwd=ROOT,
    )
    assert done.returncode == 1
    assert done.stderr.count("RuntimeError: refused:") == 2
    log = (profile.home / "lefi.log").read_bytes()
    assert (log.count(b"sent "), b"a fault with" in log) == (2, True)
    assert found_in(done.stdout.encode() + done.stderr.encode() + log) == []
    assert re.findall(r"limit (\S+)|mode (\S+)", done.stdout) == [("0", ""), ("", "0o77")]


def test_a_worker_that_trades_refuses_in_words_without_its_key() -> None:
    with running() as exchange:
        begin = {"exchange": "okx", "ccxt": exchange.table("okx")}
        key = {"apiKey": KEY["api_key"], "secret": KEY["secret"], "password": PASSPHRASE}
        asked = {"n": 1, "ask": f"no question {KEY['secret']} {KEY['api_key'].encode().hex()}"}
        lines = [{**begin, "key": key, "trades": True}, {**asked, "with": {}}]
        with subprocess.Popen(
            [sys.executable, "-m", "lefi_tui.adapters.ccxt_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as worker:
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write("".join(f"{json.dumps(each)}\n" for each in lines))
            worker.stdin.flush()
            answer = worker.stdout.readline()
            rest, complaint = worker.communicate(timeout=30)
    assert "no question" in json.loads(answer)["why"]
    assert found_in((answer + rest + complaint).encode()) == []


def test_what_an_exchange_echoes_of_a_key_is_not_in_the_outcome_of_an_order() -> None:
    Secret(KEY["secret"])
    error = ccxt.InvalidOrder(f"bad signature of {KEY['secret']}, -2010")
    said = outcome_of(error, Ways())
    assert (said["state"], found_in(said["text"].encode())) == ("refused", [])
    assert said["text"].endswith("-2010")


DUMPABLE = """
import ctypes, sys
from lefi_tui.adapters.privacy import keep_private
before = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
keep_private()
print(before, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_process_with_keys_leaves_no_core_and_lets_nobody_look_in() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DUMPABLE],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.split() == ["1", "0"]
