"""An order of the script as text of the dialect: its values, what is missing of them, the ask.

What never changes of it is its template, in whole numbers; the market begins an order with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from lefi_tui.core.bot import OWN_ACCOUNT
from lefi_tui.core.order import LevelKind, SizeKind, TimeInForce
from lefi_tui.lang.form import Trade, V
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine import wanted_layout as ask
from lefi_tui.simulate.machine.market_lists import book_at
from lefi_tui.simulate.machine.market_memory import SIZES

SIGNS: Final = {"buy": 1, "sell": -1}
ACTIONS: Final = {"cancel": ask.CANCEL, "close": ask.CLOSE}
LEVELS: Final = {"stop_loss": 0, "take_profit": 1, "trail": 2}
# Where an ask keeps the value of that name.
PLACES: Final = {
    "at": at.O_LIMIT, "leverage": at.O_LEVERAGE, "stop_loss": at.O_STOP,
    "take_profit": at.O_TARGET, "trail": at.O_TRAIL,
    "reduce_only": ask.A_REDUCE_ONLY, "post_only": ask.A_POST_ONLY,
}  # fmt: skip


class Templates(Struct):
    """Of all places that trade, as they are met; `books` are the markets by their number."""

    books: Mapping[str, int]
    trades: list[Trade] = field(default_factory=list)

    def place(self, op: Trade) -> int:
        self.trades.append(op)
        return ask.BEHIND_ASKS + ask.TEMPLATE_SIZE * (len(self.trades) - 1)

    def can(self, op: Trade) -> bool:
        """What an ask can't say stays Python's."""
        if op.action in ACTIONS:
            is_place = op.symbol in self.books or (op.action == "cancel" and not op.symbol)
        else:
            is_place = op.action in SIGNS and op.symbol in self.books and op.size is not None
        tif = [v for name, _, v in op.named if name == "tif"]
        return (
            is_place
            and op.account in OWN_ACCOUNT
            and all(name in PLACES or name == "tif" for name, _, _ in op.named)
            and all(v.op == "const" for v in tif)
        )

    def whole_numbers(self) -> list[int]:
        """Templates, then the sites' flags, as they stand behind the asks."""
        sites = sorted({each.site for each in self.trades})
        behind = ask.BEHIND_ASKS + ask.TEMPLATE_SIZE * len(self.trades)
        places = {site: behind + ask.OF_SITE * number for number, site in enumerate(sites)}
        of_site = {each.site: self._book(each) for each in self.trades}
        templates = [n for each in self.trades for n in self._template(each, places[each.site])]
        return templates + [n for site in sites for n in (0, of_site[site])]

    @property
    def sites(self) -> int:
        return len({each.site for each in self.trades})

    def _book(self, op: Trade) -> int:
        return self.books.get(op.symbol, ask.BOOKS_MAX)

    def _template(self, op: Trade, site: int) -> list[int]:
        out = [0] * ask.TEMPLATE_SIZE
        out[ask.P_ACTION], out[ask.P_SITE] = ACTIONS.get(op.action, ask.SEND), site
        out[at.O_BOOK] = book_at(self.books[op.symbol]) if op.symbol in self.books else 0
        out[at.O_SITE], out[at.O_SIGN] = op.site, SIGNS.get(op.action, 0)
        out[at.O_KIND] = SIZES[SizeKind(op.size_kind)] if op.size is not None else at.ALL
        for name, kind, v in op.named:
            if name == "tif":
                out[at.O_LAPSES] = int(TimeInForce(v.value) is not TimeInForce.GTC)
            elif name in LEVELS:
                is_share = LevelKind(kind) is LevelKind.PERCENT
                out[at.O_STOP_KIND + LEVELS[name]] = at.PERCENT if is_share else at.PRICE
            elif name == "at":
                out[at.O_HAS_LIMIT] = 1
            elif name == "leverage":
                out[at.O_HAS_LEVERAGE] = 1
        return out


def lacking(op: Trade, missing: int) -> list[str]:
    """The names of what had no value, from their bits, as lang.python_way has them."""
    names = [*(name for name, _, _ in op.named if name != "tif")]
    names += ["size"] if op.size is not None else []
    return [name for number, name in enumerate(names) if missing >> number & 1]


def trade_lines(op: Trade, place: int, number_of: Callable[[V], str], pad: str) -> Sequence[str]:
    """Its values in the sequence of the text; one that is missing denies it."""
    if op.action == "cancel":
        return [f"{pad}want_cancel(I, {place})"]
    named = [(name, v) for name, _, v in op.named if name != "tif"]
    lines = [f"{pad}I[{ask.NOW}] = whole(T[m] + A[{ask.STEP}])"]
    lines += [f"{pad}ASK{number} = {number_of(v)}" for number, (_, v) in enumerate(named)]
    bits = [f"({1 << number} if op_isnone(ASK{number}) else 0)" for number in range(len(named))]
    if op.size is not None:
        lines.append(f"{pad}SIZE = {number_of(op.size)}")
        bits.append(f"(0 if finite(SIZE) else {1 << len(named)})")
    do = [f"want_close(M, N, A, I, {place})"]
    if op.action != "close":
        do = [f"ASK = want_send(N, A, I, {place})", "if ASK != 0:"]
        do += [f" A[ASK + {at.O_SIZE}] = SIZE"]
        do += [f" A[ASK + {PLACES[name]}] = ASK{n}" for n, (name, _) in enumerate(named)]
    if not bits:
        return [*lines, *(pad + each for each in do)]
    deny = f"{pad} deny(N, I, {place}, {ask.NO_VALUE}, LACKS)"
    head = [f"{pad}LACKS = {' + '.join(bits)}", f"{pad}if LACKS != 0:", deny, f"{pad}else:"]
    return [*lines, *head, *(f"{pad} {each}" for each in do)]
