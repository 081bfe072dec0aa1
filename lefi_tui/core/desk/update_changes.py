"""What an update of a bot changes: the text it runs, its state under it, the places of its orders.

The rule it keeps: what was decided stands in its events; nothing is judged again when they are
applied.
"""

from __future__ import annotations

from msgspec.structs import replace

from lefi_tui.core.desk.changing import with_bot
from lefi_tui.core.desk.older_places import placed_as_then
from lefi_tui.core.desk.placing import Places, entries_of, free, is_lost, is_of, line_of, origin_of
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk, Origin, Update, Was
from lefi_tui.core.messages import BotUpdated, UpdateBegun, UpdateDropped, UpdateFed


def begun(desk: Desk, event: UpdateBegun) -> Desk:
    bot = desk.bots[event.bot]
    needs = desk.kinds[bot.kind].needs(desk.scripts[event.version], dict(event.settings))
    told = (event.version, event.settings, event.title, needs, event.by, event.at_ns)
    update = Update(*told, event.sites, event.back, (), bot.seen, event.named, event.named_before)
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
        was=Was(bot.version, bot.settings, bot.title, event.named_before or bot.named),
        named=event.named,
    )
    if event.sites is not None:
        return placed_anew(desk, bot, Places(event.sites, event.back))
    if update.back is not None:
        return placed_anew(desk, bot, Places(update.sites, update.back))
    return placed_as_then(desk, bot, update.sites)


def placed_anew(desk: Desk, before: BotRecord, places: Places) -> Desk:
    """Its working entries are those of the places that are still there. A place that is gone has a
    number of its own, which no text has, so no other is taken for it before a text has it again;
    an order that is sent once more for one of them has its place."""
    gone, moved, lost = dict[int, Origin](), {}, dict[tuple[int, str], int]()
    for each in entries_of(desk, before):
        known = origin_of(before, each)
        origin = known or Origin(before.version, before.settings, each.site)
        origin = replace(origin, run=each.run)  # an older program knew none
        site = line_of(before, each, places)
        if site is None and is_lost(each):
            site = each.site
        if site is None:  # others of the same place are of it still
            site = lost.setdefault((each.site, each.run), free({**before.gone, **gone}))
        if not is_of(desk.bots[before.id], origin) or site != origin.site:
            gone[site] = origin
        moved[each.id] = replace(each, site=site)
    desk = with_bot(desk, before.id, gone=gone)
    return replace(desk, orders={**desk.orders, **moved}) if moved else desk
