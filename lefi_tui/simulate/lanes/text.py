"""All text of the dialect that one script's lanes are made of, and the numbers it takes."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from lefi_tui.lang.program import Program
from lefi_tui.simulate.lanes import account, adding, course
from lefi_tui.simulate.lanes.handler import (
    FLAT,
    LONG,
    Act,
    Wake,
    check_fit,
    reads_text,
    wanted_of,
)
from lefi_tui.simulate.lanes.parts import Name, Part, cut, divided, function, taken
from lefi_tui.simulate.lanes.shapes import Marker, Reader, Shape, filled
from lefi_tui.simulate.machine.columns import CLOSE
from lefi_tui.simulate.machine.compiled import maths_text
from lefi_tui.simulate.machine.kinds import kinds_of

Scope = Mapping[str, object]
BLOCK = 64  # candles
STRETCH = 8_192  # rows that all cells of a tile go through before the next ones
OWN = 6  # of a cell in the table: X, K, S, R, Y, Q; its columns stand behind

LANE = """
def lane(m: int, e: int, f: int, l: int, P: Floats, M: Ints, F: Ints, L: Ints, K: Floats, \
S: Floats, R: Floats, X: Floats, Y: Floats, Q: Floats{columns}) -> int:
 n = whole(X[CANDLES])
 i = 0
 j = 0
 while m < e:
  h = -1
  is_flat = X[UNITS] == 0.0 and X[ASKED] == 0.0
  if is_flat:
   while i < f and M[F[i]] < m:
    i += 1
   if i == f:
    return 0
   h = F[i]
   m = M[h]
  is_met = not is_flat
  if is_met and X[ASKED] == 0.0:
   while j < l and M[L[j]] < m:
    j += 1
   limit = e if j == l else M[L[j]] + 1
   X[LIMIT] = float(limit)
   m = hold(m, P, X, Y, Q)
   if m == limit:
    is_met = False
    m -= 1
    if j < l:
     h = L[j]
  if is_met:
   candle(m, P, X, Y, Q)
   if X[UNITS] == 0.0:
    while i < f and M[F[i]] < m:
     i += 1
    if i < f and M[F[i]] == m:
     h = F[i]
   else:
    while j < l and M[L[j]] < m:
     j += 1
    if j < l and M[L[j]] == m:
     h = L[j]
  if h >= 0 and m < n - 1 and act(m, h, P[CLOSE_AT * n + m], K, S, R, X{given}) != 0:
   return 1
  m += 1
 return 0

def tile(cells: int, begin: int, end: int, m: int, e: int, P: Floats, M: Ints, F: Ints, L: Ints, \
T: Table) -> None:
 for c in range(cells):
  o = c * {size}
  X = T[o]
  if X[LEFT] == 0.0:
   K = T[o + 1]
{columns_of}
   first = max(begin, whole(X[WARM]))
   f = wake_flat(first, end, K, F{given})
   l = wake_long(first, end, K, L{given})
   S = T[o + 2]
   R = T[o + 3]
   Y = T[o + 4]
   Q = T[o + 5]
   X[LEFT] = float(lane(m, e, f, l, P, M, F, L, K, S, R, X, Y, Q{given}))
"""


class LaneText(Struct):
    """Of one setting of a script; two with the same `text` share their machine code."""

    text: str
    parts: list[Part]
    columns: tuple[Name, ...]  # what its statements look at
    numbers: tuple[float, ...]
    reads: int
    first: tuple[float, ...] = ()  # of the script's states
    warm: int = 0
    steps: int = 0  # that a run takes at most


class LaneTexts:
    """Written once for each shape; what else a setting changes is numbers."""

    def __init__(self) -> None:
        self._known: dict[Shape, LaneText] = {}

    def of(self, program: Program, timeframe_ms: int) -> LaneText:
        """Raises UnfitError where it can't be one."""
        reader = Reader()
        shape = reader.of_program(program)
        if shape not in self._known:
            self._known[shape] = _text(Marker().marked(program), timeframe_ms)
        known = self._known[shape]
        first = tuple([0.0 if isinstance(each, str) else each for each in program.slots.first])
        parts = [
            replace(
                each,
                numbers=filled(each.numbers, reader.numbers),
                first=tuple([first[slot] for slot in each.slots]),
            )
            for each in known.parts
        ]
        form = program.forms[0]
        return replace(
            known,
            parts=parts,
            numbers=filled(known.numbers, reader.numbers),
            first=first[: 1 + max(program.states.values(), default=-1)],
            warm=form.warm,
            steps=form.steps_max,
        )


