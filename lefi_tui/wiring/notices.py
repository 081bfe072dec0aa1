"""The messenger of a profile, with its outbox on the disk and the process that knows addresses;
and what the command line does with both, whether an engine runs or not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lefi_tui.core.notices import HEARTBEAT, NoticeRules, Severity
from lefi_tui.settings import Loaded, Settings
from lefi_tui.settings_tables import NotifySettings

if TYPE_CHECKING:
    from lefi_tui.adapters.apprise_link import AppriseLink
    from lefi_tui.core.notices import Delivery
    from lefi_tui.ports.clock import Clock
    from lefi_tui.ports.notifier import Notifier
    from lefi_tui.views.notices_view import ChannelRow

NEWEST_MAX: Final = 500  # of which those given up are told


def rules_of(notify: NotifySettings) -> NoticeRules:
    return NoticeRules(
        default=notify.default,
        least={name: Severity(least) for name, least in notify.least.items()},
        quiet=notify.quiet,
        zone=notify.zone,
        per_minute=notify.per_minute,
        burst=notify.burst,
        digest_s=60 * notify.digest_minutes,
        heartbeat_s=notify.heartbeat_s,
    )


def messenger(settings: Settings, clock: Clock) -> Notifier:
    from lefi_tui.adapters.apprise_link import AppriseLink
    from lefi_tui.adapters.keyring_secrets import KeyringSecrets
    from lefi_tui.adapters.sqlite_outbox import SqliteOutbox
    from lefi_tui.engine.messenger import Messenger

    store = SqliteOutbox(settings.data_dir)
    link = AppriseLink(KeyringSecrets(settings.data_dir))
    return Messenger(rules_of(settings.notify), store, link, clock)


class Post:
    """The channels of a profile; an engine that runs sees every change at its next notice."""

    def __init__(self, settings: Loaded) -> None:
        from lefi_tui.adapters.keyring_secrets import KeyringSecrets
        from lefi_tui.adapters.sqlite_outbox import SqliteOutbox

        self._settings = settings
        self._store = SqliteOutbox(settings.settings.data_dir)
        self.secrets = KeyringSecrets(settings.settings.data_dir)

    @staticmethod
    def is_heartbeat(name: str) -> bool:
        return name == HEARTBEAT

    def channels(self) -> tuple[ChannelRow, ...]:
        from lefi_tui.engine.messenger import STILL
        from lefi_tui.views.notices_view import notices_view

        names = self._store.channels()
        heart = STILL if HEARTBEAT in names else None
        return notices_view(self._store.newest(NEWEST_MAX), names, heart, 0, 0).channels

    def unreadable(self, name: str, address: str) -> str:
        """Why this can't be its address; empty when it can."""
        if self.is_heartbeat(name):
            parts = urlsplit(address)
            is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
            return "" if is_web else "an address of the web is needed: https://…"
        return self._asked(lambda link: link.check(address))

    def put(self, name: str, address: str) -> str:
        """Where it is kept now."""
        from lefi_tui.adapters.notice_places import place_of

        where = self.secrets.where()
        self.secrets.put(place_of(name), address)
        self._store.add_channel(name)
        return where

    def remove(self, name: str) -> str:
        from lefi_tui.adapters.notice_places import place_of

        where = self.secrets.where()
        self.secrets.remove(place_of(name))
        self._store.remove_channel(name)
        return where

    def test(self, name: str) -> str:
        """At once, past the outbox. Why it was not confirmed; empty when it was."""
        from lefi_tui.adapters.system_clock import SystemClock
        from lefi_tui.engine.messenger import test_of

        if self.is_heartbeat(name):
            return self._asked(lambda link: link.beat())
        return self._asked(lambda link: link.send(test_of(name, SystemClock().now_ns())))

    # ---- what was given up

    def dead(self) -> tuple[Delivery, ...]:
        from lefi_tui.core.notices import State

        return tuple(each for each in self._store.newest(NEWEST_MAX) if each.state is State.DEAD)

    def requeue(self, number: int) -> str:
        """By the engine, or for the next one."""
        from lefi_tui.wiring.running import engine_pid

        if engine_pid(self._settings.settings.data_dir) is not None:
            return asyncio.run(self._requeued(number))
        from lefi_tui.adapters.system_clock import SystemClock
        from lefi_tui.engine.outbox import requeued

        found = next((each for each in self.dead() if each.id == number), None)
        if found is None:
            return f"Notice {number} is not among those given up."
        self._store.keep((requeued(found, SystemClock().now_ns()),), None)
        return f"Notice {number} goes to {found.channel} when the engine runs."

    async def _requeued(self, number: int) -> str:
        from lefi_tui import wiring
        from lefi_tui.views.queries import NoticeErrand

        async with wiring.client(self._settings) as channel:
            answer = await channel.ask(NoticeErrand(requeue=number))
        return str(answer.text)

    def _asked(self, question: Callable[[AppriseLink], Awaitable[None]]) -> str:
        """A question to the process that knows addresses, and why its answer is no."""
        from lefi_tui.adapters.apprise_link import AppriseLink
        from lefi_tui.ports.notifier import NotSentError

        async def talk() -> str:
            link = AppriseLink(self.secrets)
            try:
                await question(link)
            except NotSentError as error:
                return str(error)
            finally:
                await link.close()
            return ""

        return asyncio.run(talk())
