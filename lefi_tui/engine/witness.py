"""One message carried out again with its kinds of bot watched: each run with its conditions.

The desk is the one of then, the kinds answer as they do; nothing is kept but what they were asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from lefi_tui.core.bot import (
    BotKind,
    Decision,
    Explaining,
    Needs,
    Occasion,
    Played,
    RunSeen,
    Snapshot,
)
from lefi_tui.core.desk import BotRecord, Desk, Step, advance
from lefi_tui.core.messages import BotRan, BotStarted, BotUpdated, Command, MarketInput, Report
from lefi_tui.core.record import Record
from lefi_tui.core.rewriting import Family, Handover, Rewritable, Text, no_text
from lefi_tui.views.story_view import BotRuns
from lefi_tui.views.wording_updates import text_words


class Watched(Record):
    """A kind of bot that notes the runs of each decision."""

    kind: BotKind
    seen: list[tuple[RunSeen, ...]]

    @property
    def name(self) -> str:
        return self.kind.name

    def refused(self, source: str, settings: Mapping[str, str]) -> str:
        return self.kind.refused(source, settings)

    def needs(self, source: str, settings: Mapping[str, str]) -> Needs:
        return self.kind.needs(source, settings)

    def begin(self, source: str, settings: Mapping[str, str]) -> Any:
        return self.kind.begin(source, settings)

    def rebind(self, state: Any, source: str, settings: Mapping[str, str]) -> Any:
        return self.kind.rebind(state, source, settings)

    def disarmed(self, state: Any, why: str) -> Any:
        return self.kind.disarmed(state, why) if isinstance(self.kind, Played) else state

    def handover(self, before: Text, after: Text, *, is_whole: bool) -> Handover:
        if isinstance(self.kind, Rewritable):
            return self.kind.handover(before, after, is_whole=is_whole)
        return Handover(no_text(self.name))

    def held(self, state: Any) -> Mapping[str, str]:
        return self.kind.held(state) if isinstance(self.kind, Rewritable) else {}

    def family(self, before: Text, after: Text) -> Family:
        return self.kind.family(before, after) if isinstance(self.kind, Rewritable) else ((), ())

    def decide(self, state: Any, occasion: Occasion, snapshot: Snapshot) -> Decision:
        decision = self.kind.decide(state, occasion, snapshot)
        if isinstance(self.kind, Explaining):
            self.seen.append(self.kind.explain(state, occasion, snapshot))
        else:
            self.seen.append(tuple(RunSeen(each) for each in decision.runs))
        return decision

    def why(self, state: Any) -> str:
        return self.kind.why(state)

    def encode(self, state: Any) -> Any:
        return self.kind.encode(state)

    def decode(self, source: str, settings: Mapping[str, str], data: Any) -> Any:
        return self.kind.decode(source, settings, data)


def witnessed(
    before: Desk, message: Command | Report | MarketInput
) -> tuple[Step, tuple[BotRuns, ...]]:
    """What the message led to, and the runs of each bot, in the order in which they ran."""
    seen: list[tuple[RunSeen, ...]] = []
    kinds = {name: Watched(kind, seen) for name, kind in before.kinds.items()}
    desk, step = advance(replace(before, kinds=kinds), message)
    rans = tuple(_by_version(before, step))
    return step, tuple(
        _runs(desk.bots[ran.bot], ran, text, runs)
        for (ran, text), runs in zip(rans, seen, strict=True)
    )


def _runs(bot: BotRecord, ran: BotRan, text: str, runs: tuple[RunSeen, ...]) -> BotRuns:
    text = text if bot.source else ""  # a game has none
    return BotRuns(ran.bot, bot.title, ran.at_ms, runs, _state(ran), text)


def _by_version(before: Desk, step: Step) -> Iterator[tuple[BotRan, str]]:
    """Each run with the text that decided it: one may take another in the middle of a step."""
    texts = {bot.id: text_words(bot.version, bot.named) for bot in before.bots.values()}
    for event in step.events:
        if isinstance(event, BotStarted):
            texts[event.bot] = text_words(event.version, "")
        elif isinstance(event, BotUpdated):
            texts[event.bot] = text_words(event.version, event.named)
        elif isinstance(event, BotRan):
            yield event, texts[event.bot]


def _state(ran: BotRan) -> str:
    return f"warming up, {ran.warming}" if ran.warming else ""
