"""Keys are tested again each day, and the desk is told what came of it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.key_rights import KeyRights, KeyState
from lefi_tui.core.live_gates import LiveFacts
from lefi_tui.core.messages import KeyChecked
from lefi_tui.core.tasks import Did
from lefi_tui.engine.inbox import Inbox
from lefi_tui.engine.key_watch import ASK_AGAIN_MS, KeyWatch
from lefi_tui.ports.secrets import SecretsError

pytestmark = pytest.mark.asyncio

HOUR_MS = 3_600_000
NS = 1_000_000
BEGIN_MS = 1_800_000_000_000
GOOD = KeyRights(is_valid=True, can_trade=True, can_withdraw=False, clock_offset_ms=0)


class Vault:
    """The port's stand-in: what is known of one key, and an exchange that may be away."""

    accounts = ("main",)

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.state = KeyState("main", "the vault", BEGIN_MS - 9, BEGIN_MS, GOOD)
        self.rights: KeyRights | None = GOOD  # none: the exchange does not answer
        self.is_locked = False
        self.asked = 0

    def facts(self, _account: str, _source: str) -> LiveFacts:
        return LiveFacts(key=self.state)

    def standing(self, _account: str) -> LiveFacts:
        return LiveFacts(key=self.state)

    def key(self, _account: str) -> KeyState:
        return self.state

    def recheck(self, account: str) -> KeyState:
        self.asked += 1
        if self.is_locked:
            raise SecretsError("the vault is locked", where=account)
        if self.rights is not None:
            now_ms = self._clock.now_ns() // NS
            self.state = replace(self.state, rights=self.rights, tested_at_ms=now_ms)
        return self.state


class Day:
    def __init__(self) -> None:
        self.clock = VirtualClock(BEGIN_MS * NS)
        self.vault, self.inbox = Vault(self.clock), Inbox()
        self.watch = KeyWatch(self.vault, self.inbox, self.clock)

    async def at(self, ms: int) -> list[KeyChecked]:
        """What is told when it looks so long after the first test."""
        self.clock.move_to(BEGIN_MS * NS + ms * NS)
        await self.watch.look()
        told = [each.message for each in self.inbox.take()]
        return [each for each in told if isinstance(each, KeyChecked)]


async def test_it_is_told_once_and_tested_again_before_the_day_is_over() -> None:
    day = Day()
    (told,) = await day.at(0)
    assert (told.account, told.state.rights) == ("main", GOOD)
    assert [await day.at(hour * HOUR_MS) for hour in (1, 12, 19)] == [[], [], []]
    day.vault.rights = replace(GOOD, can_withdraw=True)
    (told,) = await day.at(20 * HOUR_MS)
    assert told.state.rights == day.vault.rights
    assert await day.at(21 * HOUR_MS) == []
    assert day.vault.asked == 1


async def test_an_exchange_that_is_away_says_nothing_new_and_is_asked_after_a_while() -> None:
    day = Day()
    await day.at(0)
    day.vault.rights = None
    assert await day.at(20 * HOUR_MS) == []
    assert await day.at(20 * HOUR_MS + ASK_AGAIN_MS - 1) == []
    assert day.vault.asked == 1
    day.vault.rights = GOOD
    assert len(await day.at(20 * HOUR_MS + ASK_AGAIN_MS)) == 1


async def test_a_test_that_a_person_makes_beside_the_desk_is_told_to_it() -> None:
    day = Day()
    await day.at(0)
    lost = replace(GOOD, can_trade=False)
    day.vault.state = replace(day.vault.state, rights=lost, tested_at_ms=BEGIN_MS + 5)
    (told,) = await day.at(HOUR_MS)
    assert told.state.rights == lost
    assert day.vault.asked == 0


async def test_a_machine_that_slept_a_week_tests_at_once() -> None:
    day = Day()
    await day.at(0)
    assert len(await day.at(7 * 24 * HOUR_MS)) == 1


async def test_a_locked_vault_is_asked_for_again_and_an_account_without_a_key_never() -> None:
    day = Day()
    day.vault.is_locked = True
    day.vault.state = replace(day.vault.state, tested_at_ms=0, rights=None)
    assert await day.watch.look() is Did.NOT_YET
    assert day.vault.asked == 1
    day.vault.is_locked = False
    assert len(await day.at(ASK_AGAIN_MS)) == 1
    day.vault.state = KeyState("main")
    assert await day.at(2 * ASK_AGAIN_MS) == []
    assert day.vault.asked == 2
