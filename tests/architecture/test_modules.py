"""What a command loads: a static graph can't see a deferred import, so a subprocess looks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE = {
    "textual", "rich", "ccxt", "sqlmodel", "sqlalchemy", "alembic", "apscheduler", "apprise",
    "keyring", "httpx", "numba", "numpy", "llvmlite", "pyarrow", "pydantic", "platformdirs",
    "talib", "pygls", "lsprotocol",
}  # fmt: skip
WORLD = {
    "asyncio", "threading", "random", "secrets", "uuid", "socket", "sqlite3", "logging", "pathlib",
}  # fmt: skip
REPORT = (
    "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
)


def loaded_by(code: str) -> set[str]:
    """The top-level modules in memory after this code, in a Python that starts without site."""
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}\n{REPORT}",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=ROOT,
    )
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return set(names)


def command(*arguments: str) -> str:
    """Runs the command line in this process and lets whatever it answers pass."""
    return (
        "from lefi_tui.cli import main\n"
        f"status = main({list(arguments)!r})\n"
        "assert status == 0, status"
    )


ACCOUNTS = """
from pathlib import Path
from types import MappingProxyType
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.settings import Settings
from lefi_tui.settings_tables import AccountSettings
from lefi_tui.wiring.accounts import open_accounts
import lefi_tui.cli.data, lefi_tui.wiring.candles, lefi_tui.wiring.demo, lefi_tui.app
main = AccountSettings(exchange="binanceusdm")
home = Path("nowhere")
settings = Settings(home, home, accounts=MappingProxyType({"main": main}))
accounts = open_accounts(settings, SystemClock(), ["main"])
assert set(accounts.feeds) == {"demo", "main"}
"""


def test_neither_the_desk_nor_an_account_on_an_exchange_loads_ccxt_beside_the_bots() -> None:
    """A process of its own does, once the account's feed runs."""
    assert loaded_by(ACCOUNTS) & {"ccxt", "aiohttp"} == set()
    assert "ccxt" in loaded_by("import lefi_tui.adapters.ccxt_worker")


SCRIPTS = sorted((ROOT / "scripts").glob("*.lefi"))


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["words", "json"])
def test_checking_scripts_loads_no_screen_no_market_and_no_database(options: list[str]) -> None:
    loaded = loaded_by(command("check", *map(str, SCRIPTS), *options))
    assert loaded & OUTSIDE == set()
    assert "lefi_tui" in loaded


def test_checking_a_script_loads_nothing_of_what_carries_it_out() -> None:
    """Half of its 0.1 s would go there. A frozen dataclass alone takes 0.7 ms to load."""
    runs = {"lefi_tui.core.order", "lefi_tui.core.bot", "dataclasses", "zoneinfo"}
    code = command("check", str(ROOT / "scripts/ema_cross.lefi"))
    assert "lefi_tui" in loaded_by(f"{code}\nassert not {runs} & set(sys.modules)")


def test_running_a_scripts_tests_loads_none_of_them_either() -> None:
    assert loaded_by(command("test", *map(str, SCRIPTS))) & OUTSIDE == set()


def test_a_backtest_loads_its_compiler_and_neither_an_engine_nor_a_screen(tmp_path: Path) -> None:
    """A cold one over the columns of 100,000 candles has 0.8 s for everything."""
    rows = (f"{1_700_000_000 + 60 * each},100,101,99,100,5" for each in range(300))
    candles = tmp_path / "candles.csv"
    candles.write_text("\n".join(("time,open,high,low,close,volume", *rows)) + "\n")
    script = str(ROOT / "scripts/ema_cross.lefi")
    code = command("backtest", script, "--data", f"BTC/USDT={candles}", "--json")
    home = f"import os; os.environ['LEFI_HOME'] = {str(tmp_path)!r}"
    loaded = loaded_by(f"{home}\n{code}")
    assert loaded & (OUTSIDE | {"asyncio", "sqlite3", "socket"}) == {"llvmlite", "platformdirs"}
    assert list((tmp_path / "cache" / "columns").iterdir())


def test_saying_the_version_loads_next_to_nothing() -> None:
    assert loaded_by(command("--version")) & (OUTSIDE | {"asyncio", "sqlite3"}) == set()


def modules(*rooms: str) -> list[str]:
    files = [file for room in rooms for file in sorted((ROOT / room).rglob("*.py"))]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names]


def test_the_pure_rooms_load_no_world() -> None:
    """What Python and msgspec load themselves does not count: the rooms are seen against it."""
    before = loaded_by(
        "import dataclasses, enum, typing, re, json, decimal, math, functools, hashlib, msgspec"
    )
    pure = modules("lefi_tui/core", "lefi_tui/lang", "bots")
    assert len(pure) > 20
    after = loaded_by("\n".join(f"import {name}" for name in pure))
    assert (after - before) & (OUTSIDE | WORLD) == set()


def test_asserts_are_never_stripped() -> None:
    """A bug stops the program by an assertion; `-O` would let it go on."""
    assert sys.flags.optimize == 0
    files = [ROOT / name for name in ("Makefile", ".ci/run", "pyproject.toml", "README.md")]
    for file in files:
        text = file.read_text()
        assert "PYTHONOPTIMIZE" not in text, file
        assert " -O" not in text, file
