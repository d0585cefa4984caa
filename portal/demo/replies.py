"""What people wrote back to our number: a stop, its end, and the number of a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from beneficiaries.models import Person
from notifications.replies import Reply
from objections.models import Objection
from portal.replies import answer_reply

_ARABIC_INDIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
ASKED: Final = timedelta(days=3)


def write_back(heads: Sequence[Person], *, now: datetime) -> None:
    """Let the first stop, the second stop and start again, and a filer ask for their status."""
    texts: list[tuple[str, str]] = [
        *((person.mobile, "إيقاف") for person in heads[:2]),
        *((person.mobile, "ابدأ") for person in heads[1:2]),
    ]
    asking = (
        Objection.objects.exclude(reference=None)
        .exclude(filed_by__mobile="")
        .select_related("filed_by")
        .order_by("id")
        .first()
    )
    if asking is not None:
        number = str(asking.reference).translate(_ARABIC_INDIC)
        texts.append((asking.filed_by.mobile, number))
    for nth, (sender, text) in enumerate(texts):
        at = now - ASKED + timedelta(minutes=10 * nth)
        answer_reply(Reply("twilio", f"SM{nth:032x}", sender, text, at))
