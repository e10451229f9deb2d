"""Times as people at the command centre read them: the clock on their wall, to the second."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def clock_time(stamp: datetime | Any) -> str:
    """`stamp` (UTC, or a protobuf time stamp) in the centre's own time zone; with the date when it
    is not today's.
    """
    at = stamp if isinstance(stamp, datetime) else stamp.ToDatetime(tzinfo=UTC)
    here = at.astimezone()
    today = datetime.now(UTC).astimezone().date()
    return here.strftime("%H:%M:%S" if here.date() == today else "%m-%d %H:%M:%S")
