"""Keys: which account has one, where it is kept, what the exchange says it may do.

No key and no passphrase is ever shown, kept on the screen, or sent with a command: what is typed
goes to the store, and is gone from here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Final, Protocol, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType

from lefi_tui.core.key_rights import KeyRights
from lefi_tui.core.offers import Offers
from lefi_tui.errors import LefiError
from lefi_tui.redaction import Secret
from lefi_tui.views.keys_view import KeyRow, KeysView, verdict
from lefi_tui.views.queries import Query, VaultErrand
from screens.exchange_key_forms import KeyForm, PassphraseForm, TypedForm
from screens.framed import Framed
from screens.keys import EXCHANGE_KEYS, bindings, of_groups
from screens.venue_sheet import SheetScreen
from widgets.exchange_keys import KeyList
from widgets.ink import Palette

Ask = Callable[[Query], Awaitable[Any]]
T = TypeVar("T")
OPEN: Final = "open"
NEW: Final = "new"
NO_ROW: Final = "There is no account here: [accounts.NAME] in config.toml is one."
OPENED: Final = "The vault is open until this desk and its engine end."


class Keeper(Protocol):
    """Waits for a bus, a slow key or an exchange: asked in a thread."""

    def view(self) -> KeysView: ...

    def unlock(self, passphrase: Secret) -> None: ...

    def put(self, account: str, parts: Mapping[str, Any]) -> str: ...

    def test(self, account: str) -> KeyRights: ...

    def allow_withdrawal(self, account: str, typed: str) -> None: ...

    def remove(self, account: str) -> str: ...

    def offers(self, account: str) -> Offers: ...


class KeysScreen(Framed):
    CSS_PATH = "exchange_keys.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#list"
    GROUPS = (EXCHANGE_KEYS,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(EXCHANGE_KEYS), is_priority=True)]

    def __init__(self, keeper: Keeper, ask: Ask, palette: Palette) -> None:
        super().__init__(palette)
        self.view: KeysView | None = None
        self._keeper = keeper
        self._ask = ask
        self.list = KeyList(self.palette, id="list")

    def inside(self) -> ComposeResult:
        yield self.list
        yield self.words

    # ---- what is shown

    def on_screen_resume(self) -> None:
        """Looked at again: a command line may have changed what is kept."""
        self.run_worker(self._look())

    async def _look(self) -> None:
        view = await self._done(self._keeper.view)
        if view is not None:
            self.view = view
            self._draw()

    def dress(self) -> None:
        super().dress()
        self._draw()

    def _draw(self) -> None:
        self.list.show(self.view, self.palette)
        self.draw_words()

    def on_board_moved(self) -> None:
        self.draw_words()

    def has_chosen(self) -> bool:
        return self.list.selected is not None

    def said(self) -> str:
        view = self.view
        if view is None:
            return ""
        store = view.why or f"Kept in {view.store}{_LOCKS[view.lock]}."
        return f"{self.list.words} {store}".strip()

    # ---- what a person does

    def action_move(self, step: int) -> None:
        self.list.move(step)

    def action_set(self) -> None:
        self._with(lambda row: self.app.push_screen(KeyForm(row.account, self._put)))

    def action_test(self) -> None:
        self._with(lambda row: self._work(self._test(row.account)))

    def action_unlock(self) -> None:
        view = self.view
        if view is None or view.lock == OPEN:
            self.notice("Nothing is locked here.")
        elif view.why:
            self.notice(view.why)
        else:
            self._unlock_first(lambda: None)

    def action_allow(self) -> None:
        row = self.list.selected
        if row is None or row.rights is None or row.rights.can_withdraw is False:
            self.notice("Only a tested key that can withdraw, or may be able to, needs this.")
            return
        words = "It can withdraw, or does not say that it can't. It will trade live all the same."
        self.app.push_screen(TypedForm("Trade live with", row.account, words, self._allow))

    def action_offers(self) -> None:
        row = self.list.selected
        if row is None:
            self.notice(NO_ROW)
        else:
            self._work(self._offers(row.account))

    async def _offers(self, account: str) -> None:
        sheet = await self._done(lambda: self._keeper.offers(account))
        if sheet is not None:
            self.app.push_screen(SheetScreen(account, sheet))

    def action_remove(self) -> None:
        words = "The key is removed from here. Delete it at the exchange too."
        self._with(
            lambda row: self.app.push_screen(
                TypedForm("Remove the key of", row.account, words, self._remove)
            )
        )

    # ---- and what comes of it

    def _with(self, then: Callable[[KeyRow], Any]) -> None:
        """With the account under the cursor, once the store is open."""
        row, view = self.list.selected, self.view
        if row is None or view is None:
            self.notice(NO_ROW)
        elif view.why:
            self.notice(view.why)
        elif view.lock != OPEN:
            self._unlock_first(lambda: then(row))
        else:
            then(row)

    def _unlock_first(self, then: Callable[[], Any]) -> None:
        assert self.view is not None
        is_new = self.view.lock == NEW

        def given(passphrase: Secret) -> None:
            self._work(self._unlock(passphrase, then))

        self.app.push_screen(PassphraseForm(given, is_new=is_new))

    async def _unlock(self, passphrase: Secret, then: Callable[[], Any]) -> None:
        def unlock() -> bool:
            self._keeper.unlock(passphrase)
            return True

        if not await self._done(unlock):
            return
        await self._look()
        try:
            answer = await self._ask(VaultErrand(passphrase.reveal()))
        except (OSError, LefiError) as error:
            self.notice(f"Open here, and not in the engine: {error}")
        else:
            self.notice(answer.text or OPENED)
        then()

    def _put(self, account: str, parts: Mapping[str, Secret]) -> None:
        given = {name: each.reveal() for name, each in parts.items()}
        self._work(self._told(lambda: self._keeper.put(account, given)))

    def _remove(self, account: str, _typed: str) -> None:
        self._work(self._told(lambda: self._keeper.remove(account)))

    def _allow(self, account: str, typed: str) -> None:
        def allow() -> str:
            self._keeper.allow_withdrawal(account, typed)
            return f"The key of {account} may trade live, and withdraw."

        self._work(self._told(allow))

    async def _test(self, account: str) -> None:
        self.notice(f"The exchange of {account} is asked about its key.")
        rights = await self._done(lambda: self._keeper.test(account))
        await self._look()  # first: what is said next must be what the keys act on
        if rights is not None:
            said = f": {rights.refusal}" if rights.refusal else ""
            self.notice(f"{account}: {verdict(rights)}{said}")

    async def _told(self, work: Callable[[], str]) -> None:
        words = await self._done(work)
        if words is not None:
            self.notice(words)
        await self._look()

    async def _done(self, work: Callable[[], T]) -> T | None:
        """None where it was refused; why, is on the screen."""
        try:
            return await asyncio.to_thread(work)
        except (OSError, LefiError) as error:
            self.notice(str(error))
            return None

    def _work(self, work: Awaitable[None]) -> None:
        self.run_worker(work)


_LOCKS: Final = {OPEN: "", "locked": ", which is locked; u opens it", NEW: ", not made yet"}
