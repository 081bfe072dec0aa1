"""The tables of `config.toml`: each value with type, bounds, default and meaning."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from msgspec import field

from lefi_tui.core.quiet_hours import hours_wrong
from lefi_tui.core.record import Record
from lefi_tui.core.risk.limits import About, Limits
from lefi_tui.core.risk.periods import zone_wrong

AccountMode = Literal["paper", "sandbox", "live"]
Severity = Literal["info", "warning", "urgent"]
LeastHere = Literal["info", "warning", "urgent", "off"]
BUILT_IN: Final = "paper"  # the exchange of an account on the demo market
RECORDING: Final = "recording"  # the exchange of an account on a recorded market
LATENCY_MS: Final = 40  # there and back, as to an exchange on the same continent


class LimitSettings(Limits):
    """What the gate refuses, for the whole desk; no value is no bound."""

    events_file: Annotated[
        str, About("a calendar of releases: CSV, JSON or ICS; beside config.toml or by its path")
    ] = ""


class EventSettings(Record):
    """Where custom events come from, beside scripts and `lefi emit`; nothing unless said."""

    folder: Annotated[
        str, About("a folder of JSON files: each is heard as one event, then moved to done")
    ] = ""
    webhook_port: Annotated[
        int, About("port of 127.0.0.1 for events signed by HMAC, 0 for none", ge=0, le=65_535)
    ] = 0


class NotifySettings(Record):
    """How a person who is away is told; the addresses live in the keyring (`lefi notify set`)."""

    default: Annotated[
        str, About("the channel that info goes to, by its name; every channel if not said")
    ] = ""
    least: Annotated[
        Mapping[str, Severity],
        About('least severity of a channel: [notify.least] phone = "warning"'),
    ] = field(default_factory=lambda: MappingProxyType({}))
    quiet: Annotated[
        str, About("hours in which only what is urgent goes out: 22:00-07:00", wrong=hours_wrong)
    ] = ""
    zone: Annotated[str, About("whose hours: UTC, Europe/Berlin", wrong=zone_wrong)] = "UTC"
    per_minute: Annotated[int, About("notices of a channel in a minute, 1 to 60", ge=1, le=60)] = 6
    burst: Annotated[int, About("notices of a channel at once, 1 to 60", ge=1, le=60)] = 5
    digest_minutes: Annotated[
        int, About("how long what was too much waits for its one line", ge=1, le=1_440)
    ] = 15
    heartbeat_s: Annotated[
        int, About("between two signs of life to an outside watcher", ge=10, le=86_400)
    ] = 60
    screen: Annotated[
        LeastHere, About("from where on words come up on any screen: urgent, warning, info, off")
    ] = "urgent"
    bell: Annotated[LeastHere, About("from where on the terminal's bell rings")] = "urgent"
    desktop: Annotated[
        LeastHere, About("from where on the terminal shows a desktop notification (OSC 9)")
    ] = "off"


class KillSettings(Record):
    """What a kill closes, and what causes one without anybody's asking; no value is no cause."""

    flatten: Annotated[
        Literal["bots", "all", "none"],
        About("what a kill closes at market: bots (what bots hold), all, none"),
    ] = "bots"
    drawdown_max: Annotated[
        Decimal | None, About("an account's loss since its peak, as a share: 0.05", gt=0, le=1)
    ] = None
    losses_max: Annotated[
        int | None, About("trades in a row that ended with a loss: 5", ge=1, le=1_000)
    ] = None
    errors_max: Annotated[
        int, About("orders without an answer in ten minutes; 0 for no bound", ge=0, le=1_000)
    ] = 10
    spreads_max: Annotated[
        int | None, About("orders stopped for the spread in ten minutes: 5", ge=1, le=1_000)
    ] = None


class ProtectionSettings(Record):
    """What becomes of a position at an exchange whose stop does not hang there."""

    alarm_s: Annotated[
        int, About("seconds without its stop after which it is told as urgent", ge=1, le=3_600)
    ] = 5
    close_s: Annotated[
        int,
        About("seconds its stop is refused until it is closed at market; 0: never", ge=0, le=3_600),
    ] = 15
    dead_man_s: Annotated[
        int,
        About(
            "the exchange cancels entries when it hears nothing for so long; 0: off", ge=0, le=900
        ),
    ] = 90


class ApprovalSettings(Record):
    """Who answers what scripts ask; `rules` beside it is a list of its own."""

    four_eyes: Annotated[bool, About("not whoever started the bot may answer its questions")] = (
        False
    )


class DemoSettings(Record):
    """The built-in market: the same seed gives the same market."""

    seed: Annotated[int, About("which made-up market it is", ge=0)] = 1
    cash: Annotated[Decimal, About("of a new demo account, in USDT", gt=0)] = Decimal(10_000)
    latency_ms: Annotated[
        int, About("how long an order takes there and back, 0 to 10000", ge=0, le=10_000)
    ] = LATENCY_MS
    jitter_ms: Annotated[
        int, About("what chance adds to that at most, the same for the same seed", ge=0, le=10_000)
    ] = 0


class CcxtSettings(Record):
    """Handed to the ccxt client as they are: proxies, hostnames, other endpoints."""

    options: dict[str, Any] = field(default_factory=dict)
    urls: dict[str, Any] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)  # whatever else the table has

    @property
    def table(self) -> dict[str, Any]:
        """As it was written."""
        return {**self.others, "options": self.options, "urls": self.urls}


class RecordingSettings(Record):
    """How an account whose exchange is "recording" plays it."""

    folder: str = ""  # absolute, or beside config.toml
    at_ms: int = 0  # where it begins
    speed: Decimal = Decimal(1)
    rounds: int = 0  # 0: without end
    seed: int = 1  # of the chance in its latency


class AccountSettings(Record):
    """One account of `config.toml`; its keys live in the keyring."""

    exchange: str = BUILT_IN  # any ccxt id, or one of those that are in this program
    mode: AccountMode = "paper"
    ccxt: CcxtSettings = field(default_factory=CcxtSettings)
    currency: str = "USDT"  # of a paper account: it lists the markets that are priced in it
    cash: Decimal = Decimal(10_000)  # what a paper account begins with
    symbols: tuple[str, ...] = ()  # on the price board, beside what bots read
    latency_ms: int = LATENCY_MS  # of a paper account: there and back
    jitter_ms: int = 0  # what chance adds to it at most
    recording: RecordingSettings = field(default_factory=RecordingSettings)

    @property
    def is_exchange(self) -> bool:
        """Whether somebody else is asked; the others know no key and have no address."""
        return self.exchange not in {BUILT_IN, RECORDING}
