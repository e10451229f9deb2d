"""When an area of the air is in force: ED-269's `applicability`, as the national maps of such areas
give it out.

A period is permanent, or lasts from one moment to another, or comes back on days of the week, or
both of these. An area is in force while any of its periods is. Every time needs its offset from UTC
(`08:00+08:00`, `00:00Z`), so that nobody has to guess whose clock is meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from enum import IntEnum
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from comms.contracts.errors import ContractError

_DAY = timedelta(days=1)
#: An area that is never lifted for longer than this is told as closed without an end.
_AHEAD = timedelta(days=8)
_EXAMPLE = (
    '[{"schedule": [{"day": ["MON"], "startTime": "08:00+08:00", "endTime": "18:00+08:00"}]}]'
)


def in_words(moment: datetime) -> str:
    """To the minute, with its offset from UTC."""
    return f"{moment:%Y-%m-%d %H:%M %Z}"


class Weekday(IntEnum):
    """As `datetime.weekday()` counts."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6


def _days(raw: Any) -> tuple[Weekday, ...]:
    names = [
        str(day).strip().upper()[:3] for day in (raw if isinstance(raw, list | tuple) else [raw])
    ]
    if "ANY" in names:
        return tuple(Weekday)
    known = Weekday.__members__
    if not names or any(name not in known for name in names):
        raise ValueError(f"{raw!r} is not a list of days, like ['MON', 'TUE'] or ['ANY']")
    return tuple(known[name] for name in names)


def _clock(raw: Any) -> time:
    try:
        found = raw if isinstance(raw, time) else time.fromisoformat(str(raw).strip())
    except ValueError:
        raise ValueError(f"{raw!r} is not a time of day, like 08:00+08:00 or 00:00Z") from None
    if found.tzinfo is None:
        raise ValueError(f"{raw!r} does not say its offset from UTC, like 08:00+08:00 or 00:00Z")
    return found


class Daily(BaseModel):
    """Hours of some days. Those that end at or before their start last into the next day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: Annotated[tuple[Weekday, ...], BeforeValidator(_days)]
    start: Annotated[time, BeforeValidator(_clock)] = Field(alias="startTime")
    end: Annotated[time, BeforeValidator(_clock)] = Field(alias="endTime")

    @property
    def words(self) -> str:
        days = "" if len(self.day) == len(Weekday) else ", ".join(d.name.title() for d in self.day)
        return f"{days} {self.start:%H:%M}–{self.end:%H:%M} {self.start:%Z}".strip()

    def hours(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Each from and to that overlaps `since` to `until`."""
        date = since.astimezone(self.start.tzinfo).date() - _DAY
        last = until.astimezone(self.start.tzinfo).date()
        while date <= last:
            begins = datetime.combine(date, self.start)
            ends = datetime.combine(date, self.end)
            if ends <= begins:
                ends += _DAY
            if Weekday(date.weekday()) in self.day and begins < until and ends > since:
                yield begins, ends
            date += _DAY


class Period(BaseModel):
    """One entry of `applicability`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    permanent: bool = False
    start: AwareDatetime | None = Field(default=None, alias="startDateTime")
    end: AwareDatetime | None = Field(default=None, alias="endDateTime")
    schedule: Annotated[tuple[Daily, ...], BeforeValidator(lambda given: given or ())] = ()

    @model_validator(mode="after")
    def _says_when(self) -> Period:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("its endDateTime is not after its startDateTime")
        if not (self.permanent or self.start or self.end or self.schedule):
            raise ValueError("it says neither that it is permanent nor a time")
        return self

    @property
    def as_written(self) -> dict[str, Any]:
        """As ED-269 writes it."""
        raw = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        raw["permanent"] = "YES" if self.permanent else "NO"
        for daily, entry in zip(self.schedule, raw["schedule"], strict=True):
            entry["day"] = [day.name for day in daily.day]
        return raw

    @property
    def words(self) -> str:
        """For a person: days, hours and the dates that bound them."""
        parts = [daily.words for daily in self.schedule]
        if self.start is not None:
            parts.append(f"from {in_words(self.start)}")
        if self.end is not None:
            parts.append(f"until {in_words(self.end)}")
        return "" if self.permanent else " ".join(parts)

    def spans(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Each from and to, cut to `since` to `until`, in which it is in force."""
        if not self.permanent:
            since = max(since, self.start or since)
            until = min(until, self.end or until)
        if since >= until:
            return
        if self.permanent or not self.schedule:
            yield since, until
            return
        for daily in self.schedule:
            for begins, ends in daily.hours(since, until):
                yield max(begins, since), min(ends, until)


def periods_of(raw: Any) -> tuple[Period, ...]:
    """`applicability` as it stands in a file: a list, one entry, or either as a text (some map
    editors write lists so). Raises ContractError with what would be right."""
    if raw in (None, "", [], {}):
        return ()
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raise ContractError(f"applicability must be a list, like {_EXAMPLE}") from None
    entries = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(entry, dict) for entry in entries):
        raise ContractError(f"applicability must be a list, like {_EXAMPLE}")
    try:
        return tuple(Period.model_validate(entry) for entry in entries)
    except ValidationError as error:
        first = error.errors()[0]
        where = " ".join(["applicability", *(str(p) for p in first["loc"] if isinstance(p, str))])
        raise ContractError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None


def next_span(
    periods: Sequence[Period], since: datetime, until: datetime
) -> tuple[datetime, datetime | None] | None:
    """The first time between `since` and `until` in which one of `periods` is in force, to its own
    end, be that after `until`; the end is None when it does not come within a week. None: it is
    not in force. Without any period it always is."""
    if not periods:
        return since, None
    last = until + _AHEAD
    spans = sorted(span for period in periods for span in period.spans(since, last))
    if not spans or spans[0][0] >= until:
        return None
    begins, ends = spans[0]
    for start, end in spans[1:]:
        if start <= ends:
            ends = max(ends, end)
    return begins, (None if ends >= last else ends)


def in_force_at(periods: Sequence[Period], moment: datetime) -> bool:
    return next_span(periods, moment, moment + timedelta(seconds=1)) is not None
