"""Runs of the Lab as they are asked for and come: the newest text wins, the last good curve stands.

A text is asked about a moment after the last key; what was asked before it is not waited for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Final, assert_never

from msgspec.structs import replace
from textual.timer import Timer

from lefi_tui.requests import Over
from lefi_tui.views.lab_chart import chart_of, look_of
from lefi_tui.views.lab_state import LabState, Side, moved, place_of, unfit, with_run, with_trust
from lefi_tui.views.lab_view import (
    Answer,
    AskSweep,
    AskTrust,
    Busy,
    Candles,
    Drop,
    Dropped,
    Ended,
    Lab,
    LabEndedError,
    Ran,
    Refused,
    Run,
    Swept,
    Trusted,
    Wanted,
)
from lefi_tui.views.lab_words import CHECKED, four_parts, refusal_words
from screens.framed import Framed

SETTLED_S: Final = 0.02  # after the last key: a burst of them, as of a paste, is one text
STANDS_S: Final = 1.5  # a text that stood so long counts as tried
LOOK_S: Final = 0.25  # between two looks at how long a run takes
ENDED: Final = "Ended before it was done."
HANGS_S: Final = 1.0  # an end that was asked for takes no longer
RECENT_MAX: Final = 20


class LabRuns:
    """`changed` is called when `state` is another one; `columns` says how wide a chart is."""

    def __init__(
        self, screen: Framed, lab: Lab, changed: Callable[[], None], columns: Callable[[], int]
    ) -> None:
        self._screen, self._lab = screen, lab
        self._changed, self._columns = changed, columns
        self.state = LabState()
        self.wanted = Wanted()
        self.varied: dict[str, str] = {}  # as it was typed for the last sweep
        self._recent: OrderedDict[str, Run] = OrderedDict()
        self._number = 0  # of the newest question
        self._asked = 0  # the run or sweep that is waited for
        self._seen = 0  # the candles that are waited for
        self._timers: dict[str, Timer] = {}
        self._ticker: Timer | None = None

    def open(self) -> None:
        self._lab.open(self._hear)

    def _hear(self, said: Answer) -> None:
        """In a thread of whoever reads answers."""
        self._screen.call_later(self._heard, said)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _tell(self, state: LabState) -> None:
        self.state = state
        self._changed()

    def _soon(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        """Once, so long after it was last asked for."""
        if name in self._timers:
            self._timers[name].stop()
        self._timers[name] = self._screen.set_timer(seconds, do)

    # ---- asked

    def want(self, wanted: Wanted) -> None:
        """The text or the ground may be another."""
        if wanted == self.wanted:
            return
        self.wanted = wanted
        self._tell(replace(self.state, is_old=self._is_old(), is_cell=False))
        if wanted.text and wanted.ground.files:
            self._soon("run", SETTLED_S, self._ask)

    def forget(self) -> None:
        """Another script is open: nothing that was run is of it."""
        self._tell(LabState(is_asked=self.state.is_asked, busy=self.state.busy))

    def _is_old(self) -> bool:
        return self.state.run is not None and not self.wanted.is_of(self.state.run)

    def _ask(self) -> None:
        self._lab.send(self.wanted.asked(self._begin()))

    def sweep(self, over: tuple[Over, ...], rank: str) -> None:
        number = self._begin()
        self._lab.send(AskSweep(number, self.wanted.asked(number), over, rank))

    def _begin(self) -> int:
        """Of work that is waited for."""
        self._asked = self._next()
        # Not told: nothing of it is to be seen yet, and to draw costs who types a few ms.
        self.state = replace(self.state, is_asked=True, busy=None, waited_s=0.0)
        if self._ticker is None:
            self._ticker = self._screen.set_interval(LOOK_S, self._look)
        return self._asked

    def _look(self) -> None:
        if self.state.is_asked:
            self._tell(replace(self.state, waited_s=self.state.waited_s + LOOK_S))

    def end(self) -> None:
        """Of what is under way; a process that does not heed is ended."""
        if self.state.is_asked:
            asked = self._asked
            self._lab.send(Drop(self._next()))
            self._soon("end", HANGS_S, partial(self._end_hanging, asked))

    def _end_hanging(self, asked: int) -> None:
        if self.state.is_asked and self._asked == asked:
            self._lab.end()

    def _doubt(self, wanted: Wanted) -> None:
        """Of a text that stands: each edit on the way to it was no variant."""
        if wanted == self.wanted and not self.state.is_asked:
            self.state = replace(self.state, has_stood=True)  # nothing of it is to be seen
            number = self._next()
            self._lab.send(AskTrust(number, wanted.asked(number)))

    # ---- heard

    def _heard(self, said: Answer) -> None:
        match said:
            case Ran():
                self._ran(said)
            case Swept():
                self._swept(said)
            case Candles():
                self._candles_came(said)
            case Trusted():
                self._tell(with_trust(self.state, said))
            case Ended():
                error = LabEndedError(said.why, where=self.wanted.script)
                self._settled(four_parts(error))
            case Busy() | Refused() | Dropped():
                self._said(said)
            case _:
                assert_never(said)

    def _said(self, said: Busy | Refused | Dropped) -> None:
        if said.number != self._asked:
            return  # nobody waits for that any more
        match said:
            case Busy():
                self._tell(replace(self.state, busy=said))
            case Dropped():
                self._settled(ENDED)
            case Refused():
                if said.code != CHECKED:
                    self.state = unfit(self.state)
                self._settled(refusal_words(said, self._screen.table.shown))

    def _settled(self, trouble: str) -> None:
        self._tell(replace(self.state, is_asked=False, busy=None, trouble=trouble))

    def _ran(self, said: Ran) -> None:
        """Whatever was asked after it: it counts as long as it is what is wanted."""
        run = said.run
        if not self.wanted.is_of(run):
            return
        self._recent[run.key] = run
        self._recent.move_to_end(run.key)
        while len(self._recent) > RECENT_MAX:
            self._recent.popitem(last=False)
        self._tell(with_run(self.state, run, is_last=said.number == self._asked))
        self.look()
        self._soon("trust", STANDS_S, partial(self._doubt, self.wanted))

    def recent(self) -> tuple[Run, ...]:
        """The newest first."""
        return tuple(reversed(self._recent.values()))

    # ---- what is shown of it

    def turn(self) -> None:
        sides = self.state.sides
        at = sides.index(self.state.side) if self.state.side in sides else -1
        self._tell(replace(self.state, side=sides[(at + 1) % len(sides)]))

    def compare(self, base: Run | None) -> None:
        self._tell(replace(self.state, base=base))

    def back(self, step: int) -> None:
        run = self.state.run
        if run is not None and run.trades:
            back = max(0, min(len(run.trades) - 1, self.state.back + step))
            self._tell(replace(self.state, back=back))
            self.look()

    def look(self) -> None:
        """At the candles around the trade under the cursor."""
        run = self.state.run
        if run is not None:
            self._seen = self._next()
            self._lab.send(look_of(run, self.state.trade, self._columns(), self._seen))

    def _candles_came(self, said: Candles) -> None:
        run = self.state.run
        if run is not None and said.number == self._seen:
            self._tell(replace(self.state, chart=chart_of(run, said, self.state.trade)))

    # ---- a sweep's cells

    def _swept(self, said: Swept) -> None:
        if said.number != self._asked:
            return
        ranked = said.sweep.ranked
        cell = place_of(said, ranked[0] if ranked else 0)
        state = replace(self.state, swept=said, cell=cell, side=Side.MAP)
        self.state = state
        self._settled("")

    def walk(self, axis: int, step: int) -> None:
        state = self.state
        if state.swept is not None:
            self._tell(replace(state, cell=moved(state.swept, state.cell, axis, step)))

    def open_cell(self) -> None:
        """Its run, with its settings over those that were chosen; the next edit leaves it again."""
        swept, cell = self.state.swept, self.state.under
        if swept is None or cell is None:
            return
        values = tuple((dict(swept.ground.values) | dict(cell.settings)).items())
        ground = replace(swept.ground, values=values)
        self.want(replace(self.wanted, text=swept.text, ground=ground))
        self._tell(replace(self.state, side=Side.CURVE, is_cell=True))
