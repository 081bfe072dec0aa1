"""Places of orders as a program decided of them that knew where lost ones came from, and no others.

The rule it keeps: what an older journal says of an order comes out as it did then, down to the
number of a place that is lost; so no start over one finds that a line would send again.
"""

from __future__ import annotations

from msgspec.structs import replace

from lefi_tui.core.desk.changing import with_bot
from lefi_tui.core.desk.placing import Sites, entries_of, free, is_of
from lefi_tui.core.desk.state import BotRecord, Desk, Origin


def placed_as_then(desk: Desk, before: BotRecord, told: Sites) -> Desk:
    """All orders of one place are lost and found together, whoever sent them."""
    gone, moved, sites = dict[int, Origin](), {}, dict(told)
    for each in entries_of(desk, before):
        site, origin = sites.get(each.site), before.gone.get(each.site)
        if site is None and origin and is_of(desk.bots[before.id], origin):
            site = origin.site
        if site is None:
            site = each.site if origin else free({**before.gone, **gone})
            gone[site] = origin or Origin(before.version, before.settings, each.site)
            if origin is None:
                sites[each.site] = site
        moved[each.id] = replace(each, site=site)
    desk = with_bot(desk, before.id, gone=gone)
    return replace(desk, orders={**desk.orders, **moved}) if moved else desk
