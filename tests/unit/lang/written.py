"""A tree of syntax written out in full, so that a test can say what was read."""

from __future__ import annotations

from lefi_tui.lang import syntax as s
from lefi_tui.lang.parser import parse
from lefi_tui.lang.source import Source


def read(text: str) -> str:
    """Items and statements as the parser read them, one after the other; nothing may be wrong."""
    parsed = parse(Source(text))
    assert parsed.diagnostics == (), [each.render(Source(text)) for each in parsed.diagnostics]
    return written(parsed.script)


def value(text: str) -> str:
    """One expression, fully parenthesized."""
    return read(f"x = {text}").removeprefix("x = ")


def said(text: str) -> list[str]:
    """What the parser says: place and code."""
    source = Source(text)
    out = []
    for each in parse(source).diagnostics:
        line, column = source.place(each.span.start)
        out.append(f"{line}:{column}+{each.span.end - each.span.start} {each.code}")
    return out


def written(node: object) -> str:
    match node:
        case s.Script():
            return "; ".join(written(each) for each in (*node.items, *node.body))
        case s.Block():
            return f"{{ {'; '.join(written(each) for each in node.statements)} }}"
        case None:
            return ""
        case _:
            return _expression(node) or _statement(node) or _item(node)


def _expression(node: object) -> str:  # noqa: C901, PLR0911, PLR0912 -- dispatch
    match node:
        case s.Number() | s.Percent():
            return f"{node.value!r}" + "%" * isinstance(node, s.Percent)
        case s.Duration():
            return f"{node.ms!r}ms"
        case s.Amount():
            return f"{node.value!r} {node.unit}"
        case s.Text():
            return _text(node)
        case s.Bool():
            return str(node.value).lower()
        case s.Missing():
            return "none"
        case s.Name():
            return node.name
        case s.Call():
            return f"{node.name}({_args(node.args)})"
        case s.Items():
            return f"[{', '.join(written(each) for each in node.items)}]"
        case s.Index():
            return f"{written(node.target)}[{written(node.index)}]"
        case s.Field():
            return f"{written(node.target)}.{node.name}"
        case s.Unary():
            return f"({node.op} {written(node.operand)})"
        case s.Binary():
            return f"({written(node.left)} {node.op} {written(node.right)})"
        case s.Choice():
            one, other = written(node.one), written(node.other)
            return f"(if {written(node.condition)} then {one} else {other})"
        case s.DecideCall():
            return f"(decide {written(node.call)})"
        case s.PaysValue():
            return _pays(node)
        case s.Broken():
            return "<broken>"
        case _:
            return ""


def _text(node: s.Text) -> str:
    parts = (each if isinstance(each, str) else f"{{{written(each)}}}" for each in node.parts)
    return f'"{"".join(parts)}"'


def _args(args: tuple[s.Arg, ...]) -> str:
    return ", ".join((f"{a.name} = " if a.name else "") + written(a.value) for a in args)


def _pays(node: s.PaysValue) -> str:
    parts = [("pays", node.amount), ("on", node.on), ("in", node.within), ("at", node.at)]
    return " ".join(f"{word} {written(part)}" for word, part in parts if part is not None)


def _statement(node: object) -> str:  # noqa: C901, PLR0911, PLR0912 -- dispatch
    match node:
        case s.Assign():
            return f"{node.name} = {written(node.value)}"
        case s.Pays():
            return f"{node.name} {written(node.value)}"
        case s.Do():
            return written(node.call)
        case s.Return():
            return "return"
        case s.If():
            return f"if {written(node.condition)} {written(node.then)}" + _else(node.other)
        case s.For():
            return f"for {node.name} in {written(node.items)} {written(node.body)}"
        case s.Repeat():
            return f"repeat {written(node.count)} {written(node.body)}"
        case s.DecideStatement():
            return f"decide {written(node.call)}"
        case s.DecideTable():
            rows = (f"{written(r.condition) or 'else'} => {written(r.action)}" for r in node.rows)
            return f"decide {{ {'; '.join(rows)} }}"
        case s.Authorize():
            by = f" by {written(node.role)}" if node.role else ""
            within = f" within {written(node.within)}" if node.within else ""
            return f"authorize{by}{within} {written(node.body)}" + _else(node.other)
        case s.Execute():
            return f"execute {written(node.body)}" + _else(node.other)
        case s.Finalize():
            return f"finalize {written(node.body)}"
        case _:
            return ""


def _else(block: s.Block | None) -> str:
    return "" if block is None else f" else {written(block)}"


def _item(node: object) -> str:  # noqa: C901, PLR0911 -- dispatch
    match node:
        case s.ScriptName():
            return f"script {written(node.title)}"
        case s.Kind():
            return f"kind {node.kind}"
        case s.Setting():
            bounds = f" in {written(node.low)}..{written(node.high)}" if node.low else ""
            listed = ", ".join(written(each) for each in node.choices)
            choices = f" in [{listed}]" if listed else ""
            return f"setting {node.name} = {written(node.default)}{bounds}{choices}"
        case s.State():
            return f"state {node.name} = {written(node.initial)}"
        case s.Policy():
            return f"policy {{ {'; '.join(_rule(each) for each in node.rules)} }}"
        case s.Function():
            params = ", ".join(each.name for each in node.params)
            return f"fn {node.name}({params}) = {written(node.body)}"
        case s.Handler():
            args = f"({_args(node.args)})" if node.args else ""
            return f"on {node.event}{args} {written(node.body)}"
        case s.Test():
            checks = "; ".join(_check(each) for each in node.checks)
            return f"test {written(node.name)} {{ {checks} }}"
        case _:
            raise AssertionError(node)


def _rule(rule: s.Rule) -> str:
    within = "within " if rule.is_within else ""
    per = f" per {written(rule.per)}" if rule.per else ""
    return f"{rule.name} = {within}{written(rule.value)}{per}"


def _check(check: s.Check) -> str:
    match check:
        case s.TestSettings():
            return f"setting {_args(check.values)}"
        case s.TestPrices():
            symbol = f" {written(check.symbol)}" if check.symbol else ""
            rows = (repr(r[0]) if len(r) == 1 else repr(r) for r in check.rows)
            return f"{check.what}{symbol} {' '.join(rows)}"
        case s.TestSignal():
            fields = f" {{ {_args(check.fields)} }}" if check.fields else ""
            return f"{check.what} {written(check.name)}{fields}"
        case s.TestAnswer():
            return check.what
        case s.TestAfter():
            return f"after {written(check.duration)}"
        case s.TestExpect():
            return f"expect {'no ' * check.negated}{written(check.value)}"
