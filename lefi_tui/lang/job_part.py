"""One script of a job: what wakes it, how often it runs, what it names, and what it does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct, field

from lefi_tui.core.record import Record
from lefi_tui.lang import syntax as s
from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.diagnostic import Edit, Fix, applied
from lefi_tui.lang.formatter import modernized
from lefi_tui.lang.parser import parse, parse_value
from lefi_tui.lang.program import check
from lefi_tui.lang.resolver import assigned_names
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tokens import shown

_TRANSFERS: Final = frozenset({"transferupdate", "trasferupdate"})
_MONTH_DAYS_SURE: Final = 28
_DAY: Final = re.compile(r"\d{4}-\d{2}-(\d{2})")
_LITERALS: Final = (s.Number, s.Percent, s.Duration, s.Amount, s.Bool, s.Items)
NO_MARKET: Final = "?"  # no symbol: the checker asks for one
_ASK_A_PERSON: Final = "Start and stop the bot yourself on these days"


class Piece(Struct):
    """A part as lines of a script, and what of it is only told: key, why, what to do."""

    policy: dict[str, str] = field(default_factory=dict)
    declarations: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    notes: list[tuple[str, str, str]] = field(default_factory=list)

    def tell(self, key: str, why: str, next_step: str) -> None:
        self.notes.append((key, why, next_step))
        self.declarations.append(f"// {' '.join(why.split())}")


class Part(Record):
    where: str
    trigger: str
    work: str
    start: str
    end: str
    status: str
    created: str
    keeps_partial: bool | None
    cancels: bool | None
    macros: tuple[tuple[str, str], ...]
    expression: str

    @property
    def names(self) -> frozenset[str]:
        """What it gives a value."""
        given = assigned_names(parse(Source(self.expression)).script.body)
        return frozenset([*given, *(key for key, _ in self.macros)])

    def piece(self, taken: frozenset[str], *, is_alone: bool) -> Piece:
        """`taken` are the names that other parts give a value."""
        out = Piece(policy=self._policy())
        self._tell_times(out)
        locals_ = self._named(out, taken)
        today = modernized(self.expression)
        market = "" if is_alone else self._market(today)
        self._woken(out, [*locals_, *self._done(out, self._answered(today))], market)
        return out

    def _policy(self) -> dict[str, str]:
        """What fills in part stays, is given back, or is made complete. What trades one time
        only keeps to the usual rate without being warned of none."""
        out: dict[str, str] = {}
        if self.cancels is False:
            out["partial_fill"] = "complete"
        elif self.keeps_partial is not None or self.cancels is not None:
            out["partial_fill"] = "cancel" if self.keeps_partial is False else "keep"
        if self._work in {"once", "untilexecuted"}:
            out["rate"] = "60 per 1m"
        return out

    @property
    def _work(self) -> str:
        return self.work.replace("_", "").replace(" ", "").lower()

    def _tell_times(self, out: Piece) -> None:
        if self.created:
            out.declarations.append(f"// Created {shown(self.created)}.")
        if self.status and self.status.lower() != "active":
            why = f"The job was {shown(self.status)}; a script that is started runs."
            out.tell("job.status", why, "Start it when it should run")
        for name, at in (("start_date", self.start), ("end_date", self.end)):
            if at:
                word = name.removesuffix("_date")
                why = f"The job's {word} is {shown(at)}; a script has no dates of its own."
                out.tell(f"job.{name}", why, _ASK_A_PERSON)

    # ---- names

    def _named(self, out: Piece, taken: frozenset[str]) -> list[str]:
        """Macros: what is constant is a setting, all else gets its value at every run."""
        given = taken | set(assigned_names(parse(Source(self.expression)).script.body))
        locals_: list[str] = []
        for key, value in self.macros:
            others = [words for name, words in self.macros if name != key]
            if key in self._unread:
                why = f"`{key}` was {shown(value)} until it was executed; nothing else reads it."
                out.tell("macros", why, "Nothing to do: the script itself says when it is done")
            elif not any(re.search(rf"\b{key}\b", each) for each in (self.expression, *others)):
                why = f"Nothing uses `{key}` = {shown(value)}."
                out.tell("macros", why, "Leave it out, or use it in the expression")
            elif key not in given and _is_literal(today := _today(value)):
                out.declarations.append(f"setting {key} = {today}")
            else:
                locals_.append(f"{key} = {value}")
        return locals_

    # ---- what it does

    def _answered(self, text: str) -> str:
        """`executed = Sell(…)` of a macro that is true or false: whether it was filled is kept,
        where something reads it."""
        edits: list[Edit] = []
        for each in self._outcomes(text):
            start, end = each.value.span
            if each.name in self._unread:
                edits.append(Edit(Span(each.span.start, start), ""))
            else:
                edits.append(Edit(Span(each.span.start, start), "if "))
                both = f" {{ {each.name} = true }} else {{ {each.name} = false }}"
                edits.append(Edit(Span(end, end), both))
        return applied(text, Fix("", tuple(edits)))

    def _outcomes(self, text: str) -> list[s.Assign]:
        flags = {key for key, value in self.macros if value in {"true", "false"}}
        given = _assigned(parse(Source(text)).script.body)
        return [each for each in given if each.name in flags and _is_transaction(each.value)]

    @property
    def _unread(self) -> frozenset[str]:
        """Flags that only take the outcome of transactions."""
        given = Counter(each.name for each in self._outcomes(self.expression))
        words = " ".join([self.expression, *(value for _, value in self.macros)])
        return frozenset(
            name for name, times in given.items() if times == len(re.findall(rf"\b{name}\b", words))
        )

    def _done(self, out: Piece, today: str) -> list[str]:
        """The expression, so often as the job says: once, until it is executed, or always."""
        work = self._work
        if work == "once":
            name = self._free("has_run")
            out.declarations.append(f"state {name} = false")
            return [f"if not {name} {{", f"{name} = true", today, "}"]
        if work == "untilexecuted":
            ended = until_executed(today)
            if ended is None:
                why = "It runs until it is executed, and no transaction of it could be found."
                out.tell("job.work", why, "Write finalize { … } around what ends it")
            return [ended or today]
        if work not in {"", "monthly"}:
            why = f"How often `{shown(self.work)}` is, is not known; it runs each time."
            out.tell("job.work", why, "There is once, UntilExecuted and Monthly")
        return [today]

    def _free(self, name: str) -> str:
        taken = " ".join([self.expression, *(key for key, _ in self.macros)])
        while re.search(rf"\b{name}\b", taken):
            name += "_"
        return name

    # ---- what wakes it

    def _woken(self, out: Piece, lines: list[str], market: str) -> None:
        """The handler; a job that stands alone runs at every price it reads, without one."""
        trigger = self.trigger.strip()
        if self._work == "monthly":
            self._monthly(out, trigger)
            out.body += [f'on Schedule("0 0 {self._day(out)} * *", "UTC") {{', *lines, "}"]
        elif trigger != "PriceUpdate":
            name = "TransferUpdate" if trigger.lower() in _TRANSFERS else trigger
            why = f"Nothing sends `{shown(name)}` by itself."
            out.tell("job.trigger", why, f"When it happens: lefi emit {shown(name)}")
            clean = name.replace("\\", "").replace('"', "").replace("{", "")
            out.body += [f'on Event("{clean}") {{', *lines, "}"]
        elif market:
            if market == NO_MARKET:
                why = "Which market wakes it is not said."
                out.tell("job.trigger", why, "Name the market in on PriceUpdate(…)")
            out.body += [f'on PriceUpdate("{market}") {{', *lines, "}"]
        else:
            out.body += lines

    def _monthly(self, out: Piece, trigger: str) -> None:
        if trigger != "PriceUpdate":
            why = f"The job's trigger was {shown(trigger)}; the schedule takes its place."
            out.tell("job.trigger", why, "Name another event where the schedule stands")

    def _day(self, out: Piece) -> int:
        found = _DAY.match(self.start)
        day = int(found[1]) if found else 1
        if not 1 <= day <= _MONTH_DAYS_SURE:
            why = f"Not every month has a day {day}; it runs on day {_MONTH_DAYS_SURE}."
            out.tell("job.start_date", why, "Choose another day in the schedule")
            return _MONTH_DAYS_SURE
        return day

    def _market(self, today: str) -> str:
        """The one market that it reads."""
        lines = [f"{key} = {value}" for key, value in self.macros]
        program = check("\n".join([*lines, today])).program
        symbols = program.symbols if program is not None else ()
        return symbols[0] if len(symbols) == 1 else NO_MARKET


def _today(value: str) -> str:
    """An expression without its older forms."""
    return modernized(f"x = {value}").removeprefix("x = ")


def _is_literal(text: str) -> bool:
    value = parse_value(text).value
    return isinstance(value, _LITERALS) or (isinstance(value, s.Text) and value.plain is not None)


# ---- until executed


def until_executed(text: str) -> str | None:
    """The statements with `finalize { }` around the transactions; None where there are none.

    The block stands where the transactions do, inside their conditions: around a condition that
    is false it would hold nothing, and be done at once.
    """
    parsed = parse(Source(text))
    if any(each.is_error for each in parsed.diagnostics):
        return None
    edits = _finalized(parsed.script.body)
    if edits is None:
        return text  # it says itself when it is done
    return applied(text, Fix("", tuple(edits))) if edits else None


def _finalized(statements: Sequence[s.Statement]) -> list[Edit] | None:
    """Edits that put the blocks in; None where a `finalize` stands already."""
    edits: list[Edit] = []
    for each in statements:
        if isinstance(each, s.Finalize):
            return None
        if _trades(each):
            start, end = each.span.start, statements[-1].span.end
            return [*edits, Edit(Span(start, start), "finalize { "), Edit(Span(end, end), " }")]
        for block in _blocks(each):
            inner = _finalized(block.statements)
            if inner is None:
                return None
            edits += inner
    return edits


def _trades(node: s.Statement) -> bool:
    """Whether the statement itself is a transaction, or begins with one."""
    match node:
        case s.Do():
            return _is_transaction(node.call)
        case s.Assign():
            return _is_transaction(node.value)
        case s.If():
            asked = node.condition
            return _is_transaction(asked.operand if isinstance(asked, s.Unary) else asked)
        case s.DecideStatement() | s.Execute():
            return True
        case _:
            return False


def _is_transaction(node: s.Expr) -> bool:
    if isinstance(node, s.DecideCall):
        return True
    return isinstance(node, s.Call) and (
        node.name in BUILTINS and BUILTINS[node.name].group == "transaction"
    )


def _assigned(statements: Sequence[s.Statement]) -> list[s.Assign]:
    """All assignments, blocks inside included."""
    out: list[s.Assign] = []
    for each in statements:
        if isinstance(each, s.Assign):
            out.append(each)
        for block in _blocks(each):
            out += _assigned(block.statements)
    return out


def _blocks(node: s.Statement) -> list[s.Block]:
    match node:
        case s.If():
            return [node.then, *([node.other] if node.other else [])]
        case s.Authorize() | s.Execute():
            return [node.body, *([node.other] if node.other else [])]
        case s.For() | s.Repeat() | s.Finalize():
            return [node.body]
        case s.DecideTable():
            return [row.action for row in node.rows]
        case _:
            return []
