"""Where the working orders of a bot stand in another text, or in the same with other settings.

The rules it keeps: an order is of the line that it was sent from, wherever a text has that line,
however many texts came between; two orders of two lines are never of one. So no line sends a second
order at the price of one that rests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Final, TypeAlias

from lefi_tui.core.desk.kindred import Kindred
from lefi_tui.core.desk.state import BotRecord, Desk, Origin
from lefi_tui.core.order import Order
from lefi_tui.core.record import Record
from lefi_tui.core.rewriting import Rewritable, Text

Sites: TypeAlias = tuple[tuple[int, int], ...]
GONE: Final = -2  # and below: places that are in no text any more; -1 is the hand's


class Places(Record):
    """Numbers in the present text, and in the other: of orders that stand where the present text
    has a line, and `back` of those that an earlier one sent and its own line has again."""

    sites: Sites = ()
    back: Sites = ()


def origin_of(bot: BotRecord, order: Order) -> Origin | None:
    """The earlier text that sent it. None: the present one did, though at its place may have been
    one of an earlier."""
    origin = bot.gone.get(order.site)
    return origin if origin and (is_lost(order) or origin.run == order.run) else None


def is_lost(order: Order) -> bool:
    """No line of the text that runs is its own; -1 is the hand's."""
    return order.site <= GONE


def is_of(bot: BotRecord, origin: Origin) -> bool:
    """Whether it runs the text that sent the order."""
    return (bot.version, dict(bot.settings)) == (origin.version, dict(origin.settings))


def free(taken: Mapping[int, Origin]) -> int:
    return next(each for each in count(GONE, -1) if each not in taken)


def line_of(bot: BotRecord, order: Order, places: Places) -> int | None:
    """The number of its line in the other text; None where it has none there."""
    line = dict(places.back).get(order.site) if origin_of(bot, order) else None
    return dict(places.sites).get(order.site) if line is None else line


def renumbered(desk: Desk, bot: BotRecord, after: Text) -> tuple[Sites | None, Sites | None]:
    """For other settings of its own text. None of `sites` where each of its orders has the place
    it had."""
    places = placed(desk, bot, after)
    lines = ((line_of(bot, each, places), each) for each in entries_of(desk, bot))
    is_same = all(line == each.site or (line is None and is_lost(each)) for line, each in lines)
    return (None, ()) if is_same else (places.sites, places.back)


def entries_of(desk: Desk, bot: BotRecord) -> Iterator[Order]:
    return (each for each in desk.working_of(bot.id) if each.leg == "entry")


def placed(desk: Desk, bot: BotRecord, after: Text) -> Places:
    """Of its orders that work now."""
    kind = desk.kinds[bot.kind]
    if not isinstance(kind, Rewritable):
        return Places()
    now = Kindred(kind.family(Text(bot.source, bot.settings), after))
    own, earlier = set[int](), dict[Text, dict[int, int]]()
    for each in entries_of(desk, bot):
        origin = origin_of(bot, each)
        if origin is None:
            own.add(each.site)
        else:
            before = Text(desk.scripts[origin.version], origin.settings)
            earlier.setdefault(before, {})[origin.site] = each.site
    sent = [(Kindred(kind.family(before, after)), of) for before, of in earlier.items()]
    return _matched(now, own, sent)


def _matched(now: Kindred, own: set[int], sent: list[tuple[Kindred, dict[int, int]]]) -> Places:
    """Each order by the line that sent it; else by the one it stands at, that line, then one like
    it; else by one like what sent it, unless another order is there. Lines of places without an
    order keep others from being taken for them, but not from an order that has no other."""
    taken = set[int]()
    sites = now.exact.taken(sorted(own), taken)
    back = dict[int, int]()
    for kindred, of in sent:
        back |= {of[place]: line for place, line in kindred.exact.taken(of, taken).items()}
    earlier = {number for _, of in sent for number in of.values()}
    stand = own | (earlier - back.keys())
    sites |= now.exact.taken(sorted(stand - sites.keys()), taken)
    empty = now.exact.taken([e for e in now.numbers if e not in own | earlier], taken)
    left = [each for each in now.numbers if each not in {*sites, *back, *empty}]
    found = now.alike.taken(left, taken)
    sites |= {number: line for number, line in found.items() if number in stand}
    held = {*sites.values(), *back.values()}
    for kindred, of in sent:
        lost = [place for place, number in of.items() if number not in {*sites, *back}]
        back |= {of[place]: line for place, line in kindred.alike.taken(lost, held).items()}
    return Places(tuple(sorted(sites.items())), tuple(sorted(back.items())))
