"""The wording that counts now, read by every process at most twice a minute.

`queue_message` asks for a wording with each message and must stay one statement. So a process
keeps what counts and reads it again after `REFRESH_SECONDS`: an approved wording is in every
message half a minute later. The read is one statement over an index that has only what was
approved; the numbers of its rows are the stamp, and only when they differ is a wording checked.

The catalogue is the law: a wording that no longer fits its template, after a release or with
another programme name, is passed over and the catalogue's own counts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import Error, transaction
from django.db.models import QuerySet

from notifications.catalogue import TEMPLATES, Template, template_of
from notifications.programme import programme_values
from notifications.texts.models import Decision, SmsText
from notifications.texts.rules import LANGUAGES, faults_of, with_texts

__all__ = [
    "REFRESH_SECONDS",
    "forget_wordings",
    "in_force",
    "is_fit",
    "known_wording",
    "wording_of",
]

logger = logging.getLogger(__name__)

REFRESH_SECONDS: Final = 30
_FIRST_READ_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Wordings:
    """What counts, by key, and the stamp it was read with."""

    stamp: frozenset[int] = frozenset()
    templates: Mapping[str, Template] = field(default_factory=dict)


class _Known:
    """What this process read last, and when it looks again."""

    wordings: _Wordings = _Wordings()
    next_read: float | None = None
    lock = threading.Lock()


def wording_of(key: str) -> Template:
    """Give the template of a key with the wording that counts. Raises UnknownTemplate.

    One thread reads while the others go on with what is known; only the first read of a process
    is waited for. When the read fails the last known wording is given, at first the catalogue's,
    and the next read is `REFRESH_SECONDS` later. Inside a transaction the read has a savepoint:
    its failure does not undo the change that the message reports.
    """
    default = template_of(key)
    now = time.monotonic()
    due = _Known.next_read
    if due is None or now >= due:
        waits = _FIRST_READ_SECONDS if due is None else 0
        if _Known.lock.acquire(timeout=waits):
            try:
                if _Known.next_read == due:
                    _Known.next_read = now + REFRESH_SECONDS
                    _refresh()
            finally:
                _Known.lock.release()
    return _Known.wordings.templates.get(key, default)


def known_wording(key: str) -> Template:
    """Give the wording as this process knows it, without looking. Raises UnknownTemplate."""
    return _Known.wordings.templates.get(key, template_of(key))


def forget_wordings() -> None:
    """Read again at the next message: for whoever has just changed what counts."""
    _Known.next_read = 0.0


def in_force() -> QuerySet[SmsText]:
    """Give the newest approved row of each template."""
    approved = SmsText.objects.filter(decision=Decision.APPROVED)
    return approved.order_by("template", "-id").distinct("template")


def is_fit(row: SmsText) -> bool:
    """Tell whether an approved wording still fits its template."""
    template = TEMPLATES.get(row.template)
    return template is not None and not any(
        faults_of(template, language, row.texts[language], programme_values(language))
        for language in LANGUAGES
    )


def _refresh() -> None:
    try:
        with transaction.atomic():
            rows = _read()
    except Error:
        logger.warning("the wordings of the SMS could not be read; the last known ones are used")
        return
    stamp = frozenset(row.pk for row in rows)
    if stamp != _Known.wordings.stamp:
        _Known.wordings = _Wordings(stamp, _fitting(rows))


def _read() -> list[SmsText]:
    return list(in_force())


def _fitting(rows: Iterable[SmsText]) -> dict[str, Template]:
    fitting = {}
    for row in rows:
        if row.is_default:
            continue
        if is_fit(row):
            fitting[row.template] = with_texts(template_of(row.template), row.texts)
        else:
            logger.error("SMS wording %d no longer fits; the catalogue's own is used", row.pk)
    return fitting
