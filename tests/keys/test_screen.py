"""The Keys screen over bare SSH: a vault is made, a key typed and tested, and none of it shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lefi_tui.adapters import vault as vault_module
from lefi_tui.core.roles import Who
from lefi_tui.errors import RefusedError
from lefi_tui.redaction import Secret
from lefi_tui.settings import load
from lefi_tui.views.queries import VaultErrand
from lefi_tui.wiring.keys import KeyKeeper
from tests.keys.key_exchange import KeyExchange, running
from tests.keys.profile import BUS, CONFIG
from tests.screens.real_desk import RealDesk, opened

KEY, SECRET, PASSPHRASE = "scrKey7788", "scrSecret7", "fourword"


@pytest.fixture(scope="module")
def exchange() -> Iterator[KeyExchange]:
    with running() as served:
        served.keys[KEY] = (SECRET, "")
        yield served


@pytest.fixture
def home(tmp_path: Path, exchange: KeyExchange, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in BUS:
        monkeypatch.delenv(name, raising=False)
    exchange.rights["enableWithdrawals"] = False
    (tmp_path / "config.toml").write_text(CONFIG.format(port=exchange.port))
    return tmp_path


async def wrote(desk: RealDesk, *fields: str) -> None:
    """Each into its field, letter by letter, as a terminal hands them over."""
    for field in fields:
        await desk.press(*("space" if each == " " else each for each in field), "enter")


class KeysDesk:
    """The desk, read as a person reads it: over the ends of lines."""

    def __init__(self, desk: RealDesk) -> None:
        self.desk = desk
        self.shown = ""

    async def says(self, words: str) -> None:
        def holds(text: str) -> bool:
            return words in " ".join(text.replace("┃", " ").replace("│", " ").split())

        self.shown += await self.desk.until(holds)

    async def press(self, *keys: str) -> None:
        await self.desk.press(*keys)

    async def wrote(self, *fields: str) -> None:
        """Each into its field, letter by letter, as a terminal hands them over."""
        for field in fields:
            await self.press(*("space" if each == " " else each for each in field), "enter")


@asynccontextmanager
async def keys_of(home: Path, size: tuple[int, int] = (100, 30)) -> AsyncIterator[KeysDesk]:
    async with opened(home, size) as desk:
        await desk.press("0")
        yield KeysDesk(desk)


@pytest.mark.asyncio
async def test_a_vault_is_made_a_key_typed_and_tested_and_nothing_typed_is_shown(
    home: Path,
) -> None:
    async with keys_of(home) as desk:
        await desk.says("not made yet")
        await desk.press("s")
        await desk.says("A vault for keys")
        await desk.wrote(PASSPHRASE, "another")
        await desk.says("The two differ.")
        await desk.press("escape", "s")
        await desk.says("Choose its passphrase")
        await desk.wrote(PASSPHRASE, PASSPHRASE)
        await desk.says("Key of main")
        await desk.press(*KEY, "shift+home", "ctrl+c")
        await desk.press("ctrl+x")
        assert desk.desk.app.clipboard == ""
        await desk.wrote(KEY, SECRET)
        await desk.press("enter")
        await desk.says("Kept in the vault")
        await desk.press("t")
        await desk.says("main: valid")
        secrets = (KEY, SECRET, PASSPHRASE, KEY[:8])
        assert [each for each in secrets if each in desk.shown] == []


@pytest.mark.asyncio
async def test_a_key_that_can_withdraw_is_marked_until_its_account_is_typed(
    home: Path, exchange: KeyExchange
) -> None:
    exchange.rights["enableWithdrawals"] = True
    KeyKeeper(load({"LEFI_HOME": str(home)}).settings).unlock(Secret(PASSPHRASE))
    async with keys_of(home) as desk:
        await desk.press("s")
        await desk.says("Key of main")
        await desk.wrote(KEY, SECRET, "")
        await desk.says("Kept in the vault")
        await desk.press("t")
        await desk.says("CAN WITHDRAW")
        await desk.press("w")
        await desk.says("type main")
        await desk.wrote("mian")
        await desk.says("That is not its name")
        await desk.press(*["backspace"] * 4)
        await desk.wrote("main")
        await desk.says("may trade live, and withdraw.")
        await desk.press("delete")
        await desk.says("Remove the key of main")
        await desk.wrote("main")
        await desk.says("The key of main is gone from the vault")


@pytest.mark.asyncio
async def test_a_wrong_passphrase_is_told_and_the_right_one_opens_desk_and_engine(
    home: Path,
) -> None:
    KeyKeeper(load({"LEFI_HOME": str(home)}).settings).unlock(Secret(PASSPHRASE))
    vault_module._OPENED.clear()  # the next start
    async with keys_of(home, (80, 24)) as desk:
        await desk.says("which is locked; u opens it")
        await desk.press("u")
        await desk.says("Its passphrase opens it.")
        await desk.wrote("anotherw")
        await desk.says("Wrong passphrase")
        await desk.press("u")
        await desk.says("Its passphrase opens it.")
        await desk.wrote(PASSPHRASE)
        await desk.says("The vault is open")
        await desk.press("u")
        await desk.says("Nothing is locked here.")


@pytest.mark.asyncio
async def test_only_the_owner_opens_the_vault_of_an_engine(home: Path) -> None:
    async with opened(home) as desk:
        with pytest.raises(RefusedError, match="not the owner"):
            await desk.engine.ask(VaultErrand(PASSPHRASE), Who("anna", "admin"))
        answer = await desk.engine.ask(VaultErrand("short"))
        assert "8 letters at least" in answer.text
    assert PASSPHRASE not in repr(VaultErrand(PASSPHRASE))


@pytest.mark.asyncio
async def test_v_shows_what_the_exchange_offers_and_asks_for_no_key(home: Path) -> None:
    async with keys_of(home) as desk:
        await desk.says("not made yet")
        await desk.press("v")
        await desk.says("What binanceusdm offers to main")
        await desk.says("post only yes sent as asked")
        await desk.press("escape")
