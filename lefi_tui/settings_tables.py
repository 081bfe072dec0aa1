"""The tables of `config.toml`: each value with type, bounds, default and meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal

from lefi_tui.core.quiet_hours import hours_wrong
from lefi_tui.core.risk.limits import About, Limits
from lefi_tui.core.risk.periods import zone_wrong

AccountMode = Literal["paper", "sandbox", "live"]
Severity = Literal["info", "warning", "urgent"]
LeastHere = Literal["info", "warning", "urgent", "off"]


@dataclass(frozen=True, slots=True)
class LimitSettings(Limits):
    """What the gate refuses, for the whole desk; no value is no bound."""

    events_file: Annotated[
        str, About("a calendar of releases: CSV, JSON or ICS; beside config.toml or by its path")
    ] = ""


@dataclass(frozen=True, slots=True)
class EventSettings:
    """Where custom events come from, beside scripts and `lefi emit`; nothing unless said."""

    folder: Annotated[
        str, About("a folder of JSON files: each is heard as one event, then moved to done")
    ] = ""
    webhook_port: Annotated[
        int, About("port of 127.0.0.1 for events signed by HMAC, 0 for none", ge=0, le=65_535)
    ] = 0


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """The built-in market: the same seed gives the same market."""

    seed: Annotated[int, About("which made-up market it is", ge=0)] = 1
    cash: Annotated[Decimal, About("of a new demo account, in USDT", gt=0)] = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class CcxtSettings:
    """Handed to the ccxt client as they are: proxies, hostnames, other endpoints."""

    options: dict[str, Any] = field(default_factory=dict)
    urls: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)  # whatever else the table has

    @property
    def table(self) -> dict[str, Any]:
        """As it was written."""
        return {**self.others, "options": self.options, "urls": self.urls}


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One account of `config.toml`; its keys live in the keyring."""

    exchange: str = "paper"  # any ccxt id, or "paper"
    mode: AccountMode = "paper"
    ccxt: CcxtSettings = field(default_factory=CcxtSettings)
    currency: str = "USDT"  # of a paper account: it lists the markets that are priced in it
    cash: Decimal = Decimal(10_000)  # what a paper account begins with
    symbols: tuple[str, ...] = ()  # on the price board, beside what bots read
