"""The loop of a simulation as text of the dialect: candle after candle, from funding to what the
script asks for, with all that a moment may bring.

The rules it keeps: a candle in which the market meets nothing is marked and no more; what only
Python can do it leaves to Python, with all that the moment's steps wrote and asked taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from bots.automated.plan import Bound
from lefi_tui.simulate.machine import columns as c
from lefi_tui.simulate.machine import loop_reads
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine import wanted_layout as ask
from lefi_tui.simulate.machine.kinds import all_forms
from lefi_tui.simulate.machine.loop_calls import Call, calls_of
from lefi_tui.simulate.machine.market_lists import book_at
from lefi_tui.simulate.machine.steps import NOTES, Shared, Writer, placed, windows_of

LOCALS_MAX: Final = 96  # slots that the loop holds by itself; more stay in memory
AHEAD: Final = 16  # moments: two lines of the processor's memory
ROOM: Final = 4 * at.ORDERS + 3 * ask.BOOKS_MAX + 2 * ask.ASKS_MAX  # what one moment may tell
# The market's functions that the loop calls; their machine code is the same for every script.
ELSEWHERE: Final = """
def candles(m: Floats, n: Ints, time_ms: int) -> None: ...
def watch(m: Floats, n: Ints, b: int) -> None: ...
def follow(m: Floats, n: Ints, b: int, high: float, low: float) -> None: ...
def free_cash(m: Floats, n: Ints) -> float: ...
def orders_read(n: Ints, i: Ints, book: int) -> float: ...
def deny(n: Ints, i: Ints, p: int, code: int, missing: int) -> None: ...
def want_send(n: Ints, a: Floats, i: Ints, p: int) -> int: ...
def want_close(m: Floats, n: Ints, a: Floats, i: Ints, p: int) -> None: ...
def want_cancel(i: Ints, p: int) -> None: ...
def forget(i: Ints) -> None: ...
def carry_out(m: Floats, n: Ints, a: Floats, i: Ints) -> bool: ...
"""


class Plan(Struct):
    """What the text is made from. `kinds` are the candles in the sequence of their columns."""

    bound: Bound
    shared: Shared
    books: Mapping[str, int]
    perpetual: frozenset[str]
    data_ms: int
    kinds: Sequence[c.Kind]
    leaves: set[int] = field(default_factory=set)  # steps that may
    sizes: dict[int, int] = field(default_factory=dict)  # of each step's text, in characters
    trades: dict[int, int] = field(default_factory=dict)  # asks of a step's run, at most
    fields: dict[int, set[int]] = field(default_factory=dict)  # of the event, that a step reads

    def column(self, kind: c.Kind, column: int) -> str:
        return f"D{self.kinds.index(kind)}[{column} * count + m]"

    def of_book(self, name: str, column: int) -> str:
        return self.column((name, self.data_ms), column)

    @property
    def takes_back(self) -> bool:
        """Whether a moment's steps may have to be undone."""
        return bool(self.leaves or self.bound.fills)

    @property
    def is_alone(self) -> bool:
        """One market: it has a candle at every moment."""
        return len(self.books) == 1


def script_text(plan: Plan) -> str:
    """The steps and the loop of one script."""
    steps = _steps(plan)
    loop = _loop(plan)
    names = plan.bound.program.slots.names
    windows = windows_of(plan.shared.windows, names)
    own = [each for each in range(len(names)) if each not in windows]
    is_local = not plan.takes_back and len(own) <= LOCALS_MAX
    memory = windows if is_local else range(len(names))
    given = [f" L[{each}] = S[{each}]" for each in own] if is_local else []
    taken = [f" S[{each}] = L[{each}]" for each in own] if is_local else []
    size = max(len(names), 1) if is_local else 1
    head = [_head(plan), f" L = floats({size})", *given]
    return placed(steps, memory) + "\n".join([*head, *loop, *taken, " return m"]) + "\n"


def _steps(plan: Plan) -> str:
    """Those that the loop calls."""
    wanted = {each.step: len(each.fields) for each in calls_of(plan.bound)}
    texts = []
    for number, form in enumerate(all_forms(plan.bound.program)):
        if number in wanted:
            writer = Writer(number, plan.shared)
            texts.append(writer.function(form, wanted[number]))
            plan.sizes[number] = len(texts[-1])
            plan.trades[number], plan.fields[number] = writer.trades, writer.fields
            if writer.leaves:
                plan.leaves.add(number)
    return "\n".join([*texts, ""])


def _head(plan: Plan) -> str:
    """The numbers of the first and the last moment of all are -1 where they are not among these."""
    columns = "".join(f", D{each}: Floats" for each in range(len(plan.kinds)))
    return (
        "def run(at: int, last: int, first: int, end: int, count: int, T: Floats, AMISS: Floats, "
        "DUE: Floats, S: Floats, S0: Floats, M: Floats, N: Ints, A: Floats, I: Ints, K: Floats, "
        f"C: Ints, C0: Ints, R0: Floats, Q: Floats{columns}) -> int:"
    )


