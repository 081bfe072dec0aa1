"""What an update of a bot changes: the text it runs, its state under it, the places of its orders.

The rule it keeps: what was decided when the update began stands in its events; nothing is judged
again when they are applied.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from lefi_tui.core.desk.changing import with_bot
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk, Origin, Update, Was
from lefi_tui.core.messages import BotUpdated, UpdateBegun, UpdateDropped, UpdateFed

GONE: Final = -2  # less its old number: a place that is not in the text; -1 is the hand's


def begun(desk: Desk, event: UpdateBegun) -> Desk:
    bot = desk.bots[event.bot]
    needs = desk.kinds[bot.kind].needs(desk.scripts[event.version], dict(event.settings))
    told = (event.version, event.settings, event.title, needs, event.by, event.at_ns)
    update = Update(*told, event.sites, event.found, heard=bot.seen)
    return with_bot(desk, bot.id, update=update)


def fed(desk: Desk, event: UpdateFed) -> Desk:
    update = desk.bots[event.bot].update
    assert update is not None
    bars = (*update.bars, *event.bars)
    return with_bot(desk, event.bot, update=replace(update, bars=bars))


def dropped(desk: Desk, event: UpdateDropped) -> Desk:
    return with_bot(desk, event.bot, update=None)


def updated(desk: Desk, event: BotUpdated) -> Desk:
    bot = desk.bots[event.bot]
    update = bot.update
    assert update is not None
    kind, source = desk.kinds[bot.kind], desk.scripts[event.version]
    if bot.status is BotStatus.WARMING:  # it has been warmed, or has nothing to be warmed for
        desk = with_bot(desk, bot.id, status=BotStatus.RUNNING)
    desk = with_bot(
        desk,
        bot.id,
        version=event.version,
        source=source,
        settings=event.settings,
        title=update.title,
        needs=update.needs,
        state=kind.rebind(bot.state, source, dict(event.settings)),
        seen={key: at for key, at in bot.seen.items() if key in update.needs.bars},
        due=(),
        awake_ns=event.at_ns,  # no date before it is one of this text
        update=None,
        was=Was(bot.version, bot.settings, bot.title),
    )
    return placed_anew(desk, bot, dict(update.sites), dict(update.found))


def placed_anew(
    desk: Desk, before: BotRecord, sites: dict[int, int], found: dict[str, int]
) -> Desk:
    """Its working entries are those of the places that are still there. The place of another is
    gone, and no other is taken for it before a text has it again."""
    gone, moved = dict[str, Origin](), {}
    for each in desk.working_of(before.id):
        if each.leg != "entry":
            continue
        lost = before.gone.get(each.id)
        site = sites.get(each.site) if lost is None else found.get(each.id)
        if site is None:
            origin = lost or Origin(before.version, before.settings, each.site)
            gone[each.id], site = origin, GONE - origin.site
        moved[each.id] = replace(each, site=site)
    desk = with_bot(desk, before.id, gone=gone)
    return replace(desk, orders={**desk.orders, **moved}) if moved else desk
