"""What a process keeps of a small table that staff keep up, such as the reasons of decisions.

It is read at most once in KEPT_SECONDS. A change is on every page within that time; in the process
of whoever made it, at once, where that calls `forget`. For nothing that is somebody's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Final, Generic, TypeVar

from django.db import transaction

KEPT_SECONDS: Final = 15

Rows = TypeVar("Rows")


class Kept(Generic[Rows]):
    """What `read` gave last, until it is too old or was forgotten."""

    _all: ClassVar[list[Kept[object]]] = []

    def __init__(self, read: Callable[[], Rows]) -> None:
        self._read = read
        self._known: tuple[Rows, float] | None = None
        Kept._all.append(self)  # type: ignore[arg-type]

    def rows(self) -> Rows:
        """Give what is known, read anew where it is older than KEPT_SECONDS."""
        known, now = self._known, time.monotonic()
        if known is None or now >= known[1]:
            known = self._known = (self._read(), now + KEPT_SECONDS)
        return known[0]

    def forget(self) -> None:
        """Read anew from now on: some rows were written.

        And once more after the commit: another thread may read the old rows until then.
        """
        self._known = None
        transaction.on_commit(self._drop)

    def _drop(self) -> None:
        self._known = None

    @classmethod
    def forget_all(cls) -> None:
        """Forget what is kept of every table."""
        for each in cls._all:
            each._drop()
