"""Some people who chose e-mail, and what became of their mails: every state is there.

No mail server is asked. What arrived lies in the demonstration mailbox, at the instant at which it
would have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from beneficiaries.models import Person
from notifications.mail.mailbox import MailboxLine
from notifications.mail.models import Mail, MailAddress, MailboxMail
from notifications.mail.statuses import MailStatus
from notifications.mail.writing import write_mail
from notifications.statuses import CampaignStatus
from portal.demo.days import DemoDays

CHOOSING: Final = (2, 6, 20, 21, 22)
"""Households whose heads proved an address; the last one's works no more."""

PROVED_DAYS_AGO: Final = 200
_TAKES: Final = timedelta(seconds=4)
_LATER: Final = timedelta(days=1)


def choose_mail(heads: Sequence[Person], days: DemoDays) -> None:
    """Have these heads prove an address before anything is told."""
    if settings.EMAIL_BY != "mailbox":
        return
    MailAddress.objects.bulk_create(
        MailAddress(
            person_id=person.pk,
            address=f"beneficiary{person.pk}@example.com",
            proved_at=days.at(PROVED_DAYS_AGO),
        )
        for person in heads
    )


def mail_in_the_past(heads: Sequence[Person], *, now: datetime) -> int:
    """Deliver what was due, but for a few that failed in each way; give how many are due still."""
    due = Mail.objects.filter(status=MailStatus.QUEUED, not_before__lte=now).order_by("id")
    single = due.filter(campaign__isnull=True)
    if heads:
        _breaks(heads[-1])
    _ends(single, (MailStatus.UNCONFIRMED, MailStatus.EXPIRED, MailStatus.CANCELLED))
    due.filter(campaign__status=CampaignStatus.STOPPED).update(status=MailStatus.CANCELLED)
    newest = single.last()
    if newest is not None:  # put off by its server
        Mail.objects.filter(pk=newest.pk).update(
            not_before=now + _LATER, tries=2, error="450 4.2.0", expires_at=now + 2 * _LATER
        )
    arriving = due.exclude(campaign__status=CampaignStatus.PREPARED)
    _arrive(arriving.exclude(campaign__status=CampaignStatus.PAUSED))
    return due.count()


def _breaks(person: Person) -> None:
    """Let the newest mail of a person be refused for good: the address works no more."""
    newest = (
        Mail.objects.filter(person_id=person.pk, status=MailStatus.QUEUED).order_by("-id").first()
    )
    if newest is None:
        return
    Mail.objects.filter(pk=newest.pk).update(status=MailStatus.FAILED, error="550 5.1.1", tries=1)
    MailAddress.objects.filter(pk=person.pk).update(
        broken_at=newest.not_before + _TAKES, broken_reason="550 5.1.1"
    )


def _ends(mails: Iterable[Mail], statuses: Sequence[MailStatus]) -> None:
    """Leave one mail in each status, the newest first."""
    newest = sorted(mails, key=lambda mail: -mail.pk)[1:]
    for mail, status in zip(newest, statuses, strict=False):
        is_unknown = status == MailStatus.UNCONFIRMED
        Mail.objects.filter(pk=mail.pk).update(
            status=status, tries=int(is_unknown), error="timeout" if is_unknown else ""
        )


def _arrive(mails: Iterable[Mail]) -> None:
    line = MailboxLine()
    for mail in mails:
        at = mail.not_before + _TAKES
        line.send(mail.pk, write_mail(mail))
        MailboxMail.objects.filter(mail=mail).update(received_at=at)
        Mail.objects.filter(pk=mail.pk).update(
            status=MailStatus.SENT, sent_at=at, claimed_at=at, attempted_at=at, tries=1
        )
