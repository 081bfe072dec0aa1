"""One request as a venue sees it after the door has checked it, and what a path leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.exchange.loopback.calls import Call
from tests.exchange.loopback.keys import ApiKey
from tests.exchange.loopback.refused import RefusedError


@dataclass(frozen=True)
class Ask:
    params: dict[str, str]
    now_ms: int
    key: ApiKey
    call: Call

    def text(self, name: str) -> str:
        value = self.params.get(name, "")
        if not value:
            told = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
            raise RefusedError(-1102, told)
        return value

    def number(self, name: str) -> Decimal:
        try:
            return Decimal(self.text(name))
        except InvalidOperation as error:
            told = f"Illegal characters found in parameter '{name}'."
            raise RefusedError(-1100, told) from error

    def whole(self, name: str, default: int) -> int:
        return int(self.params.get(name) or default)

    def is_true(self, name: str) -> bool:
        return self.params.get(name, "").lower() == "true"


@dataclass(frozen=True)
class Route:
    """`right` is "" for what is public, "key" where a key is enough, else what must be allowed."""

    do: Callable[[Any, Ask], Any]
    right: str = ""
    weight: int = 1
    is_order: bool = False


def text(number: Decimal) -> str:
    """As exchanges write numbers: no exponent, no zeros at the end."""
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in {"-0", ""} else plain
