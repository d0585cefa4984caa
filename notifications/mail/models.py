"""The addresses that people proved, the mails that are owed to them, and the mail server's rest."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.mail.addresses import ADDRESS_LENGTH
from notifications.mail.statuses import MailStatus

CODE_TEMPLATE = "email_code"
"""The mail with the code that proves an address: the first to leave, and blanked afterwards."""

LAST_NOTICE = "email_changed"
"""The notice that another address takes this one's place: the last that goes to it."""

TO_ANY_ADDRESS = (CODE_TEMPLATE, LAST_NOTICE)
"""Mails that leave although the address is not, or no more, its person's."""


class MailAddress(models.Model):
    """A person's proved address: one at most. Who takes it away has no row.

    `person_id` is the key of a person in the register, which this app does not know.
    """

    person_id = models.BigIntegerField(primary_key=True)
    address = models.CharField(_("e-mail address"), max_length=ADDRESS_LENGTH)
    proved_at = models.DateTimeField(_("proved"))
    broken_at = models.DateTimeField(_("not working since"), null=True, blank=True)
    """When a mail server said for good that nobody has this address. Proving it again ends it."""
    broken_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("e-mail address")
        verbose_name_plural = _("e-mail addresses")

    def __str__(self) -> str:
        return f"e-mail address of person {self.person_id}"


class Mail(models.Model):
    """An e-mail that is owed to a person: the queue of record. Once for an event and a person."""

    event = models.CharField(_("event"), max_length=80)
    person_id = models.BigIntegerField()
    address = models.CharField(_("e-mail address"), max_length=ADDRESS_LENGTH)
    template = models.CharField(_("template"), max_length=40)
    language = models.CharField(_("language"), max_length=2)
    subject = models.CharField(_("subject"), max_length=150)
    body = models.TextField(_("text"))
    status = models.CharField(
        _("status"), max_length=12, choices=MailStatus.choices, default=MailStatus.QUEUED
    )
    campaign = models.ForeignKey(
        "notifications.Campaign",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="mails",
        db_index=False,  # mail_due_of_campaign begins with it
    )
    queued_at = models.DateTimeField(_("queued"))
    not_before = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("worthless after"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    """The claim's token; it stays until the next claim."""
    attempted_at = models.DateTimeField(null=True, blank=True)
    """Set before the mail server is spoken to of this mail, and taken back where it has not got
    it: a mail with this and without an outcome is never sent again."""
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(pgettext_lazy("e-mail", "sent"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=80, blank=True)
    uuid = models.UUIDField(default=uuid4, editable=False)
    """Of its Message-ID, the same at each try."""

    class Meta:
        verbose_name = pgettext_lazy("one e-mail", "e-mail")
        verbose_name_plural = _("e-mails")
        constraints = [
            models.UniqueConstraint(fields=["event", "person_id"], name="mail_told_once")
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                name="mail_due",
                condition=Q(status="queued", campaign__isnull=True),
            ),
            # Somebody waits for a code: it leaves before all else.
            models.Index(
                fields=["not_before", "id"],
                name="mail_due_code",
                condition=Q(status="queued", template=CODE_TEMPLATE),
            ),
            models.Index(
                fields=["campaign", "not_before", "id"],
                name="mail_due_of_campaign",
                condition=Q(status="queued", campaign__isnull=False),
            ),
            models.Index(
                fields=["claimed_at"], name="mail_in_flight", condition=Q(status="sending")
            ),
            models.Index(fields=["status", "id"], name="mail_status"),
            models.Index(fields=["person_id", "-id"], name="mail_person"),
        ]

    def __str__(self) -> str:
        return f"{self.event} ({self.status})"


class MailServerRest(models.Model):
    """What all workers know of a mail server that fails: until when it is left alone. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    rest_until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("rest of the mail server")
        verbose_name_plural = _("rests of the mail server")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_mail_server")]

    def __str__(self) -> str:
        return f"{self.failures} failures"


class MailboxMail(models.Model):
    """What the demonstration mailbox received, as a mail program would get it."""

    mail = models.OneToOneField(Mail, on_delete=models.CASCADE, related_name="in_mailbox")
    address = models.CharField(max_length=ADDRESS_LENGTH)
    sender = models.CharField(max_length=320)
    subject = models.CharField(max_length=150)
    text = models.TextField()
    html = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mail in the demonstration mailbox")
        verbose_name_plural = _("mails in the demonstration mailbox")
        indexes = [models.Index(fields=["address", "-id"], name="mailbox_address")]

    def __str__(self) -> str:
        return f"mailbox mail {self.pk}"
