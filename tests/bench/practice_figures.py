"""What a recorded market costs: its reading beside plain gunzip, and a second of its playing."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import Final

from lefi_tui.adapters.recorded_feed import RecordedFeed, RecordedTerms
from lefi_tui.adapters.recorded_market import Playing, RecordedMarket
from lefi_tui.adapters.recording import read_recording
from lefi_tui.adapters.system_clock import VirtualClock
from tests.bench.readings import Measurement, Reading, median_ms

DATA: Final = Path(__file__).parents[3] / "shared" / "data"
STEM: Final = "binance_usdm_btcusdt_{}_2024-08-08.csv.gz"
BEGIN_NS: Final = 1_795_000_000_000_000_000
SECONDS: Final = 60
ABSENT: Final = "no recording in ../shared/data"


def _is_there() -> bool:
    return (DATA / STEM.format("trades")).exists()


def reading() -> Reading:
    if not _is_there():
        return Reading(0.0, ABSENT, 0.0, "ms")
    files = [DATA / STEM.format(part) for part in ("trades", "bbo", "book20_1s")]
    plain = median_ms(lambda: [gzip.decompress(each.read_bytes()) for each in files])
    ours = median_ms(lambda: read_recording(DATA))
    held = read_recording(DATA).bytes_held / 1e6
    note = f"{held:.1f} MB held; its depth is read as it is played"
    return Reading(ours / plain, "plain gunzip of the same files", ours, "ms", note)


def playing() -> Reading:
    """The feed's own part: quotes, prints, depth and its reading, twenty times a second."""
    if not _is_there():
        return Reading(0.0, ABSENT, 0.0, "ms")
    recording = read_recording(DATA)
    market = RecordedMarket(recording, Playing(BEGIN_NS))
    feed = RecordedFeed(market, VirtualClock(BEGIN_NS), RecordedTerms("practice", 80))
    feed.listen(lambda _message: None)
    begun = time.process_time()
    for _ in range(SECONDS * 20):
        feed.move()
        market.book(market.symbol, feed.next_ns())
    spent_ms = (time.process_time() - begun) * 1_000 / SECONDS
    note = f"{recording.bytes_held / 1e6:.1f} MB held after {SECONDS} s of playing"
    return Reading(spent_ms / 1_000, "one core", spent_ms, "ms of CPU a second", note)


MEASUREMENTS: Final = {
    "recording_read": Measurement("a recorded market is read", reading),
    "recording_played": Measurement("a second of it is played", playing),
}
