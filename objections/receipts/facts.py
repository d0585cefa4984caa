"""What a receipt says, in the language of the page."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from documents.sizes import size_text
from notifications.programme import programme_values
from objections.contested import track_of
from objections.models import Objection
from objections.presenting import matter_of, title_of
from objections.presenting.files import need_name
from objections.receipts.codes import receipt_code
from objections.statuses import FilingChannel
from saudi.gregorian import format_both, format_time, riyadh_date, to_riyadh
from saudi.languages import page_language


@dataclass(frozen=True)
class ReceiptFile:
    """One document; `size` is in bytes as people read them, `sha256` its 64 hexadecimal digits,
    `need` what its sender said it is, empty where that would tell a sensitive reason.
    """

    name: str
    size: str
    received: str
    sha256: str
    need: str


@dataclass(frozen=True)
class Receipt:
    """The words of a receipt. `facts` are pairs of a label and what it says."""

    language: str
    programme: str
    title: str
    reference: str
    facts: tuple[tuple[str, str], ...]
    time: str
    files: tuple[ReceiptFile, ...]
    code: str
    labels: dict[str, str]
    is_demonstration: bool


def _how_it_came(objection: Objection) -> tuple[tuple[str, str], ...]:
    """Say so where it did not come online."""
    if objection.channel == FilingChannel.ONLINE:
        return ()
    return ((_("How it came"), str(FilingChannel(objection.channel).label)),)


def receipt_of(objection: Objection) -> Receipt:
    """Give the receipt of a submitted objection, with its documents as they are now.

    It names no reason: a receipt is shown to others, and a reason may be sensitive (DOMAIN 16).
    """
    language = page_language()
    assert objection.submitted_at is not None  # noqa: S101  # only what was submitted has a receipt
    received = to_riyadh(objection.submitted_at)
    values = programme_values(language)
    label = (
        _("Objection to a payment")
        if track_of(objection.contested) == "payment"
        else _("Objection to a result")
    )
    return Receipt(
        language=language,
        programme=values["programme"],
        title=title_of(objection.contested),
        reference=objection.reference or "",
        facts=(
            (label, matter_of(objection.contested)),
            (_("Objection for"), objection.person.full_name),
            (_("Filed by"), objection.filed_by.full_name),
            (_("Why do you object?"), str(objection.ground_text)),
            (_("The last day to object"), format_both(objection.deadline, language)),
            (_("Received"), format_both(riyadh_date(received), language)),
            *_how_it_came(objection),
            *_second_look(objection, language),
        ),
        time="–" if objection.channel == FilingChannel.PAPER else f"{received:%H:%M:%S}",
        files=tuple(
            ReceiptFile(
                name=link.document.name,
                size=size_text(link.document.size_bytes),
                received=_("%(day)s, %(time)s")
                % {
                    "day": format_both(riyadh_date(link.document.received_at), language),
                    "time": format_time(link.document.received_at, language),
                },
                sha256=link.document.sha256,
                need=need_name(link, may_see_sensitive=False),
            )
            for link in objection.documents.all()
        ),
        code=receipt_code(objection),
        labels={
            "receipt": _("Receipt"),
            "number": _("Objection number"),
            "time": _("Time, to the second"),
            "files": _("Your documents"),
            "fingerprint": _("File fingerprint (SHA-256)"),
            "code": _("Code of this receipt"),
            "check": _(
                "Whoever wants to know whether this receipt is genuine calls %(number)s with its"
                " number and its code."
            )
            % {"number": values["call_centre"]},
            "none": _("No document was sent."),
            "demonstration": _("A demonstration with made-up data. This is no official document."),
        },
        is_demonstration=settings.DEMO,
    )


def _second_look(objection: Objection, language: str) -> tuple[tuple[str, str], ...]:
    if objection.second_asked_at is None:
        return ()
    at = to_riyadh(objection.second_asked_at)
    text = _("%(day)s, %(time)s") % {
        "day": format_both(riyadh_date(at), language),
        "time": f"{at:%H:%M:%S}",
    }
    return ((_("Second look asked for"), text),)
