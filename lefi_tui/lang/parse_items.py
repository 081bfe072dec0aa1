"""Declarations: settings, states, policy, functions, handlers; and the tests in a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import nearest
from lefi_tui.lang.parse_base import Mistake
from lefi_tui.lang.parse_statements import Statements
from lefi_tui.lang.parse_tests import Checks
from lefi_tui.lang.scanner import Kind, Token
from lefi_tui.lang.source import Span

_KINDS: Final = ["automated", "manual", "indicator"]


class Items(Checks, Statements):
    def script(self) -> s.Script:
        items: list[s.Item] = []
        body: list[s.Statement] = []
        while self.now.kind is not Kind.END:
            if self.now.kind is Kind.LINE_END:
                self.take()
                continue
            self.depth = self.blocks = 0
            try:
                self._item(items, body)
                self._item_end()
            except Mistake:
                self.skip_statement()
                self._skip_stray_brace()
        return s.Script(Span(0, len(self.text)), tuple(items), tuple(body))

    def _item_end(self) -> None:
        if self.sees("}"):
            self.fail("LF101", "This } closes nothing.")
        self.line_end()

    def _skip_stray_brace(self) -> None:
        while self.sees("}"):
            self.take()

    def _item(self, items: list[s.Item], body: list[s.Statement]) -> None:
        readers: dict[str, Callable[[Token], s.Item]] = {
            "script": self._script_name,
            "kind": self._kind,
            "setting": self._setting,
            "state": self._state,
            "policy": self._policy,
            "fn": self._function,
            "on": self._handler,
            "test": self._test,
        }
        reader = readers.get(self.now.text) if self.now.kind is Kind.KEYWORD else None
        if reader is None:
            body.append(self.statement())
        else:
            items.append(reader(self.take()))

    def _script_name(self, word: Token) -> s.Item:
        title = self.plain_text("the script's name as a text")
        return s.ScriptName(self.since(word.span), title)

    def _kind(self, word: Token) -> s.Item:
        name = self.expect_kind(Kind.NAME, f"one of {', '.join(_KINDS)}")
        if name.text not in _KINDS:
            meant = nearest(name.text, _KINDS)
            hint = f"Did you mean `{meant}`?" if meant else ""
            self.fail("LF101", f"A kind is one of {', '.join(_KINDS)}.", name.span, hint)
        return s.Kind(self.since(word.span), name.text)

    def _setting(self, word: Token) -> s.Item:
        name = self.expect_kind(Kind.NAME, "the setting's name")
        self.expect("=")
        default = self.expr()
        low: s.Expr | None = None
        high: s.Expr | None = None
        choices: list[s.Expr] = []
        if self.took("in"):
            if self.took("["):
                choices.append(self.expr())
                while self.took(","):
                    choices.append(self.expr())
                self.expect("]")
            else:
                low = self.bound()
                self.expect("..", "Expected `..` between the lowest and the highest value.")
                high = self.bound()
        span = self.since(word.span)
        return s.Setting(span, name.text, name.span, default, low, high, tuple(choices), word.doc)

    def _state(self, word: Token) -> s.Item:
        name = self.expect_kind(Kind.NAME, "the state's name")
        self.expect("=", "Expected `=` and the state's first value.")
        initial = self.expr()
        return s.State(self.since(word.span), name.text, name.span, initial, word.doc)

    def _policy(self, word: Token) -> s.Item:
        opening = self.expect("{")
        rules: list[s.Rule] = []
        self.braced(opening.span, lambda: rules.append(self._rule()))
        return s.Policy(self.since(word.span), tuple(rules))

    def _rule(self) -> s.Rule:
        name = self.expect_kind(Kind.NAME, "the name of a policy")
        self.expect("=")
        is_within = self.sees_word("within")
        if is_within:
            self.take()
        value = self.expr()
        per = None
        if self.sees_word("per"):
            self.take()
            per = self.expr()
        return s.Rule(self.since(name.span), name.text, name.span, value, per, is_within)

    def _function(self, word: Token) -> s.Item:
        name = self.expect_kind(Kind.NAME, "the function's name")
        self.expect("(")
        params: list[s.Name] = []
        while not self.sees(")"):
            param = self.expect_kind(Kind.NAME, "a name of an argument")
            params.append(s.Name(param.span, param.text))
            if not self.took(","):
                break
        self.expect(")")
        self.expect("=", "Expected `=`: a function is one expression.")
        body = self.expr()
        span = self.since(word.span)
        return s.Function(span, name.text, name.span, tuple(params), body, word.doc)

    def _handler(self, word: Token) -> s.Item:
        event = self.expect_kind(Kind.METHOD, "an event, like Candle(…)")
        args = self.args() if self.sees("(") else ()
        body = self.block()
        return s.Handler(self.since(word.span), event.text, event.span, args, body, word.doc)

    def _test(self, word: Token) -> s.Item:
        name = self.plain_text("the test's name as a text")
        opening = self.expect("{")
        checks: list[s.Check] = []
        self.braced(opening.span, lambda: checks.append(self.check()))
        return s.Test(self.since(word.span), name, tuple(checks))
