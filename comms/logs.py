"""One way to log: structured lines on stderr, with the process's name and whatever ids apply.

The runner puts each process's stderr into its own file of the run's folder.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

# For tracebacks in colour, which our lines never have, structlog loads rich where it is there:
# 8 MB and 30 ms in each of a unit's dozen processes.
_has_rich = "rich" in sys.modules
if not _has_rich:
    sys.modules["rich"] = None  # type: ignore[assignment]
import structlog  # noqa: E402

if not _has_rich:
    del sys.modules["rich"]


def configure_logging(process: str) -> None:
    """Call once at the start of a process. PATROL_LOG_LEVEL sets the level (default INFO)."""
    level = getattr(logging, os.environ.get("PATROL_LOG_LEVEL", "INFO").upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "process", "event"], drop_missing=True
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def get_logger(**ids: Any) -> Any:
    """A logger with ids bound to every line: `get_logger(task_id=...)`."""
    return structlog.get_logger(**ids)
