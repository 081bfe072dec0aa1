"""What there is to find: every key of the one table; scripts, bots, markets by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

from lefi_tui.core.risk.limits import ABOUT
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.scripts import ScriptRow
from screens.finding import Entry
from screens.keys import ALWAYS, PLACES, Deed, Key, KeyTable

# What stands where a person is comes before what stands elsewhere, and both before mere moving.
ELSEWHERE: Final = 4
MOVING: Final = 6
OPENED: Final = 4  # in a window that another key opens: that one, or its like on a screen, is meant
NAMED: Final = 1  # scripts, bots, markets
TAUGHT: Final = 3  # shipped scripts in the gallery, lessons, the reference

Go = Callable[[str, str], None]  # to a screen, for one thing


def of_keys(
    table: KeyTable, here: Collection[str], carry_out: Callable[[Key], None]
) -> Iterator[Entry]:
    """All actions there are: those of the screen `here` first, then those that work everywhere."""
    for each in sorted(table.keys, key=lambda key: (key.group not in here, key.group in ALWAYS)):
        is_near = each.group in here or each.group in ALWAYS
        rank = (0 if is_near else ELSEWHERE) + (0 if each.label else MOVING)
        rank += OPENED if PLACES[each.group].opener and not is_near else 0
        yield Entry(
            title=title_of(each),
            key=each.shown,
            place=PLACES[each.group].name,
            gist=each.tooltip,
            act=partial(carry_out, each),
            also=f"{each.also} {each.id.replace('_', ' ')}",
            rank=rank,
            is_risk=each.deed is Deed.RISK,
        )


def title_of(key: Key) -> str:
    """Its label; of a key that only moves about, what it does."""
    words = key.label or key.tooltip.partition(".")[0].partition(";")[0]
    return f"{words[0].upper()}{words[1:]}"


def of_desk(view: DeskView | None, go: Go) -> Iterator[Entry]:
    """Its bots and markets."""
    if view is None:
        return
    for bot in view.bots:
        gist = f"a bot, {bot.title}: {bot.status}, {' '.join(bot.symbols)} on {bot.account}"
        yield Entry(bot.id, "", "bot", gist, partial(go, "bots", bot.id), rank=NAMED)
    for row in view.prices:
        name = f"{row.account}/{row.symbol}"
        gist = f"on {row.account}: the market on the desk, with its chart"
        yield Entry(row.symbol, "", "market", gist, partial(go, "desk", name), rank=NAMED)


def of_limits(go: Go) -> Iterator[Entry]:
    """Each limit there is, where it is changed."""
    for name, about in ABOUT.items():
        act = partial(go, "limits", name)
        yield Entry(name, "", "limit", about.meaning, act, also="limit set", rank=TAUGHT)


def of_scripts(rows: Collection[ScriptRow], go: Go) -> Iterator[Entry]:
    for row in rows:
        whose = "that comes with the program" if row.is_shipped else "of yours"
        act = partial(go, "scripts", row.about)
        gist = f"a script {whose}, in the editor"
        yield Entry(row.name, "", "script", gist, act, rank=NAMED)
        if row.is_shipped:
            act = partial(go, "gallery", row.name)
            gist = "what it does, its bounds, a picture of a run"
            yield Entry(row.name, "", "gallery", gist, act, rank=TAUGHT)
