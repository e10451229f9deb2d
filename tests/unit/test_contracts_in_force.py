"""ED-269's times of an area: in force or not, until when, and what is wrong with bad ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comms.contracts.errors import ContractError
from comms.contracts.in_force import in_force_at, next_span, periods_of

FRIDAY = datetime(2026, 11, 27, tzinfo=UTC)  # 08:00 in China
HOUR = timedelta(hours=1)
OFFICE = {
    "permanent": "NO",
    "schedule": [
        {
            "day": ["MON", "TUE", "WED", "THU", "FRI"],
            "startTime": "09:00:00+08:00",
            "endTime": "18:00:00+08:00",
        }
    ],
}


@pytest.mark.parametrize(
    ("given", "hours", "expected"),
    [
        ({"permanent": "YES"}, (0, 24, 48), (True, True, True)),
        (  # as some countries' files have it
            {"permanent": "YES", "startDateTime": None, "endDateTime": None, "schedule": None},
            (0, 24),
            (True, True),
        ),
        (OFFICE, (0.9, 1, 9.9, 10, 25), (False, True, True, False, False)),  # hours of UTC
        (
            {"startDateTime": "2026-11-27T02:00:00Z", "endDateTime": "2026-11-27T12:00:00+08:00"},
            (1.9, 2, 3.9, 4),
            (False, True, True, False),
        ),
        ({"endDateTime": "2026-11-27T05:00:00Z"}, (-999, 4.9, 5), (True, True, False)),
        (
            {**OFFICE, "startDateTime": "2026-11-27T05:00:00Z"},
            (2, 5, 10, 73),
            (False, True, False, True),
        ),
        (  # over midnight: Friday 22:00 to Saturday 06:00 UTC
            {"schedule": [{"day": ["FRI"], "startTime": "22:00Z", "endTime": "06:00Z"}]},
            (5, 21.9, 22, 29.9, 30),
            (False, False, True, True, False),
        ),
        (
            {"schedule": [{"day": "ANY", "startTime": "00:00Z", "endTime": "00:00Z"}]},
            (0, 12, 23.99),
            (True, True, True),
        ),
    ],
)
def test_when_it_is_in_force(given: Any, hours: tuple[float, ...], expected: Any) -> None:
    periods = periods_of([given])
    found = tuple(in_force_at(periods, FRIDAY + h * HOUR) for h in hours)
    assert found == expected
    again = periods_of(json.dumps([period.as_written for period in periods]))
    assert again == periods


def test_the_next_time_is_told_to_its_end_and_what_follows_at_once_belongs_to_it() -> None:
    forenoon, afternoon = (
        {"startDateTime": f"2026-11-27T{a}:00:00Z", "endDateTime": f"2026-11-27T{b}:00:00Z"}
        for a, b in (("03", "05"), ("05", "07"))
    )
    periods = periods_of([afternoon, forenoon])
    assert next_span(periods, FRIDAY, FRIDAY + HOUR) is None
    assert next_span(periods, FRIDAY, FRIDAY + 4 * HOUR) == (FRIDAY + 3 * HOUR, FRIDAY + 7 * HOUR)
    at = FRIDAY + 4 * HOUR
    assert next_span(periods, at, at + HOUR) == (at, FRIDAY + 7 * HOUR)
    assert next_span((), at, at + HOUR) == (at, None)
    assert next_span(periods_of({"permanent": "YES"}), at, at + HOUR) == (at, None)


def test_the_words_say_days_hours_and_dates() -> None:
    (office,) = periods_of(OFFICE)
    assert office.words == "Mon, Tue, Wed, Thu, Fri 09:00–18:00 UTC+08:00"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("Mondays", "must be a list"),
        ([3], "must be a list"),
        ([{}], "neither that it is permanent nor a time"),
        ([{"startDateTime": "2026-11-27T02:00:00"}], "startDateTime"),
        ([{"startDateTime": "2026-11-27T02:00Z", "endDateTime": "2026-11-27T02:00Z"}], "not after"),
        ([{"schedule": [{"day": ["XMAS"], "startTime": "1:00Z", "endTime": "2:00Z"}]}], "days"),
        (
            [{"schedule": [{"day": "MON", "startTime": "08:00", "endTime": "09:00Z"}]}],
            "offset from UTC",
        ),
        (
            [{"schedule": [{"day": "MON", "startTime": "SUNRISE", "endTime": "09:00Z"}]}],
            "'SUNRISE' is not a time of day",
        ),
        ([{"permanant": "YES"}], "permanant"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(given: Any, words: str) -> None:
    with pytest.raises(ContractError, match=words) as told:
        periods_of(given)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_without_times_it_always_is(nothing: Any) -> None:
    assert periods_of(nothing) == ()
    assert in_force_at((), FRIDAY)
