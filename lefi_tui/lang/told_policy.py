"""The policy's keys: how each is written, its default, and what it means.

The rule it keeps: the checker's messages and the reference are both made of these rows.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class PolicyKey(NamedTuple):
    name: str
    form: str
    takes: str  # said where a value does not fit
    default: str
    docs: str
    words: tuple[str, ...] = ()  # that it is one of


POLICY: Final = {
    each.name: each
    for each in (
        PolicyKey(
            "partial_fill",
            "partial_fill = keep | cancel | complete",
            "partial_fill is one of keep, cancel, complete.",
            "keep",
            "What becomes of an order that was filled in part: keep what was filled, cancel the "
            "rest, or complete it at market.",
            ("keep", "cancel", "complete"),
        ),
        PolicyKey(
            "timeout",
            "timeout = DURATION",
            "A timeout is a duration: timeout = 30s.",
            "30s",
            "How long a market order, or an order that a run waits for, may take. A limit order "
            "that no run waits for rests until it is filled or cancelled.",
        ),
        PolicyKey(
            "retry",
            "retry = NUMBER",
            "How often to try again, a whole number: retry = 3.",
            "3",
            "How often to try again. Only what surely never reached the venue is repeated.",
        ),
        PolicyKey(
            "rate",
            "rate = NUMBER per DURATION",
            "How many orders in how long: rate = 10 per 1m.",
            "60 per 1m",
            "The most orders in so long; what is over is refused with a reason.",
        ),
        PolicyKey(
            "overlap",
            "overlap = skip | queue | parallel",
            "overlap is one of skip, queue, parallel.",
            "skip for market data, queue for the rest",
            "What becomes of a handler's next event while its last run still waits: it is "
            "skipped, waits its turn, or begins beside it.",
            ("skip", "queue", "parallel"),
        ),
        PolicyKey(
            "approval",
            "approval = within DURATION",
            "How long an approval may take: approval = within 15m.",
            "within 15m",
            "How long a person has for an `authorize` that names no time.",
        ),
        PolicyKey(
            "discount",
            "discount = PERCENT",
            "A discount is a percent: discount = 5%.",
            "0%",
            "Interest a year of a `pays` that names none.",
        ),
    )
}
