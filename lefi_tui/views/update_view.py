"""What would become of a bot with another text, before anybody asks it to take that."""

from __future__ import annotations

from collections.abc import Iterator

from lefi_tui.core.live_gates import Gate
from lefi_tui.core.record import Record
from lefi_tui.core.timeframe import candles


class UpdateView(Record):
    """`refusal` is empty when it would be taken; `rows` are the gates of real money."""

    bot: str
    refusal: str = ""
    is_real: bool = False
    account: str = ""
    settings: tuple[tuple[str, str], ...] = ()  # that it would run with
    kept: tuple[str, ...] = ()  # states that go on
    lost: tuple[str, ...] = ()
    cold: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()  # working ones whose place in the text is gone, in words
    found: tuple[str, ...] = ()  # of those that had none before, the ones that have one there
    history: int = 0  # candles that warm it first
    tests: int = 0  # that passed
    rows: tuple[Gate, ...] = ()


def in_words(view: UpdateView) -> Iterator[str]:
    """What becomes of the bot itself; what the text means is told elsewhere."""
    if view.kept:
        yield f"Goes on with its states: {', '.join(view.kept)}"
    for each in view.lost:
        yield f"Loses {each}"
    if view.history:
        yield f"Is warmed first, by {candles(view.history)} of the past; until then it runs on"
    for each in view.cold:
        yield f"Begins anew: {each}"
    yield "Its orders, its position and the exits of that stay as they are"
    if view.found:
        yield "Their line is there again, and sends no other beside them:"
        yield from (f"  {each}" for each in view.found)
    if view.orders:
        yield "No line of this text knows these; they stay until filled or canceled:"
        yield from (f"  {each}" for each in view.orders)
    yield f"{view.tests} of its tests passed" if view.tests else "The text has no tests"
