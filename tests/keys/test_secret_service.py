"""A real Secret Service in a session bus of its own: it keeps the keys over sessions, and while it
is locked no vault takes its place in silence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.cli.test_engine_commands import ROOT
from tests.keys.key_exchange import KeyExchange, running
from tests.keys.profile import BUS, BareProfile

KEY: Final = {"api_key": "serviceKeyServiceKey", "secret": "serviceSecretService"}
NEEDED: Final = ("dbus-run-session", "gnome-keyring-daemon")
MISSING: Final = [each for each in NEEDED if shutil.which(each) is None]
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"{', '.join(MISSING)} not there: apt-get install dbus gnome-keyring"
)
UNLOCK: Final = "printf ci-pass | gnome-keyring-daemon --unlock --components=secrets >/dev/null"
DEFAULT: Final = """
import secretstorage
kept = lambda: secretstorage.get_collection_by_alias(secretstorage.dbus_init(), "default")
"""
LOCK: Final = f"{DEFAULT}kept().lock()"
# As the program's words say; the daemon takes the name of the other one a moment later.
AGAIN: Final = UNLOCK.replace("--unlock", "--replace --unlock")
OPENED: Final = f"""{DEFAULT}
import time
while kept().is_locked():
    time.sleep(0.05)
"""


@contextmanager
def session(home: Path) -> Iterator[dict[str, str]]:
    """What a process of it needs in its environment; it ends with this block."""
    bare = {name: each for name, each in os.environ.items() if name not in BUS}
    run = home / "run"  # through which a daemon that runs is told to unlock
    run.mkdir(mode=0o700, exist_ok=True)
    data = home / ".local" / "share"
    own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(run), "XDG_DATA_HOME": str(data)}
    script = f'{UNLOCK}; echo "$DBUS_SESSION_BUS_ADDRESS"; cat >/dev/null'
    with subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it warns of limits that root may not raise
        text=True,
        env={**bare, **own},
    ) as bus:
        assert bus.stdin is not None
        assert bus.stdout is not None
        yield {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip(), **own}
        bus.stdin.close()


def carried_out(environment: dict[str, str], *command: str) -> None:
    both = {**os.environ, **environment}
    subprocess.run(command, check=True, timeout=60, env=both, cwd=ROOT, capture_output=True)


def unlock(environment: dict[str, str]) -> None:
    carried_out(environment, "sh", "-c", AGAIN)
    carried_out(environment, sys.executable, "-c", OPENED)


@pytest.fixture(scope="module")
def exchange() -> Iterator[KeyExchange]:
    with running() as served:
        served.keys[KEY["api_key"]] = (KEY["secret"], "")
        yield served


def test_the_secret_service_keeps_keys_over_sessions_and_says_when_it_is_locked(
    tmp_path: Path, exchange: KeyExchange
) -> None:
    home = tmp_path / "user"
    home.mkdir()
    profile = BareProfile(tmp_path / "home", exchange)
    with session(home) as bus:
        profile.environment |= bus
        kept = profile.given(KEY, "keys", "set", "main", "--stdin")
        assert "Kept in the Secret Service." in kept.stderr, kept.stderr
        assert "ok  keyring    the Secret Service" in profile.lefi("doctor").stdout
        carried_out(bus, sys.executable, "-c", LOCK)
        locked = profile.lefi("keys", "test", "main")
        assert locked.returncode == 1
        assert "the Secret Service is locked, and it keeps the secrets of this" in locked.stderr
        assert "--replace --unlock" in locked.stderr
        unlock(bus)
        assert profile.lefi("keys", "test", "main").returncode == 0
    gone = profile.lefi("keys", "test", "main")
    assert (gone.returncode, "does not answer here" in gone.stderr) == (1, True)
    with session(home) as bus:
        profile.environment |= bus
        assert profile.lefi("keys", "test", "main").returncode == 0
        assert "gone from the Secret Service" in profile.lefi("keys", "remove", "main").stderr
        assert profile.lefi("keys", "test", "main").returncode == 2
    assert not (profile.home / "vault.cfg").exists()
    left = [each for each in home.rglob("*") if each.is_file()]
    assert [each.name for each in left if KEY["secret"].encode() in each.read_bytes()] == []


def test_a_locked_keyring_that_keeps_nothing_yet_leaves_its_place_to_a_vault(
    tmp_path: Path, exchange: KeyExchange
) -> None:
    home = tmp_path / "user"
    home.mkdir()
    profile = BareProfile(tmp_path / "home", exchange)
    with session(home) as bus:
        profile.environment |= bus
        carried_out(bus, sys.executable, "-c", LOCK)
        doctor = profile.lefi("doctor").stdout
        assert "the Secret Service is locked, so keys and addresses are kept in the vault" in doctor
        profile.with_passphrase()
        kept = profile.given(KEY, "keys", "set", "main", "--stdin")
        assert "Kept in the vault" in kept.stderr
        unlock(bus)
        assert profile.lefi("keys", "test", "main").returncode == 0