def _loop(plan: Plan) -> list[str]:
    """Up to where it ends; each book is looked at anew after a candle that met something."""
    program = plan.bound.program
    lines = [f" R = floats({max(len(program.reads), 1)})", " m = since = at", " busy = 1"]
    lines += [" equity = 0.0", " left = told = fills = why = calm = 0"]
    lines += [f" exposed = I[{ask.EXPOSED}]", f" elsewhere = A[{ask.ELSEWHERE}]"]
    lines += [*loop_reads.known_before(plan), *loop_reads.standing(plan, " ")]
    lines += [" while m < last:", *_amiss(plan), "  fills = 0"]
    lines += ["  if calm != 0:", *_marked(plan)]
    lines += [f"  elif {' and '.join(['busy == 0', *_quiet(plan)])}:"]
    lines += [*_marked(plan), *_followed(plan), "  else:", *_full(), *_exposed(plan, "   ")]
    lines += [*_market(plan), *loop_reads.standing(plan, "   "), f"   calm = {_calm(plan)}"]
    lines += [*loop_reads.worth(plan), "  Q[m] = equity + elsewhere"]
    lines += [*loop_reads.of_moment(plan), *_kept(plan), *_runs(plan)]
    lines += [*_taken_back(plan), *_carried(plan), "  m = m + 1", *_exposed(plan, " ")]
    for book in plan.books.values():
        lines.append(f" M[{book_at(book) + at.B_MARK}] = mark{book}")
    return [*lines, f" I[{ask.EXPOSED}] = exposed", f" I[{ask.WHY}] = why"]


def _exposed(plan: Plan, pad: str) -> list[str]:
    """Whether there is a position changes where the market carries candles out and nowhere else:
    those since then are counted at once."""
    return [f"{pad}if {_holds(plan)}:", f"{pad} exposed = exposed + (m - since)", f"{pad}since = m"]


def _holds(plan: Plan) -> str:
    return " or ".join(f"units{book} != 0.0" for book in plan.books.values())


def _calm(plan: Plan) -> str:
    """No order and no exit: whatever the candles are, they meet nothing."""
    free = " and ".join(f"low{book} == -INF and high{book} == INF" for book in plan.books.values())
    return f"1 if busy == 0 and {free} else 0"


def _full() -> list[str]:
    """Only the market and what was asked tell, and after either the next candle is carried out."""
    return [
        f"   if N[{at.TOLD}] > {at.TOLD_MAX - ROOM}:",
        f"    why = {ask.FULL}",
        "    break",
    ]


def _amiss(plan: Plan) -> list[str]:
    """A longer candle that closes in a gap, before the moment's own."""
    if len(plan.kinds) == len(plan.books):
        return []
    return ["  if AMISS[m] != 0.0:", f"   why = {ask.MOMENT}", "   break"]


def _quiet(plan: Plan) -> Iterator[str]:
    """Whether the candle of each book keeps between the prices where something may happen."""
    for name, book in plan.books.items():
        low, high = plan.of_book(name, c.LOW), plan.of_book(name, c.HIGH)
        inside = f"{low} > low{book} and {high} < high{book}"
        if name in plan.perpetual:
            inside += f" and {plan.of_book(name, c.FUNDING)} == 0.0"
        if not plan.is_alone:
            inside = f"({plan.of_book(name, c.THERE)} == 0.0 or ({inside}))"
        yield inside


def _marked(plan: Plan) -> Iterator[str]:
    for name, book in plan.books.items():
        mark = f"mark{book} = {plan.of_book(name, c.CLOSE)}"
        yield from [f"   {mark}"] if plan.is_alone else [_there(plan, name), f"    {mark}"]


def _near(plan: Plan, pad: str, moments: int) -> Iterator[str]:
    """What the market alone looks at is far away when it needs it, unless it was called before."""
    yield f"{pad}near(T, m + {moments})"
    for name in plan.books:
        data = plan.kinds.index((name, plan.data_ms))
        yield f"{pad}near(D{data}, {c.OPEN} * count + m + {moments})"


def _there(plan: Plan, name: str) -> str:
    return f"   if {plan.of_book(name, c.THERE)} != 0.0:"


def _followed(plan: Plan) -> Iterator[str]:
    """Its next candles may meet something."""
    yield from _near(plan, "   ", AHEAD)
    for name, book in plan.books.items():
        b, pad = book_at(book), "   " if plan.is_alone else "    "
        if not plan.is_alone:
            yield _there(plan, name)
        yield f"{pad}if trails{book} != 0 and units{book} != 0.0:"
        prices = f"{plan.of_book(name, c.HIGH)}, {plan.of_book(name, c.LOW)}"
        yield f"{pad} follow(M, N, {b}, {prices})"
        yield f"{pad} low{book} = M[{b + at.B_WATCH_LOW}]"
        yield f"{pad} high{book} = M[{b + at.B_WATCH_HIGH}]"


_CANDLE: Final = (
    (at.B_OPEN, c.OPEN), (at.B_HIGH, c.HIGH), (at.B_LOW, c.LOW), (at.B_CLOSE, c.CLOSE),
)  # fmt: skip


