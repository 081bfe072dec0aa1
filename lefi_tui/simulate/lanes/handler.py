"""The statements of a handler as a lane has them: when they may want something, and what they want.

The rule it keeps: a candle that is passed over could not have changed anything. What a condition is
not known for, without the account as it will stand, counts as met.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lefi_tui.core.bot import OWN_ACCOUNT
from lefi_tui.core.read_key import ReadKey
from lefi_tui.lang.form import Let, Loop, Op, Plan, Put, Signal, Tell, Trade, V, When
from lefi_tui.lang.program import Program
from lefi_tui.simulate.lanes import account as at
from lefi_tui.simulate.lanes.parts import Name, Numbered, UnfitError, values_in
from lefi_tui.simulate.machine.kinds import UNFIT, Kinds, Texts
from lefi_tui.simulate.machine.steps import Lines

FLAT: Final = "flat"
LONG: Final = "long"
_HELD: Final = frozenset({"position", "units"})
_SIZES: Final = ("share", "worth", "units")
_LEVELS: Final = {"percent": at.PERCENT, "price": at.PRICE}
_EXITS: Final = ("stop_loss", "take_profit")
_COMPARED: Final = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
_MIRRORED: Final = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
_IS_SO: Final = {
    FLAT: {"eq": True, "ne": False, "lt": False, "le": True, "gt": False, "ge": True},
    LONG: {"eq": False, "ne": True, "lt": False, "le": False, "gt": True, "ge": True},
}
# What a run reads, where it is known without asking anyone.
_READS: Final = {
    "position": "X[UNITS]",
    "units": "X[UNITS]",
    "entry": "(X[ENTRY] if X[UNITS] != 0.0 else NAN)",
    "cash": "X[CASH]",
    "equity": "(X[CASH] + X[UNITS] * close if X[UNITS] != 0.0 else X[CASH])",
    "pnl": "(X[REALIZED] + (close - X[ENTRY]) * X[UNITS] if X[UNITS] != 0.0 else X[REALIZED])",
    "open_orders": "0.0",
    "maker": "X[MAKER]",
    "taker": "X[TAKER]",
    "spot": "close",
    "bid": "close",
    "ask": "close",
    "spread": "(0.0 if close == close else NAN)",
}


def wanted_of(program: Program, steps: Sequence[Op]) -> set[Name]:
    """What its statements look at of its series: names, slots and the candle."""
    states = set(program.states.values())
    out: set[Name] = set()
    for op in all_ops(steps):
        for value in (each for given in _values(op) for each in values_in(given)):
            if value.op in {"temp", "event"}:
                out.add((value.op, value.value))
            elif value.op == "slot" and value.value not in states:
                out.add(("slot", value.value))
            elif value.op == "at":
                raise UnfitError("its statements look at values of earlier runs")
    return out - {("temp", op.temp) for op in all_ops(steps) if isinstance(op, Let)}


def all_ops(ops: Sequence[Op]) -> Iterator[Op]:
    for op in ops:
        yield op
        match op:
            case When():
                yield from all_ops((*op.then, *op.other))
            case Loop():
                raise UnfitError("its statements have a loop")
            case _:
                continue


def _values(op: Op) -> tuple[V, ...]:
    match op:
        case Let() | Put():
            return (op.value,)
        case When():
            return (op.condition,)
        case Trade():
            size = () if op.size is None else (op.size,)
            return (*size, *(value for _, _, value in op.named))
        case _:
            return ()


class Wake(Numbered):
    """Whether a run at a candle may change anything, by what is held when it begins."""

    def __init__(
        self, kinds: Kinds, texts: Texts, reads: Sequence[ReadKey], begin: int, held: str
    ) -> None:
        super().__init__(0, kinds, texts, begin)
        self.reads, self.held = reads, held
        self.hidden: set[str] = set()  # names that the account is in

    def lines(self, ops: Sequence[Op], depth: int) -> list[str]:
        return [line for op in ops for line in self._wake(op, depth)]

    def _wake(self, op: Op, depth: int) -> list[str]:  # noqa: PLR0911 -- dispatch
        pad = " " * depth
        match op:
            case Let() if self._is_hidden(op.value):
                self.hidden.add(op.temp)
                return []
            case Let():
                return self._let(op, pad)
            case When():
                return self._branches(op, depth)
            case Trade() if op.action in {"close", "sell", "cancel"} and self.held == FLAT:
                return []
            case Trade() if op.action == "cancel":
                return []
            case Trade() | Put():
                return [f"{pad}w = 1"]
            case _:
                return []

    def _branches(self, op: When, depth: int) -> list[str]:
        out: list[str] = []
        for ops, sense in ((op.then, True), (op.other, False)):
            mark = len(self.numbers)
            may = self.may(op.condition, sense=sense)
            inner = [] if may == "False" else self.lines(ops, depth + 1)
            if self._is_hidden(op.condition):  # what is named in there hangs on it
                self.hidden |= {each.temp for each in all_ops(ops) if isinstance(each, Let)}
            if inner:
                out += [f"{' ' * depth}if {may}:", *inner] if may != "True" else _out(inner)
            else:
                del self.numbers[mark:]
        return out

    def _is_hidden(self, v: V) -> bool:
        return any(
            each.op == "read"
            or (each.op == "temp" and each.value in self.hidden)
            or (each.op in {"slot", "at"} and ("slot", each.value) not in self.known)
            or each.op in {"order", "filled", "text"}
            for each in values_in(v)
        )

    known: frozenset[Name] = frozenset()

    def may(self, v: V, *, sense: bool) -> str:
        """Whether it may be `sense`: True, False, or a condition of the dialect."""
        if not self._is_hidden(v):
            text = self.truth(v)
            return text if sense else f"(not {text})"
        if v.op == "not":
            return self.may(v.args[0], sense=not sense)
        if v.op in {"and", "or"}:
            parts = [self.may(each, sense=sense) for each in v.args]
            return _joined("and" if (v.op == "and") is sense else "or", parts)
        if v.op in _COMPARED:
            return self._of_held(v, sense=sense)
        return "True"

    def _of_held(self, v: V, *, sense: bool) -> str:
        one, other = v.args
        op = v.op
        if one.op == "const":
            one, other, op = other, one, _MIRRORED[op]
        is_held = one.op == "read" and self.reads[one.value].kind in _HELD
        if not is_held or other.op != "const" or other.value != 0.0:
            return "True"
        return str(_IS_SO[self.held][op] is sense)

    def _value(self, v: V) -> str:
        return f"f{v.value}" if v.op == "slot" else super()._value(v)


def _joined(word: str, parts: Sequence[str]) -> str:
    decides = "False" if word == "and" else "True"
    if decides in parts:
        return decides
    open_ones = [each for each in parts if each not in {"True", "False"}]
    if not open_ones:
        return "True" if word == "and" else "False"
    return f"({f' {word} '.join(open_ones)})"


def _out(lines: Sequence[str]) -> list[str]:
    """One level less deep."""
    return [each[1:] for each in lines]


class Act(Numbered):
    """A whole run: what it sets, and the orders it sends."""

    known: frozenset[Name] = frozenset()

    def statements(self, steps: Sequence[Op]) -> list[str]:
        lines, ends = self._ops(steps, 2)
        return [" while True:", *lines, *([] if ends else ["  break"])]

    def _value(self, v: V) -> str:
        if v.op == "slot" and ("slot", v.value) in self.known:
            return f"f{v.value}"
        return super()._value(v)

    def _put(self, op: Put, pad: str) -> Lines:
        if UNFIT in self.kinds.of(self.number, op.value) or op.index is not None:
            raise UnfitError("its statements keep texts")
        return super()._put(op, pad)

    def _note(self, op: Tell | Signal | Plan, pad: str) -> Lines:  # noqa: ARG002 -- the writer's
        """Words change no number."""
        return [f"{pad}0"], False

    def _trade(self, op: Trade, pad: str) -> Lines:
        if op.action == "cancel":  # nothing works between two runs
            return [f"{pad}X[ASKED] = 0.0"], False
        if op.action == "close":
            close = f"{pad} ask(X, {at.CLOSE}.0, 0.0)"
            return [f"{pad}X[ASKED] = 0.0", f"{pad}if X[UNITS] != 0.0:", close], False
        assert op.size is not None
        begin = at.BUY_SHARE if op.action == "buy" else at.SELL_SHARE
        kind = begin + _SIZES.index(op.size_kind)
        named: Mapping[str, tuple[str, V]] = {name: (of, value) for name, of, value in op.named}
        lines = [f"{pad}size = {self.number_of(op.size)}"]
        for name in _EXITS:
            level = self.number_of(named[name][1]) if name in named else "0.0"
            lines.append(f"{pad}{name} = {level}")
        kinds = [_LEVELS[named[each][0]] if each in named else at.NONE for each in _EXITS]
        lines += [
            f"{pad}if finite(size) and stop_loss == stop_loss and take_profit == take_profit:",
            f"{pad} o = ask(X, {kind}.0, size)",
            f"{pad} ask_levels(X, o, {kinds[0]}.0, {kinds[1]}.0)",
            f"{pad} X[o + ASK_STOP] = stop_loss",
            f"{pad} X[o + ASK_TARGET] = take_profit",
        ]
        return lines, False


def check_fit(program: Program, timeframe_ms: int) -> None:
    """Raises UnfitError where a lane can't carry its statements out."""
    form = program.forms[0]
    ops = tuple(all_ops(form.steps))
    puts = [op.slot for op in ops if isinstance(op, Put)]
    if form.after or not set(puts) <= set(program.states.values()):
        raise UnfitError("it looks at values of earlier runs")
    trades = [op for op in ops if isinstance(op, Trade)]
    for each in trades:
        _check_trade(each)
    sites = [each.site for each in trades]
    if len(set(sites)) < len(sites) or len(sites) > at.ASKS:
        raise UnfitError("one place of it may send several orders at a moment")
    policy = program.policy
    runs = int(policy.rate_per_ms // timeframe_ms) + 2
    if len(sites) * runs > policy.rate_count:
        raise UnfitError("its policy's rate may hold orders back")
    for key in program.reads:
        if key.kind not in _READS or key.account not in OWN_ACCOUNT:
            raise UnfitError(f"it reads {key.kind}")


def _check_trade(op: Trade) -> None:
    if op.action not in {"buy", "sell", "close", "cancel"} or op.account not in OWN_ACCOUNT:
        raise UnfitError(f"it has a {op.action} of another kind")
    others = {name for name, _, _ in op.named} - {"stop_loss", "take_profit"}
    if others:
        raise UnfitError(f"an order of it names {', '.join(sorted(others))}")
    if op.size is not None and op.size_kind not in _SIZES:
        raise UnfitError(f"an order of it is sized by {op.size_kind}")


def reads_text(program: Program) -> list[str]:
    return [f" R[{place}] = {_READS[key.kind]}" for place, key in enumerate(program.reads)]
