"""What must be so before a bot may trade real money: one table, each gate with what was found.

The rules it keeps: all of them are looked at, so that a person sees at once what is missing; what
nobody has said counts as missing; the words say what to do about it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lefi_tui.core.key_rights import CLOCK_OFF_MS, KeyState, clock_refusal, key_refusal
from lefi_tui.core.money import words
from lefi_tui.core.protection import DeadManState
from lefi_tui.core.record import Record
from lefi_tui.core.risk.limits import Limits

TYPED: Final = "account's name"
RECONCILED: Final = "reconciled"
DEAD_MAN: Final = "dead-man's switch"
# What an engine that has just begun is still asking the exchange about.
BY_THEMSELVES: Final = frozenset({RECONCILED, DEAD_MAN})
# Each bounds what one bad day may cost; one of them is enough.
LOSS_LIMITS: Final = ("daily_loss_max", "drawdown_day_max", "drawdown_day_close")
NAMES_SHOWN: Final = 3


SANDBOX: Final = " sandbox"  # how the venue of an exchange's practice market ends


def is_real(mode: str, venue: str) -> bool:
    """Real money: an account whose orders leave, and not to a practice market."""
    return mode == "live" and not venue.endswith(SANDBOX)


class ScriptTests(Record):
    """The tests that stand in one text, run just now."""

    version: str  # the text's hash
    passed: int = 0
    failed: tuple[str, ...] = ()
    refusal: str = ""  # why they could not run


class LiveFacts(Record):
    """What the desk can't know by itself; whoever starts a bot never says it, the engine does."""

    shut_because: str = "nobody has said that live trading is on"
    tests: ScriptTests | None = None
    key: KeyState | None = None


class Gate(Record):
    """One row. `found` is what was found, `next` what to do where it is shut."""

    name: str
    is_open: bool
    found: str
    next: str = ""


class Asked(Record):
    """All that the gates look at, of one start."""

    account: str
    typed: str  # the account's name, typed back
    version: str  # of the script's text
    limits: Limits  # in force there
    lacking: tuple[str, ...]  # what the script needs and the venue does not offer
    facts: LiveFacts
    at_ms: int
    doubt: str = ""  # why the desk and the exchange may not agree
    others: tuple[str, ...] = ()  # what is not ours there
    dead_man: DeadManState | None = None  # the exchange's own switch
    has_text: bool = True  # a bot of the program itself has no script to test


def gates(asked: Asked) -> tuple[Gate, ...]:
    """Every gate, those that are shut first."""
    rows = [look(asked) for look in _GATES]
    return tuple(sorted(rows, key=lambda each: each.is_open))


def shut(rows: tuple[Gate, ...]) -> tuple[Gate, ...]:
    return tuple(each for each in rows if not each.is_open)


def hand_gates(asked: Asked) -> tuple[Gate, ...]:
    """Those of a person's own order: it has no script, and is said by itself each time."""
    rows = [look(asked) for look in _OF_HAND]
    return tuple(sorted(rows, key=lambda each: each.is_open))


def hand_refusal(account: str, rows: tuple[Gate, ...]) -> str:
    """Why nothing is sent, in words; empty when every gate is open."""
    closed = shut(rows)
    if not closed:
        return ""
    return f"Nothing is sent with real money on {account}: {_many(closed)} shut. {_each(closed)}"


def _many(closed: tuple[Gate, ...]) -> str:
    return "1 gate is" if len(closed) == 1 else f"{len(closed)} gates are"


def _each(closed: tuple[Gate, ...]) -> str:
    return " ".join(f"{gate.name}: {gate.found}. {gate.next}." for gate in closed)


def refusal(bot: str, account: str, rows: tuple[Gate, ...]) -> str:
    """Why nothing starts, in words; empty when every gate is open."""
    closed = shut(rows)
    if not closed:
        return ""
    many = _many(closed)
    return f"Bot {bot} does not start with real money on {account}: {many} shut. {_each(closed)}"


# ---- each


def _config(asked: Asked) -> Gate:
    why = asked.facts.shut_because
    follow = "Set live_trading = true at the top of config.toml and start the engine again"
    return Gate("live_trading", not why, why or "true in config.toml", follow if why else "")


def _typed(asked: Asked) -> Gate:
    if asked.typed == asked.account:
        return Gate(TYPED, is_open=True, found=f"{asked.account} was typed back")
    found = "another name was typed" if asked.typed else "it was not typed back yet"
    return Gate(TYPED, is_open=False, found=found, next=f"Type {asked.account}")


