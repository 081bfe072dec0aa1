"""What a script declares: names once, functions without recursion, one title, one kind."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import astuple

from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.source import Span


class Declared:
    def __init__(self, body: tuple[s.Statement, ...] = ()) -> None:
        self.body = body
        self.title = ""
        self.kind = "automated"
        self.settings: dict[str, s.Setting] = {}
        self.states: dict[str, s.State] = {}
        self.functions: dict[str, s.Function] = {}
        self.recursive: set[str] = set()  # of them; said already
        self.rules: list[s.Rule] = []
        self.handlers: list[s.Handler] = []
        self.tests: list[s.Test] = []
        self.found: list[Diagnostic] = []

    def say(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self.found.append(Diagnostic(code, span, message, hint))


def resolve(script: s.Script) -> Declared:
    declared = Declared(body=script.body)
    taken: dict[str, Span] = {}
    for item in script.items:
        _declare(declared, item, taken)
    for name in declared.functions:
        _refuse_recursion(declared, name)
    return declared


def _declare(declared: Declared, item: s.Item, taken: dict[str, Span]) -> None:  # noqa: C901 -- dispatch
    match item:
        case s.ScriptName():
            _refuse_second(declared, item, "script", taken)
            declared.title = item.title.plain or ""
        case s.Kind():
            _refuse_second(declared, item, "kind", taken)
            declared.kind = item.kind
        case s.Setting():
            if _is_new(declared, item, taken):
                declared.settings[item.name] = item
        case s.State():
            if _is_new(declared, item, taken):
                declared.states[item.name] = item
        case s.Function():
            if _is_new(declared, item, taken):
                declared.functions[item.name] = item
        case s.Policy():
            for rule in item.rules:
                _refuse_second(declared, rule, rule.name, taken)
            declared.rules += item.rules
        case s.Handler():
            declared.handlers.append(item)
        case s.Test():
            declared.tests.append(item)


def _is_new(
    declared: Declared, item: s.Setting | s.State | s.Function, taken: dict[str, Span]
) -> bool:
    if item.name in taken:
        message = f"`{item.name}` is declared above already; choose another name."
        declared.say("LF212", item.name_span, message)
        return False
    taken[item.name] = item.name_span
    return True


def _refuse_second(
    declared: Declared, node: s.ScriptName | s.Kind | s.Rule, word: str, taken: dict[str, Span]
) -> None:
    """What a script has once; a name of its own may be spelled like it."""
    key = f"{type(node).__name__} {word}"
    if key in taken:
        span = Span(node.span.start, node.span.start + len(word))
        declared.say("LF212", span, f"`{word}` stands above already.")
    taken[key] = node.span


def _refuse_recursion(declared: Declared, name: str) -> None:
    """A function that can reach itself is marked, so that no later pass goes into it. A circle
    of several is one mistake."""
    function = declared.functions[name]
    seen: set[str] = set()
    waiting = _calls(function.body)
    while waiting:
        call = waiting.pop()
        if call.name == name:
            message = f"`{name}` calls itself; a script always stops, so functions can't."
            declared.say("LF210", function.name_span, message)
            declared.recursive.add(name)
            return
        inner = declared.functions.get(call.name)
        if inner is not None and call.name not in seen | declared.recursive:
            seen.add(call.name)
            waiting += _calls(inner.body)


def _calls(node: object) -> list[s.Call]:
    """All calls in an expression."""
    return [each for each in _all_in(node) if isinstance(each, s.Call)]


def _all_in(node: object) -> Iterator[s.Node]:
    waiting = [node]
    while waiting:
        now = waiting.pop()
        if isinstance(now, s.Node):
            yield now
        if isinstance(now, tuple):
            waiting += now
        elif isinstance(now, (s.Node, s.Arg, s.Row)):
            waiting += astuple(now)


def assigned_names(
    statements: tuple[s.Statement, ...], kinds: tuple[type[s.Node], ...] = (s.Assign,)
) -> dict[str, int]:
    """How often each name is given a value in these statements, blocks inside included."""
    counts: dict[str, int] = {}
    for each in _givings(statements):
        if isinstance(each, kinds):
            counts[each.name] = counts.get(each.name, 0) + 1
    return counts


def _givings(statements: tuple[s.Statement, ...]) -> Iterator[s.Assign | s.Pays]:
    waiting: list[object] = [statements]
    while waiting:
        now = waiting.pop()
        if isinstance(now, (s.Assign, s.Pays)):
            yield now
        elif isinstance(now, tuple):
            waiting += now
        elif isinstance(now, s.Block):
            waiting.append(now.statements)
        elif isinstance(now, s.Row):
            waiting.append(now.action)
        elif isinstance(now, s.Node):
            waiting += [getattr(now, part) for part in _PARTS if hasattr(now, part)]


def names_of_one_method(statements: tuple[s.Statement, ...]) -> dict[str, str]:
    """Names that are given calls of one method, and nothing else, with the method's name."""
    methods: dict[str, set[str]] = {}
    for each in _givings(statements):
        method = each.value.name if isinstance(each.value, s.Call) else ""
        methods.setdefault(each.name, set()).add(method)
    return {name: next(iter(found)) for name, found in methods.items() if len(found) == 1}


def fields_read(statements: tuple[s.Statement, ...]) -> dict[str, tuple[str, ...]]:
    """Of names: the fields that are read behind each, as in `bands.upper`."""
    read: dict[str, dict[str, None]] = {}
    for each in _all_in(statements):
        if isinstance(each, s.Field) and isinstance(each.target, s.Name):
            read.setdefault(each.target.name, {})[each.name] = None
    return {name: tuple(fields) for name, fields in read.items()}


_PARTS = ("then", "other", "body", "rows")


def series_names(statements: tuple[s.Statement, ...]) -> frozenset[str]:
    """Names given once, and outside `if` and `decide`: they may be series."""
    counts = assigned_names(statements, (s.Assign, s.Pays))
    here = [each.name for each in statements if isinstance(each, s.Assign)]
    return frozenset(name for name in here if counts[name] == 1)


def parts_of(node: s.Expr) -> tuple[s.Expr | s.Arg, ...]:  # noqa: C901, PLR0911 -- dispatch
    """The expressions in one that mean something by themselves."""
    match node:
        case s.Text():
            return tuple(each for each in node.parts if not isinstance(each, str))
        case s.Items():
            return node.items
        case s.Unary():
            return (node.operand,)
        case s.Binary():
            return (node.left, node.right)
        case s.Choice():
            return (node.condition, node.one, node.other)
        case s.Index():
            return (node.index,) if isinstance(node.target, s.Name) else (node.target, node.index)
        case s.Field():
            return node.target.args if isinstance(node.target, s.Call) else ()
        case s.Call():
            return node.args
        case _:
            return ()
