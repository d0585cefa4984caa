"""How a line of the log is written: ids, never personal data.

Nothing that is logged on purpose holds a person's number. This keeps out what comes along by
itself: the address of a page that was not found, and the row that PostgreSQL quotes in an error.
"""

from __future__ import annotations

import logging
import re
from typing import Final

_LONG_NUMBER: Final = re.compile(r"[0-9]{10,}")
"""A national ID, a mobile, a reference. Our own ids are shorter."""

_QUOTED_ROW: Final = re.compile(
    r"^(DETAIL|CONTEXT):.*?(?=\n\n(?:The above exception|During handling)|\Z)",
    re.DOTALL | re.MULTILINE,
)


class DiscreetFormatter(logging.Formatter):
    """Writes a line without long numbers and without the rows that database errors quote."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        return _LONG_NUMBER.sub("…", _QUOTED_ROW.sub(r"\1: …", super().format(record)))
