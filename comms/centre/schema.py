"""The tables of the command centre's store.

What came from a unit is kept as the bytes of its patrol/v1 message, beside the few columns that are
asked for; so a field that a newer unit sends survives in the store of an older centre. Pictures lie
in a table of their own: lists and maps never read them. Times are microseconds since 1970, UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    text,
)

SCHEMA_VERSION = 1

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

units = Table(
    "units",
    metadata,
    Column("unit_id", String, primary_key=True),
    Column("site_id", String, nullable=False),
    Column("beat_ids", String, nullable=False),  # JSON list
    Column("last_word_us", BigInteger),
    Column("telemetry", LargeBinary, nullable=False),  # Telemetry: the vehicles' last states
)

#: How far each outbox of each unit is stored: what makes a repeat of a record change nothing.
outboxes = Table(
    "outboxes",
    metadata,
    Column("unit_id", String),
    Column("outbox_id", String),
    Column("stored_seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("unit_id", "outbox_id"),
)

findings = Table(
    "findings",
    metadata,
    Column("unit_id", String),
    Column("finding_id", String),
    Column("revision", Integer),
    Column("stored_us", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # Finding, without picture
    PrimaryKeyConstraint("unit_id", "finding_id", "revision"),
)

#: The newest revision of each finding.
finding_heads = Table(
    "finding_heads",
    metadata,
    Column("unit_id", String),
    Column("finding_id", String),
    Column("revision", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("last_seen_us", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("unit_id", "finding_id"),
    Index("finding_heads_recent", "last_seen_us"),
    Index("finding_heads_live", "live", "last_seen_us"),
)

pictures = Table(
    "pictures",
    metadata,
    Column("unit_id", String),
    Column("finding_id", String),
    Column("revision", Integer),
    Column("jpeg", LargeBinary, nullable=False),
    PrimaryKeyConstraint("unit_id", "finding_id", "revision"),
    Index("pictures_by_finding", "finding_id", "revision"),
)

visits = Table(
    "visits",
    metadata,
    Column("unit_id", String),
    Column("visit_id", String),
    Column("task_id", String, nullable=False),
    Column("arrived_us", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # CheckpointVisit, without picture
    Column("picture", LargeBinary, nullable=False),
    PrimaryKeyConstraint("unit_id", "visit_id"),
    Index("visits_by_task", "task_id"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("task_id", String, nullable=False, unique=True),
    Column("unit_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("deadline_us", BigInteger),
    Column("receipt", Boolean, nullable=False),  # the unit has it on its disk
    Column("wanted", String, nullable=False),  # "", "cancel", "pause" or "resume"
    Column("wanted_by", String, nullable=False),
    Column("wanted_why", String, nullable=False),
    Column("body", LargeBinary, nullable=False),  # Task
    Column("latest", LargeBinary, nullable=False),  # TaskUpdate
    Index("tasks_open", "open", "unit_id"),
)

#: Every change of a task's state: who, when, why. Progress within a state is in tasks.latest only.
task_history = Table(
    "task_history",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("task_id", String, nullable=False),
    Column("body", LargeBinary, nullable=False),  # TaskUpdate
    Index("task_history_by_task", "task_id"),
)

stops = Table(
    "stops",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("stop_id", String, nullable=False),
    Column("unit_id", String, nullable=False),
    Column("engage", Boolean, nullable=False),
    Column("actor", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("effective", Boolean, nullable=False),
    Column("detail", String, nullable=False),
    Index("stops_by_unit", "unit_id", "number"),
)

#: Records that made no sense here (a newer unit's, a broken one's): kept, and acknowledged, so that
#: one of them cannot hold up everything behind it.
refused = Table(
    "refused",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("unit_id", String, nullable=False),
    Column("outbox_id", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("why", String, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

NEWEST_FIRST = text("number DESC")