def _market(plan: Plan) -> Iterator[str]:
    """The market carries the candles out. A column that is not asked for again and again is far
    from the processor: none is looked at that can tell nothing."""
    for name, book in plan.books.items():
        b, there = book_at(book), plan.of_book(name, c.THERE)
        given = "1" if plan.is_alone else f"1 if {there} != 0.0 else 0"
        yield f"   N[{b + at.B_IS_GIVEN}] = {given}"
        rate = plan.of_book(name, c.FUNDING) if name in plan.perpetual else "0.0"
        yield f"   M[{b + at.B_FUNDING}] = {rate}"
        yield f"   M[{b + at.B_MARK}] = mark{book}"
        for place, column in _CANDLE:
            yield f"   M[{b + place}] = {plan.of_book(name, column)}"
    yield f"   told = N[{at.TOLD}]"
    yield "   candles(M, N, whole(T[m]))"
    yield f"   fills = N[{at.TOLD}] - told"
    yield f"   busy = 1 if N[{at.FIRST}] != 0 else 0"


# ---- the steps of a moment, in the order of the language


def _kept(plan: Plan) -> list[str]:
    """What a step that leaves has to find again."""
    if not plan.takes_back:
        return []
    slots = len(plan.bound.program.slots.names)
    condition = "True" if plan.leaves else "fills != 0"
    lines = [f"  if {condition}:", f"   for i in range({slots}):", "    S0[i] = S[i]"]
    lines += [f"   for i in range({len(NOTES)}):", "    C0[i] = C[i]", "  left = 0"]
    lines += [f"  heard = N[{at.TOLD}]", f"  rate_first = I[{ask.RATE_FIRST}]"]
    return [*lines, f"  rate_held = I[{ask.RATE_HELD}]"]


def _taken_back(plan: Plan) -> list[str]:
    """Its denials too: what was told since the candle."""
    if not plan.takes_back:
        return []
    slots = len(plan.bound.program.slots.names)
    back = [f"   for i in range({slots}):", "    S[i] = S0[i]", f"   for i in range({len(NOTES)}):"]
    back += ["    C[i] = C0[i]"]
    return [
        *("  if left != 0:", *back, "   forget(I)", f"   N[{at.TOLD}] = heard"),
        *(f"   I[{ask.RATE_FIRST}] = rate_first", f"   I[{ask.RATE_HELD}] = rate_held"),
        *(f"   if {_holds(plan)}:", "    exposed = exposed + 1"),
        *(f"   why = {ask.HANDLERS}", "   break"),
    ]


def _carried(plan: Plan) -> list[str]:
    return [
        f"  if I[{ask.IS_TOUCHED}] != 0:",
        *_near(plan, "   ", 1),
        "   busy = 1",
        "   calm = 0",
        "   if not carry_out(M, N, A, I):",
        f"    why = {ask.CROWDED}",
        "    break",
    ]


def _runs(plan: Plan) -> Iterator[str]:
    is_first = True
    for call in calls_of(plan.bound):
        if not is_first:
            yield from loop_reads.asked_since(plan)
        yield from _fill_runs(plan, call) if call.event == "Fill" else _run(plan, call)
        is_first = False


def _run(plan: Plan, call: Call) -> Iterator[str]:
    conditions = [*call.conditions(plan)]
    pad = "  "
    if call.step in plan.leaves:
        conditions.append("left == 0")
    if conditions:
        yield f"  if {' and '.join(conditions)}:"
        pad = "   "
    yield pad + _called(plan, call)


def _called(plan: Plan, call: Call) -> str:
    """What the step does not read of the event is not looked up."""
    read = plan.fields[call.step]
    fields = [each if at in read else "0.0" for at, each in enumerate(call.given(plan))]
    given = ", ".join(("L", "S", "R", "M", "N", "A", "I", "K", "C", "T", "m", *fields))
    kept = "left = " if call.step in plan.leaves else ""
    return f"{kept}step_{call.step}({given})"


def _fill_runs(plan: Plan, call: Call) -> Iterator[str]:
    """Each fill of the candle to every handler; what could ask for too much is Python's."""
    is_first = call.step == plan.bound.fills[0].index
    if not is_first:
        return
    handlers = [each for each in calls_of(plan.bound) if each.event == "Fill"]
    others = sum(plan.trades[each.step] for each in calls_of(plan.bound) if each.event != "Fill")
    most = sum(plan.trades[each.step] for each in handlers)
    yield f"  if fills * {most} + {others} > {ask.ASKS_MAX}:"
    yield "   left = 1"
    yield "  for f in range(fills):"
    yield f"   t = {at.TOLD_AT} + {at.TELLING} * (told + f)"
    yield f"   if N[t + {at.T_KIND}] == {at.FILLED} and left == 0:"
    for each in handlers:
        if each is not handlers[0]:
            yield from ("  " + line for line in loop_reads.asked_since(plan))
        if "order" in each.fields:  # its text is Python's
            yield "    left = 1"
            return
        if each.step in plan.leaves:
            yield "    if left == 0:"
            yield f"     {_called(plan, each)}"
        else:
            yield f"    {_called(plan, each)}"
