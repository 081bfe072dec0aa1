"""A profile over bare SSH with one sandbox account on the loopback exchange, and its key."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from lefi_tui.engine.engine import Engine
from lefi_tui.settings import load
from lefi_tui.views.desk_view import DeskView
from lefi_tui.wiring.keys import KeyKeeper
from tests.exchange.loopback.host import Far
from tests.exchange.test_public_account import account, running, seen
from tests.keys.profile import BUS, PASSPHRASE

BTC: Final = "BTC/USDT:USDT"
ETH: Final = "ETH/USDT:USDT"


def live_profile(folder: Path, far: Far, **others: Any) -> Path:
    """The exchange begins anew; no key is kept yet."""
    far.act("begin")
    passphrase = folder / "passphrase"
    passphrase.write_text(PASSPHRASE)
    passphrase.chmod(0o600)
    home = folder / "home"
    home.mkdir()
    account(
        home,
        {**far.ccxt(None), "options": {}},
        **{"mode": "sandbox", "symbols": [BTC, ETH], **others},
    )
    return home


@contextmanager
def bare(home: Path) -> Iterator[None]:
    """No bus and no keyring: a vault that a file opens; also for processes that begin inside."""
    before = dict(os.environ)
    for name in BUS:
        os.environ.pop(name, None)
    os.environ["LEFI_VAULT_PASSPHRASE_FILE"] = str(home.parent / "passphrase")
    os.environ["LEFI_HOME"] = str(home)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def with_key(home: Path, far: Far) -> None:
    settings = load({"LEFI_HOME": str(home)}).settings
    key = {"api_key": far.key.key, "secret": far.key.secret}
    if settings.accounts["main"].exchange == "okx":
        key["password"] = far.key.passphrase
    KeyKeeper(settings).put("main", key)


@contextmanager
def begun(home: Path) -> Iterator[Engine]:
    """Its engine, once the account is open and has prices."""
    with running(home) as engine:
        seen(engine, opened("main"))
        seen(engine, lambda view: ("main", BTC) in {(e.account, e.symbol) for e in view.prices})
        yield engine


@contextmanager
def live_desk(folder: Path, far: Far) -> Iterator[Engine]:
    """On an account that has begun anew."""
    home = live_profile(folder, far)
    with bare(home):
        with_key(home, far)
        with begun(home) as engine:
            yield engine


def held(view: DeskView) -> dict[str, Decimal]:
    """What is ours of it."""
    ours = (each for each in view.positions if not each.is_external)
    return {each.symbol: each.units for each in ours if each.account == "main"}


def opened(name: str) -> Callable[[DeskView], Any]:
    return lambda view: any(each.name == name for each in view.accounts)
