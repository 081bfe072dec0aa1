"""Schedules: crontab as crontab reads it, in any zone, over every clock change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.core.schedule import ScheduleError, next_due, parse_cron

NS = 1_000_000_000


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * NS


def due(spec: str, zone: str, after: str) -> str:
    """The next instant, as that zone's clock shows it."""
    at = datetime.fromtimestamp(next_due(spec, zone, ns(after)) // NS, UTC)
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


# ---- a slow reading of crontab(5), minute by minute and by itself


def reads(field: str, value: int, low: int, high: int) -> bool:
    """Whether a field of numbers, ranges and steps names this value."""
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first, last = (int(each) for each in span.split("-"))
        else:
            first, last = int(span), int(span)
        if first <= value <= last and (value - first) % int(step or 1) == 0:
            return True
    return False


def is_on(spec: str, local: datetime) -> bool:
    minute, hour, day, month, weekday = spec.split()
    on_day = reads(day, local.day, 1, 31)
    number = local.isoweekday()
    on_weekday = reads(weekday, number, 0, 7) or (number == 7 and reads(weekday, 0, 0, 7))
    both = not day.startswith("*") and not weekday.startswith("*")
    on_date = (on_day or on_weekday) if both else (on_day and on_weekday)
    on_time = reads(minute, local.minute, 0, 59) and reads(hour, local.hour, 0, 23)
    return on_date and on_time and reads(month, local.month, 1, 12)


def told_slowly(spec: str, zone: str, begin: datetime, days: int) -> Iterator[int]:
    """Walks the zone's clock a minute at a time: fires what it shows, once; what it skips, next."""
    place = ZoneInfo(zone)
    minute = timedelta(minutes=1)
    shown = begin.astimezone(place).replace(tzinfo=None)
    for number in range(days * 1_440):
        at = begin + number * minute
        now = at.astimezone(place).replace(tzinfo=None)
        fires = False
        while shown <= now:  # the clock has reached a time it never showed before
            fires = fires or is_on(spec, shown)
            shown += minute
        if fires:
            yield int(at.timestamp()) * NS


CHANGES = [
    ("Europe/Berlin", "2024-03-31"),
    ("Europe/Berlin", "2024-10-27"),
    ("America/New_York", "2025-03-09"),
    ("America/New_York", "2025-11-02"),
    ("Australia/Lord_Howe", "2024-10-06"),  # half an hour
    ("Australia/Lord_Howe", "2025-04-06"),
    ("America/Sao_Paulo", "2018-11-04"),  # midnight is skipped
    ("America/Sao_Paulo", "2018-02-18"),  # the last hour of a day comes twice
    ("America/St_Johns", "2010-11-07"),  # from 00:01 back into the day before
    ("Africa/Cairo", "2024-04-26"),
    ("Pacific/Apia", "2011-12-30"),  # the whole day is skipped
    ("Asia/Kolkata", "2024-02-29"),
    ("UTC", "2023-12-31"),
]


def _spans(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.one_of(
        number.map(str),
        st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}"),
        st.tuples(number, number, st.integers(1, 9)).map(
            lambda parts: f"{min(parts[:2])}-{max(parts[:2])}/{parts[2] % (high - low) + 1}"
        ),
    )
    return st.lists(span, min_size=1, max_size=3).map(",".join)


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    some = _spans(low, high)
    return st.one_of(st.just("*"), st.integers(2, 5).map(lambda step: f"*/{step}"), some)


def specs() -> st.SearchStrategy[str]:
    fields = (_field(0, 59), _field(0, 23), _field(1, 31), _field(1, 12), _field(0, 7))
    return st.tuples(*fields).map(" ".join)


@settings(max_examples=60)
@given(spec=specs(), change=st.sampled_from(CHANGES), hours=st.integers(1, 40))
def test_any_schedule_fires_when_a_clock_read_minute_by_minute_says(
    spec: str, change: tuple[str, str], hours: int
) -> None:
    zone, date = change
    begin = datetime.fromisoformat(date).replace(tzinfo=UTC) - timedelta(hours=hours)
    expected = list(told_slowly(spec, zone, begin, 3))
    end = int(begin.timestamp() + 3 * 86_400) * NS
    at, seen = int(begin.timestamp()) * NS - 1, []
    for _ in range(len(expected) + 1):
        try:
            at = next_due(spec, zone, at)
        except ScheduleError:  # 30 February and its like
            break
        if at >= end:
            break
        seen.append(at)
    assert seen == expected


@pytest.mark.parametrize(("zone", "date"), CHANGES)
def test_every_minute_and_midnight_over_each_clock_change(zone: str, date: str) -> None:
    begin = datetime.fromisoformat(date).replace(tzinfo=UTC) - timedelta(hours=30)
    for spec in ("* * * * *", "*/20 0,2,23 * * *", "30 2 * * *", "0 0 * * *"):
        at = int(begin.timestamp()) * NS - 1
        for expected in told_slowly(spec, zone, begin, 3):
            at = next_due(spec, zone, at)
            assert at == expected, (spec, datetime.fromtimestamp(at // NS, UTC))


# ---- single sentences


def test_a_local_time_that_comes_twice_fires_once() -> None:
    first = "2024-10-27T02:30+02:00"
    assert due("30 2 * * *", "Europe/Berlin", "2024-10-27T00:00+02:00") == first
    assert due("30 2 * * *", "Europe/Berlin", first) == "2024-10-28T02:30+01:00"


def test_a_local_time_that_is_skipped_fires_at_the_next_instant() -> None:
    midnight = "2024-03-31T00:00+01:00"
    assert due("30 2 * * *", "Europe/Berlin", midnight) == "2024-03-31T03:00+02:00"
    assert due("30 2,3 * * *", "Europe/Berlin", "2024-03-31T03:00+02:00") == (
        "2024-03-31T03:30+02:00"
    )


def test_a_day_that_a_zone_skips_fires_at_the_next_ones_beginning() -> None:
    assert due("0 12 30 12 *", "Pacific/Apia", "2011-12-29T23:00-10:00") == (
        "2011-12-31T00:00+14:00"
    )


def test_the_next_time_is_after_the_given_one_not_at_it() -> None:
    assert due("0 9 * * *", "UTC", "2024-01-01T09:00+00:00") == "2024-01-02T09:00+00:00"
    assert next_due("0 9 * * *", "UTC", ns("2024-01-01T09:00+00:00") - 1) == (
        ns("2024-01-01T09:00+00:00")
    )


def test_day_and_weekday_both_restricted_mean_either() -> None:
    after = "2024-09-01T00:00+00:00"
    assert due("0 0 13 * fri", "UTC", after) == "2024-09-06T00:00+00:00"
    assert due("0 0 13 * *", "UTC", after) == "2024-09-13T00:00+00:00"
    # A star with a step is still a star to crontab: both must match.
    assert due("0 0 */5 * mon", "UTC", after) == "2024-09-16T00:00+00:00"


@pytest.mark.parametrize("sunday", ["0", "7", "sun", "SUN", "6-7/2,0"])
def test_sunday_has_two_numbers_and_a_name(sunday: str) -> None:
    on = parse_cron(f"0 0 * * {sunday}").weekdays
    assert 0 in on
    assert on <= {0, 6}


def test_names_stand_in_lists_and_ranges() -> None:
    cron = parse_cron("0 9 * jan-mar,Dec mon-fri")
    assert cron.months == {1, 2, 3, 12}
    assert cron.weekdays == {1, 2, 3, 4, 5}


def test_a_number_with_a_step_begins_there() -> None:
    assert parse_cron("5/20 * * * *").minutes == {5, 25, 45}


def test_leap_day_is_found_across_a_century_without_one() -> None:
    assert due("0 0 29 2 *", "UTC", "2097-01-01T00:00+00:00") == "2104-02-29T00:00+00:00"


def test_a_period_is_counted_from_1970_so_that_restarts_agree() -> None:
    five = 300_000 * 1_000_000
    assert next_due("every 300000", "UTC", 0) == five
    assert next_due("every 300000", "Mars/Nowhere", five - 1) == five
    assert next_due("every 300000", "UTC", five) == 2 * five


WRONG = [
    ("0 9 * *", "five: minute hour day month weekday"),
    ("60 * * * *", "'60' is no number from 0 to 59"),
    ("* 24 * * *", "from 0 to 23"),
    ("* * 0 * *", "from 1 to 31"),
    ("* * * 13 *", "from 1 to 12 or a name like feb"),
    ("* * * * 8", "from 0 to 7 or a name like mon"),
    ("* * * * funday", "'funday' is no number"),
    ("5-1 * * * *", "'5-1' runs backwards"),
    ("* * * * fri-sun", "Sunday is 7"),
    ("*/0 * * * *", "'0' is no number from 1"),
    ("1,,2 * * * *", "'' is no number"),
    ("-1 * * * *", "is no number"),
    ("*-5 * * * *", "'*' is no number"),
    ("1/ * * * *", "is no number"),
    ("² * * * *", "is no number"),
    ("9" * 5_000 + " * * * *", "is no number"),
    ("", "0 fields"),
    ("0 0 30 2 *", "never comes due"),
    ("0 0 31 4,6,9,11 *", "never comes due"),
    ("every ²", "is no period"),
    ("every 0", "is no period"),
    ("every -5", "is no period"),
    ("every five", "is no period"),
    ("every " + "9" * 5_000, "is no period"),
]


@pytest.mark.parametrize(("spec", "words"), WRONG)
def test_a_wrong_schedule_is_refused_in_words(spec: str, words: str) -> None:
    with pytest.raises(ScheduleError, match=words):
        next_due(spec, "UTC", 0)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "Europe", "a\0b"])
def test_a_zone_that_does_not_exist_is_refused_in_words(zone: str) -> None:
    with pytest.raises(ScheduleError, match="is no time zone"):
        next_due("0 0 * * *", zone, 0)


@given(spec=st.text(max_size=30))
def test_any_text_is_a_schedule_or_an_answer_in_words(spec: str) -> None:
    try:
        assert next_due(spec, "UTC", 0) > 0
    except ScheduleError as error:
        words = str(error)
    else:
        words = "."
    assert words.endswith(".")