def _text(program: Program, timeframe_ms: int) -> LaneText:
    """Raises UnfitError where it can't be one."""
    check_fit(program, timeframe_ms)
    kinds = kinds_of(program)
    series, named = divided(program.forms[0])
    steps = (*named, *program.forms[0].steps)
    wanted = wanted_of(program, steps)
    done = cut(program, kinds, series, wanted)
    columns = tuple(sorted(wanted))
    names = [f"C{each}" for each in range(len(columns))]
    takes = "".join(f", {each}: Floats" for each in names)
    given = "".join(f", {each}" for each in names)
    heads = [taken(kinds, name, column, 1) for name, column in zip(columns, names, strict=True)]
    numbers: list[float] = []
    texts = [function(part, f"part_{each}") for each, part in enumerate(done.parts)]
    for held in (FLAT, LONG):
        writer = Wake(kinds, done.texts, program.reads, len(numbers), held)
        writer.known = frozenset(columns)
        lines = writer.lines(steps, 2)
        numbers += writer.numbers
        texts.append(_wake_text(held, lines, (heads, takes)))
    act = Act(0, kinds, done.texts, len(numbers))
    act.known = frozenset(columns)
    lines = [*reads_text(program), *act.statements(steps)]
    numbers += act.numbers
    texts.append(_act_text(lines, (heads, takes)))
    columns_of = [f"   {name} = T[o + {OWN + number}]" for number, name in enumerate(names)]
    size = OWN + len(names)
    made = {"columns_of": "\n".join(columns_of), "size": size}
    texts.append(LANE.format(columns=takes, given=given, **made))
    return LaneText("\n".join(texts), done.parts, columns, tuple(numbers), len(program.reads))


def _wake_text(held: str, lines: Sequence[str], head: tuple[Sequence[str], str]) -> str:
    """A block at a time, its truths behind the places of a stretch in E: that can be done eight at
    once, and most blocks have none to write down."""
    heads, takes = head
    begin = f"def wake_{held}(at: int, n: int, K: Floats, E: Ints{takes}) -> int:"
    if not lines:
        return f"{begin}\n return 0\n"
    return "\n".join(
        [
            begin,
            " count = 0",
            " while at < n:",
            f"  end = min(at + {BLOCK}, n)",
            "  found = 0",
            "  for h in range(at, end):",
            *(f"  {each}" for each in heads),
            "   w = 0",
            *(f" {each}" for each in lines),
            f"   E[{STRETCH} + h - at] = w",
            "   found += w",
            "  if found > 0:",
            "   for h in range(at, end):",
            f"    w = E[{STRETCH} + h - at]",
            "    E[count] = h",
            "    count += w",
            "  at = end",
            " return count",
            "",
        ]
    )


def _act_text(lines: Sequence[str], head: tuple[Sequence[str], str]) -> str:
    heads, takes = head
    takes = f"K: Floats, L: Floats, R: Floats, X: Floats{takes}"
    begin = f"def act(m: int, h: int, close: float, {takes}) -> int:"
    return "\n".join([begin, *heads, *lines, " return 0", ""])


def texts_of(text: str) -> list[tuple[str, Scope]]:
    """With all it calls, each with the constants it may name."""
    scope = {**vars(account), "CLOSE_AT": CLOSE, "NAN": math.nan, "INF": math.inf}
    whole = [(inspect.getsource(each), vars(each)) for each in (adding, account, course)]
    return [maths_text(), *whole, (text, scope)]
