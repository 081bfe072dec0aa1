"""Transactions at numbered sites: their sizes, limits and stops, and what is used of their result.

The rule it keeps: an effect stands alone; whose result is used, the run waits for.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.check_calls import Calls
from lefi_tui.lang.check_transfers import transfer
from lefi_tui.lang.scope import Site, TooMuch, Wrong
from lefi_tui.lang.signatures import Builtin
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import Transact, X

TIFS: Final = ("GTC", "IOC", "FOK")


class Orders(Calls):
    def waits(self, what: str, span: Span) -> None:
        """Here a run may wait; a handler with such a place is carried out event by event."""
        self.shared.waits.append((what, span))
        self.scope.waited += 1

    def effect(self, node: s.Expr) -> tuple[s.Call, bool] | None:
        """The transaction that this is, and whether `decide` stands before it."""
        if isinstance(node, s.DecideCall):
            return self.decided(node.call), True
        if isinstance(node, s.Call) and _is_transaction(node.name):
            return node, False
        return None

    def decided(self, call: s.Call) -> s.Call:
        if _is_transaction(call.name):
            return call
        self.look_at(call.args)
        message = f"`decide` stands before a transaction; `{call.name}(…)` is none."
        raise self.wrong("LF211", call.name_span, message, "Write decide Buy(…), or Sell, Close.")

    def ordered(self, call: s.Call, result: str = "", *, is_advised: bool = False) -> Transact:
        """The transaction as a statement; where it is wrong, its arguments are looked at too."""
        try:
            return self._transact(self.builtin(call), call, result, is_advised)
        except TooMuch:
            raise
        except Wrong:
            self.look_at(call.args)
            raise

    def outcome_of(self, order: Transact) -> X:
        """What became of an order, as a value."""
        pair = self.pair(order.symbol) if order.symbol else (order.unit, order.unit)
        kind = t.order(*pair)
        return self.watched(order.span, X("local", kind, value=order.result, span=order.span))

    def _transact(
        self,
        builtin: Builtin,
        call: s.Call,
        result: str,
        is_advised: bool,  # noqa: FBT001 -- as written
    ) -> Transact:
        if self.shared.declared.kind == "indicator":
            message = f"This script is an indicator; it can't `{call.name}`."
            raise self.wrong("LF213", call.span, message, "Write `kind automated`, or Notify.")
        args = self.bound(builtin, call)
        if result:
            self.waits("a used order result", call.span)
        if builtin.result == "transfer":
            return transfer(self, args, call, result)
        symbol = self.symbol(args["symbol"])
        account = self.constant_text(args["account"], "An account") if "account" in args else ""
        size = self._size(args["size"], symbol) if "size" in args else None
        skipped = {"symbol", "account", "size"}
        named = {
            name: self._named(name, arg, symbol)
            for name, arg in args.items()
            if name not in skipped
        }
        self._warn(call, symbol, named)
        site = Site(len(self.shared.sites), call.name.lower(), symbol, call.span)
        self.shared.sites.append(site)
        return Transact(
            site.number, site.action, symbol, account, size, named, call.span, is_advised, result
        )

    def _size(self, arg: s.Arg, symbol: str) -> X:
        value = self.value(arg.value)
        kind = self.seen(value)
        base, quote = self.pair(symbol)
        wanted = {t.amount(base), t.amount(quote), t.PERCENT, t.NUMBER}
        if kind.kind in t.OPEN or kind in wanted:
            if kind.kind in t.OPEN:
                self.shared.bindings.unified(value.type, t.amount(base))
            if isinstance(arg.value, s.Percent) and arg.value.value > 1:
                asked = f"{arg.value.value * 100:g}%"
                message = f"There is 100% of it; this asks for {asked}."
                self.say("LF253", arg.value.span, message, "Write 100% or less.")
            return value
        message = f"A size of {symbol} is in {base}, in {quote}, or a percent; this is {kind}."
        raise self.wrong("LF202", arg.value.span, message)

    def _named(self, name: str, arg: s.Arg, symbol: str) -> X:
        value = self.value(arg.value)
        base, quote = self.pair(symbol)
        price = t.price(base, quote)
        if name == "tif":
            if not value.is_const or value.value not in TIFS:
                message = f"tif is one of {', '.join(TIFS)}."
                raise self.wrong("LF204", arg.value.span, message)
            return value
        wanted = {
            "at": (price,),
            "leverage": (t.NUMBER,),
            "reduce_only": (t.BOOL,),
            "post_only": (t.BOOL,),
        }.get(name, (t.PERCENT, price))
        if any(self.shared.bindings.unified(value.type, each) == each for each in wanted):
            return value
        words = " or ".join(str(each) for each in wanted)
        message = f"`{name}` is {words}; this is {self.seen(value)}."
        raise self.wrong("LF202", arg.value.span, message)

    def _warn(self, call: s.Call, symbol: str, named: dict[str, X]) -> None:
        opens = call.name in {"Buy", "Sell"} and "reduce_only" not in named
        if opens and ":" in symbol and not {"stop_loss", "trail"} & set(named):
            message = "A perpetual can lose all its margin; this entry has no stop_loss or trail."
            self.say("LF252", call.name_span, message, "Add stop_loss = 2%, or trail = 2%.")
        if self.scope.event in {"PriceUpdate", "body"} and opens and not self.shared.has_rate:
            message = "It may order at every price update; the policy names no rate."
            hint = "Add `policy { rate = 1 per 1m }`."
            self.say("LF255", call.name_span, message, hint)


def _is_transaction(name: str) -> bool:
    builtin = BUILTINS.get(name)
    return builtin is not None and builtin.group == "transaction"
