"""A profile over bare SSH: no bus, no keyring, a vault whose passphrase is in a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from tests.cli.test_engine_commands import ROOT, Profile
from tests.keys.key_exchange import KeyExchange

PASSPHRASE: Final = "four quiet words here"
BUS: Final = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "PYTHON_KEYRING_BACKEND")
CONFIG: Final = """live_trading = true
[accounts.main]
exchange = "binanceusdm"
mode = "live"
[accounts.main.ccxt]
rateLimit = 1
timeout = 2000
verbose = true
[accounts.main.ccxt.urls.api]
sapi = "http://127.0.0.1:{port}/sapi/v1"
fapiPublic = "http://127.0.0.1:{port}/fapi/v1"
"""


class BareProfile(Profile):
    def __init__(self, home: Path, exchange: KeyExchange | None = None) -> None:
        super().__init__(home)
        home.mkdir(exist_ok=True)
        for name in BUS:
            self.environment.pop(name, None)
        self.environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), *sys.path])
        if exchange is not None:
            (home / "config.toml").write_text(CONFIG.format(port=exchange.port))

    def lefi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Each in a process of its own: what one has unlocked the next must not know."""
        return self.process(*arguments)

    def with_passphrase(self, text: str = PASSPHRASE) -> None:
        file = self.home.parent / "passphrase"
        file.write_text(text)
        file.chmod(0o600)
        self.environment["LEFI_VAULT_PASSPHRASE_FILE"] = str(file)

    def given(self, given: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
        """With this as JSON on standard input."""
        return subprocess.run(
            [sys.executable, "-m", "lefi_tui", *arguments],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=self.environment,
            cwd=ROOT,
        )
