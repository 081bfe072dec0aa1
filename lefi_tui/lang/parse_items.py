"""Declarations: settings, states, policy, functions, handlers; and the tests in a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import Edit, Fix, nearest
from lefi_tui.lang.parse_base import Mistake
from lefi_tui.lang.parse_tests import Checks
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import Kind, Token

KINDS: Final = ["automated", "manual", "indicator"]


class Items(Checks):
    def script(self) -> s.Script:
        items: list[s.Item] = []
        body: list[s.Statement] = []
        while self.now.kind is not Kind.END:
            self.step(lambda: self._item(items, body), can_resume=True)
        return s.Script(Span(0, len(self.text)), tuple(items), self.joined(body))

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
        if not self.sees(*readers):
            self.mend_first_word()
        if self.sees(*readers):
            word = self.take()
            items.append(readers[word.text](word))
        else:
            body.append(self.statement())

    def _script_name(self, word: Token) -> s.Item:
        title = self.plain_text("the script's name as a text")
        return s.ScriptName(self.since(word.span), title)

    def _kind(self, word: Token) -> s.Item:
        name = self.expect_kind(Kind.NAME, f"one of {', '.join(KINDS)}")
        if name.text not in KINDS:
            is_all = self.now.kind in {Kind.LINE_END, Kind.END}  # else it may not be the mistake
            meant = nearest(name.text, KINDS) if is_all else None
            fix = Fix(f"Write {meant}", (Edit(name.span, meant),)) if meant else None
            self.say("LF101", f"A kind is one of {', '.join(KINDS)}.", name.span, fix=fix)
            raise Mistake
        return s.Kind(self.since(word.span), name.text)

    def _setting(self, word: Token) -> s.Item:
        name = self.expect_kind(Kind.NAME, "the setting's name")
        default = self.tried(self._first_value, *(["in"] if self.sees("=") else []))
        low: s.Expr | None = None
        high: s.Expr | None = None
        choices: tuple[s.Expr, ...] = ()
        if self.took("in"):
            if self.took("["):
                choices = self._choices()
            else:
                low = self.tried(self.bound, "..")
                if self._took_dots(low):
                    high = self.tried(self.bound)
                else:
                    low = None
        span = self.since(word.span)
        return s.Setting(span, name.text, name.span, default, low, high, choices, word.doc)

    def _first_value(self) -> s.Expr:
        """Without one the name is known all the same: it means nothing else below."""
        self.expect("=", "Expected `=` and the value it has at first")
        return self.expr()

    def _choices(self) -> tuple[s.Expr, ...]:
        choices = [self.tried(self.expr, ",", "]")]
        while self.took(","):
            choices.append(self.tried(self.expr, ",", "]"))
        self.closing("]", "Expected `,` or `]`")
        return tuple(choices)

    def _took_dots(self, low: s.Expr) -> bool:
        """`..` between the bounds; without it the bounds are left out, the setting stays."""
        if self.took(".."):
            return True
        if self.now.kind is not Kind.WRONG and not isinstance(low, s.Broken):
            message = f"Expected `..` between the lowest and the highest value{self.instead()}."
            self.say("LF101", message, self.place())
        self.skip_to()
        return False

    def _state(self, word: Token) -> s.Item:
        name = self.expect_kind(Kind.NAME, "the state's name")
        initial = self.tried(self._first_value)
        return s.State(self.since(word.span), name.text, name.span, initial, word.doc)

    def _policy(self, word: Token) -> s.Item:
        rules: list[s.Rule] = []
        self.braced(lambda: rules.append(self._rule()))
        return s.Policy(self.since(word.span), tuple(rules))

    def _rule(self) -> s.Rule:
        name = self.expect_kind(Kind.NAME, "the name of a policy")
        self.expect("=")
        is_within = self.took_word("within") is not None
        value = self.expr()
        per = None
        if not self.sees_end() and not self.sees_word("per"):
            self.mend(["per"])
        if not is_within and self.took_word("per"):
            per = self.expr()
        return s.Rule(self.since(name.span), name.text, name.span, value, per, is_within)

    def _function(self, word: Token) -> s.Item:
        name = self.expect_kind(Kind.NAME, "the function's name")
        params: list[s.Name] = []
        body = self.tried(lambda: self._function_value(params))
        span = self.since(word.span)
        return s.Function(span, name.text, name.span, tuple(params), body, word.doc)

    def _function_value(self, params: list[s.Name]) -> s.Expr:
        self.expect("(")
        if not self.sees(")"):
            params.append(self._param())
            while self.took(","):
                params.append(self._param())
        self.closing(")", "Expected `,` or `)`")
        self.expect("=", "A function is one expression; expected `=`")
        return self.expr()

    def _param(self) -> s.Name:
        param = self.expect_kind(Kind.NAME, "the name of a value that is given")
        return s.Name(param.span, param.text)

    def _handler(self, word: Token) -> s.Item:
        event = self.expect_kind(Kind.METHOD, "an event, like Candle(…)")
        args = self._event_args() if self.sees("(") else ()
        name, args = self.today_event(event, args)
        body = self.block()
        return s.Handler(self.since(word.span), name, event.span, args, body, word.doc)

    def _event_args(self) -> tuple[s.Arg, ...]:
        """Of an event that is wrong, the handler's body is looked at all the same."""
        start, depth = self.now.span, self.depth
        try:
            return self.args()
        except Mistake:
            self.depth = depth
            self.skip_to("{")
            if not self.sees("{"):
                raise
            broken = s.Broken(self.since(start))
            return (s.Arg(None, broken.span, broken),)

    def _test(self, word: Token) -> s.Item:
        name = self.plain_text("the test's name as a text")
        checks: list[s.Check] = []
        self.braced(lambda: checks.append(self.check()), own=("setting",))
        return s.Test(self.since(word.span), name, tuple(checks))
