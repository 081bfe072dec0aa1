"""An account on a recorded market: the paper venue meets a book that was, on a clock of now.

The rule it keeps: a recording that can't be played says why in words, and the rest stays usable.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from lefi_tui.core.messages import FeedStated, ListInstruments
from lefi_tui.errors import MarketFileError, RefusedError
from lefi_tui.settings_tables import RECORDING, AccountSettings, RecordingSettings
from lefi_tui.wiring.accounts import (
    PRACTICE,
    OnlyWords,
    VenueAndFeed,
    opening,
    paper_terms,
    restore_paper,
)

if TYPE_CHECKING:
    from lefi_tui.adapters.recorded_market import RecordedMarket
    from lefi_tui.core.desk import Desk
    from lefi_tui.ports.clock import Clock
    from lefi_tui.requests import PracticeRequest
    from lefi_tui.settings import Settings
    from lefi_tui.wiring.accounts import Accounts

STEP_MS: Final = 10  # how soon a fill is told; the book of a recording moves 100 times a second


def open_recorded(accounts: Accounts, name: str, settings: Settings, clock: Clock) -> None:
    from lefi_tui.adapters.market_conditions import RecordedConditions
    from lefi_tui.adapters.paper_venue import PaperVenue
    from lefi_tui.adapters.recorded_feed import RecordedFeed, RecordedHistory, RecordedTerms

    account = settings.accounts[name]
    try:
        market = _market(settings, account.recording, clock)
    except MarketFileError as error:
        accounts.feeds[name] = OnlyWords(_refused(name, error), clock)
        return
    terms = replace(paper_terms(name, account, str(account.recording.seed)), step_ms=STEP_MS)
    venue = PaperVenue(market, clock, terms)
    feed = RecordedFeed(market, clock, RecordedTerms(name, account.latency_ms))
    listed = market.instruments()

    def restore(desk: Desk) -> None:
        if not accounts.shut_out(desk, name, account, clock):
            restore_paper(venue, desk, name)

    accounts.venues[name] = venue
    accounts.feeds[name] = VenueAndFeed(feed, venue)
    accounts.depths[name] = feed.depth
    accounts.histories[name] = RecordedHistory(market)
    accounts.conditions[name] = RecordedConditions(market, clock)
    accounts.restores.append(restore)
    accounts.commands += [
        opening(name, listed[0].settle, account.cash, RECORDING, listed[0]),
        ListInstruments(name, listed),
    ]


def _market(settings: Settings, terms: RecordingSettings, clock: Clock) -> RecordedMarket:
    from lefi_tui.adapters.recorded_market import Playing, RecordedMarket
    from lefi_tui.adapters.recording import read_recording

    recording = read_recording(folder_of(settings, terms))
    span_ms = recording.ends_ms - recording.begins_ms
    if terms.at_ms >= span_ms:
        why = f"it is {span_ms // 60_000}:{span_ms // 1_000 % 60:02} long, and is to begin later"
        step = "Begin it earlier: at in config.toml, --at of `lefi practice`"
        raise MarketFileError(why, where=terms.folder, next_step=step)
    playing = Playing(clock.now_ns(), terms.at_ms, terms.speed, terms.rounds)
    market = RecordedMarket(recording, playing)
    market.book(market.symbol, clock.now_ns())  # read up to where it begins, before anybody waits
    return market


def folder_of(settings: Settings, terms: RecordingSettings) -> Path:
    """A relative one stands beside config.toml."""
    return settings.config_dir / Path(terms.folder).expanduser()


def _refused(name: str, error: MarketFileError) -> FeedStated:
    why = f"{error.why} ({error.where})"
    return FeedStated(
        name,
        0,
        is_waiting=True,
        what="the recording can't be played",
        why=why,
        next=error.next_step,
    )


# ---- `lefi practice`


def practicing(settings: Settings, request: PracticeRequest) -> Settings:
    """The settings with an account to practice on; raises what keeps it from being played."""
    from lefi_tui.adapters.recording import find_recording

    terms = _terms(settings, request)
    find_recording(folder_of(settings, terms))
    _refuse_second(settings.data_dir / PRACTICE)
    account = AccountSettings(
        exchange=RECORDING,
        cash=request.cash,
        latency_ms=request.latency_ms,
        jitter_ms=request.jitter_ms,
        recording=terms,
    )
    return replace(settings, accounts={**settings.accounts, PRACTICE: account})


def _refuse_second(folder: Path) -> None:
    from lefi_tui.wiring.running import engine_pid

    pid = engine_pid(folder)
    if pid is not None:
        why = f"somebody practices with this profile already, process {pid}"
        step = "Leave that desk with q, or practice under another LEFI_HOME"
        raise RefusedError(why, where=str(folder), next_step=step)


def _terms(settings: Settings, request: PracticeRequest) -> RecordingSettings:
    """The folder that was named, or that of the first recording in config.toml."""
    named = str(request.folder) if request.folder else ""
    known = (each.recording.folder for each in settings.accounts.values())
    folder = named or next(filter(None, known), "")
    if not folder:
        step = 'lefi practice --data FOLDER, or [accounts.NAME] with exchange = "recording"'
        raise RefusedError("no recording is named", where="lefi practice", next_step=step)
    return RecordingSettings(folder, request.at_ms, request.speed, request.rounds, request.seed)