def _tests(asked: Asked) -> Gate:
    name, ran = "script's tests", asked.facts.tests
    if not asked.has_text:
        return Gate(name, is_open=True, found="it has no script: its tests are the program's")
    if ran is None or ran.version != asked.version:
        return Gate(name, is_open=False, found="those of this text did not run", next="Start again")
    if ran.refusal:
        return Gate(name, is_open=False, found=ran.refusal, next="`lefi test` tells more")
    if ran.failed:
        shown = ", ".join(f'"{each}"' for each in ran.failed[:NAMES_SHOWN])
        found = f"{len(ran.failed)} of {len(ran.failed) + ran.passed} failed: {shown}"
        return Gate(name, is_open=False, found=found, next="`lefi test` says what was expected")
    if not ran.passed:
        follow = 'Write one: test "…" { candles …; expect … }'
        return Gate(name, is_open=False, found="it has none", next=follow)
    return Gate(name, is_open=True, found=f"{ran.passed} passed just now")


def _limits(asked: Asked) -> Gate:
    limits, name = asked.limits, "limits"
    bounds = [each for each in LOSS_LIMITS if getattr(limits, each) is not None]
    missing = [] if limits.order_notional_max is not None else ["order_notional_max"]
    missing += [] if bounds else [f"one of {', '.join(LOSS_LIMITS)}"]
    if missing:
        follow = "Set them under [limits] of config.toml, or with `lefi limits set`"
        return Gate(name, is_open=False, found=f"not set: {'; '.join(missing)}", next=follow)
    told = [f"{each} {words(getattr(limits, each))}" for each in ("order_notional_max", *bounds)]
    return Gate(name, is_open=True, found=", ".join(told))


def _key(asked: Asked) -> Gate:
    state = asked.facts.key
    why = key_refusal(state, asked.at_ms)
    if not why and state is not None:
        by_hand = ", withdrawal allowed by hand" if state.is_withdrawal_allowed else ""
        return Gate("key", is_open=True, found=f"tested within a day, may trade{by_hand}")
    is_known = state is not None and state.set_at_ms
    follow = f"`lefi keys {'test' if is_known else 'set'} {asked.account}`, or 0 for the keys"
    return Gate("key", is_open=False, found=why, next=follow)


def _clock(asked: Asked) -> Gate:
    state = asked.facts.key
    offset_ms = None if state is None or state.rights is None else state.rights.clock_offset_ms
    if offset_ms is None:
        follow = f"`lefi keys test {asked.account}` measures it"
        return Gate("clock", is_open=False, found="the exchange's is not known", next=follow)
    why = clock_refusal(state)
    follow = f"Set the machine's clock: {CLOCK_OFF_MS / 1_000:g} s at most" if why else ""
    return Gate("clock", not why, why or f"{offset_ms:+d} ms from ours", follow)


def _reconciled(asked: Asked) -> Gate:
    """What others have there is shown, and is no hindrance: it stays theirs."""
    name = RECONCILED
    if asked.doubt:
        follow = "Wait, or look at it now: U on the desk"
        return Gate(name, is_open=False, found=asked.doubt, next=follow)
    shown = ", ".join(asked.others[:NAMES_SHOWN])
    more = len(asked.others) - NAMES_SHOWN
    others = f"; not ours: {shown}{f' and {more} more' if more > 0 else ''}" if shown else ""
    return Gate(name, is_open=True, found=f"the exchange shows what the desk believes{others}")


def _dead_man(asked: Asked) -> Gate:
    """Where an exchange has none that is told, and is no hindrance; ours to turn on is."""
    name, state = DEAD_MAN, asked.dead_man
    if state is None:
        found = "the exchange has not said yet whether it takes it"
        return Gate(name, is_open=False, found=found, next="Wait a moment and start again")
    if state.state == "none":
        return Gate(name, is_open=True, found="this exchange has none: entries rest on without us")
    if state.state == "off":
        follow = "Set dead_man_s under [protection] in config.toml"
        return Gate(name, is_open=False, found="off: dead_man_s = 0", next=follow)
    if state.state == "failed":
        follow = "Look at the log; it is tried again by itself"
        return Gate(name, is_open=False, found=f"not taken: {state.why}", next=follow)
    found = f"entries end {state.seconds} s after we fall silent; stops stand"
    return Gate(name, is_open=True, found=found)


def _offers(asked: Asked) -> Gate:
    name = "what the script needs"
    if not asked.lacking:
        return Gate(name, is_open=True, found="the exchange offers it")
    found = "; ".join(asked.lacking)
    follow = f"Change the script; `lefi venue {asked.account}` shows what there is"
    return Gate(name, is_open=False, found=found, next=follow)


_GATES: Final[tuple[Callable[[Asked], Gate], ...]] = (
    _config,
    _key,
    _clock,
    _reconciled,
    _dead_man,
    _limits,
    _tests,
    _offers,
    _typed,
)
_OF_HAND: Final[tuple[Callable[[Asked], Gate], ...]] = (
    _config,
    _key,
    _clock,
    _reconciled,
    _dead_man,
    _limits,
)
