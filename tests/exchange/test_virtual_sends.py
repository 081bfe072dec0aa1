"""Sends that go wrong for as long as a client waits, by a clock that jumps."""

from __future__ import annotations

from tests.campaign.sends import case


def test_answers_that_never_come_are_believed_as_the_exchange_did() -> None:
    found = case(0, 1, orders=100)
    assert found.why == ""
    assert found.counts["faults"] > 30
    assert found.counts["virtual seconds"] > 10
