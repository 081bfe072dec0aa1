"""What people write behind an option means what Lefi means by it."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.cli import values
from lefi_tui.requests import MarketFile


@pytest.mark.parametrize(
    ("read", "text", "meant"),
    [
        (values.duration_ms, "5m", 300_000),
        (values.duration_ms, "1h30m", 5_400_000),
        (values.duration_ms, "500ms", 500),
        (values.duration_ms, "2w", 1_209_600_000),
        (values.time_ms, "1640995200", 1_640_995_200_000),
        (values.time_ms, "1640995200000", 1_640_995_200_000),
        (values.time_ms, "2022-01-01", 1_640_995_200_000),
        (values.until_ms, "2022-01-01", 1_641_081_599_999),
        (values.until_ms, "2022-01-01T00:00", 1_640_995_200_000),
        (values.time_ms, "2022-01-01T01:00:00+01:00", 1_640_995_200_000),
        (values.time_ms, "2022-01-01T00:00Z", 1_640_995_200_000),
        (values.share, "0.05%", Decimal("0.0005")),
        (values.share, "0.0005", Decimal("0.0005")),
        (values.share, "0", Decimal(0)),
        (values.money, "10_000", Decimal(10_000)),
        (values.speed, "max", None),
        (values.speed, "60x", 60.0),
        (values.assignment, "fast=12", ("fast", "12")),
        (values.assignment, 'symbol="ETH/USDT"', ("symbol", '"ETH/USDT"')),
        (values.assignment, "size=a=b", ("size", "a=b")),
        (values.market_file, "a.csv", MarketFile(Path("a.csv"))),
        (values.market_file, "BTC/USDT=a.csv", MarketFile(Path("a.csv"), "BTC/USDT")),
        (values.market_file, "BTC/USDT:USDT=a=b", MarketFile(Path("a=b"), "BTC/USDT:USDT")),
        (values.market_file, "data/x=1.csv", MarketFile(Path("data/x=1.csv"))),
    ],
)
def test_values_are_read(read: Callable[[str], Any], text: str, meant: object) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *((values.duration_ms, text) for text in ("5", "m", "5 m", "0m", "-5m", "5x", "")),
        *((values.time_ms, text) for text in ("soon", "2022-13-01", "-5", "")),
        *((values.share, text) for text in ("100%", "1", "-1%", "nan", "five")),
        *((values.money, text) for text in ("0", "-1", "inf", "ten", "")),
        *((values.speed, text) for text in ("0x", "1", "x", "-1x", "fast")),
        *((values.assignment, text) for text in ("fast", "=1", "fast=", "Fast=1", "a b=1")),
        *((values.symbol, text) for text in ("BTC", "btc/usdt", "BTC/USDT:", "")),
    ],
)
def test_what_means_nothing_is_refused_with_words(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ArgumentTypeError, match=r"\w+ \w+"):
        read(text)
