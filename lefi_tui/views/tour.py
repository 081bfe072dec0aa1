"""Five steps over the desk. Each is done when it really happened: the desk's own view shows it, or
the key was pressed where a look is all there is to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.messages import TradingState
from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import DeskView

Done = Callable[[DeskView, DeskView], bool]  # as the step began, now


class Step(Record):
    text: str
    is_done: Done
    key: str = ""  # the action that a person must have taken too


def _has_new_bot(before: DeskView, now: DeskView) -> bool:
    known = {bot.id for bot in before.bots if bot.is_alive}
    return any(bot.is_alive and bot.id not in known for bot in now.bots)


def _has_run(_before: DeskView, now: DeskView) -> bool:
    return any(bot.is_alive and bot.why_age_ms is not None for bot in now.bots)


def _has_stopped(before: DeskView, now: DeskView) -> bool:
    alive = {bot.id for bot in before.bots if bot.is_alive}
    return any(bot.id in alive and not bot.is_alive for bot in now.bots)


def _is_halted(_before: DeskView, now: DeskView) -> bool:
    return now.banner.trading_state is TradingState.HALTED


def _is_active(_before: DeskView, now: DeskView) -> bool:
    return now.banner.trading_state is TradingState.ACTIVE


STEPS: Final = (
    Step("n lists scripts. Choose price_alert and press Enter: it only watches.", _has_new_bot),
    Step("w says why a bot did what it did, with what it saw. Esc comes back.", _has_run, "why"),
    Step("s stops the bot under the cursor; it ends when no order of its is left.", _has_stopped),
    Step("f12 is the kill key, also while you type: press it. Nothing real is here.", _is_halted),
    Step("HALTED: no order can go out. r and a reason allow trading again.", _is_active),
)
DONE: Final = "That was the tour. F3 is where scripts are written, F1 has every key."


class Tour(Record):
    """Where a person is in it. `since` is the desk as the step began."""

    number: int = 0
    since: DeskView | None = None
    taken: frozenset[str] = frozenset()  # actions of this step

    @property
    def is_over(self) -> bool:
        return self.number >= len(STEPS)

    @property
    def text(self) -> str:
        if self.is_over:
            return DONE
        return f"Tour {self.number + 1}/{len(STEPS)}: {STEPS[self.number].text}"


def took(tour: Tour, action: str) -> Tour:
    """The tour after a person took an action."""
    return replace(tour, taken=tour.taken | {action})


def follow(tour: Tour, now: DeskView) -> Tour:
    """The tour after one more look at the desk."""
    if tour.is_over:
        return tour
    if tour.since is None:
        return replace(tour, since=now)
    step = STEPS[tour.number]
    if step.is_done(tour.since, now) and (not step.key or step.key in tour.taken):
        return Tour(tour.number + 1, now)
    return tour
