"""Tickets and their conversation."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from documents.models import Document
from saudi.models import FoldedText, HijriDateField
from sawtak.answering.models import ReplyTemplate, TicketLink, TicketNote
from sawtak.bulk.models import BulkAnswer, BulkAnswerTicket
from sawtak.help.models import HelpArticle
from sawtak.querysets import TicketQuerySet
from sawtak.statuses import TicketAct, TicketStatus
from sawtak.ticket_types.models import CODE_CHARACTERS, Category, TicketType
from sawtak.ticket_types.selectors import is_sensitive_type, type_name


class Channel(models.TextChoices):
    """How a ticket came in."""

    WEB = "web", _("the portal")
    CONTACT = "contact", _("the contact form")
    PHONE = "phone", _("by phone")
    LETTER = "letter", _("by letter")
    X = "x", _("on X")


class IdentityMatch(models.TextChoices):
    """Whether what was typed is one person of the register. Shown to staff only (DOMAIN 9)."""

    FULL = "full", _("matches the register")
    PARTIAL = "partial", _("differs from the register")
    NONE = "none", _("not in the register")


class Ticket(models.Model):
    """A صوتك مسموع request. The sender is whoever proves the mobile, not who was named."""

    reference = models.CharField(_("reference"), max_length=10, unique=True)
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    channel = models.CharField(
        _("channel"), max_length=8, choices=Channel.choices, default=Channel.WEB
    )
    category = models.CharField(_("type"), max_length=CODE_CHARACTERS)
    """The code of a `TicketType`."""

    subject = models.CharField(_("subject"), max_length=120, blank=True)
    full_name = models.CharField(_("name"), max_length=150)
    folded_name = FoldedText("full_name")
    mobile = models.CharField(_("mobile"), max_length=16)
    national_id = models.CharField(_("national ID"), max_length=10, blank=True)
    birth_date = HijriDateField(_("birth date (Hijri)"), null=True, blank=True)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets"
    )
    identity_match = models.CharField(
        _("identity"), max_length=8, choices=IdentityMatch.choices, default=IdentityMatch.NONE
    )
    status = models.CharField(
        _("status"), max_length=16, choices=TicketStatus.choices, default=TicketStatus.NEW
    )
    language = models.CharField(_("language"), max_length=2, default="ar")
    received_at = models.DateTimeField(_("received"))
    changed_at = models.DateTimeField(_("last change"))
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("assigned to"),
        db_index=False,  # ticket_mine begins with it
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
        verbose_name=_("joined with"),
        db_index=False,  # ticket_merged
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        permissions = [
            ("take_ticket", "Can take a ticket"),
            ("answer_ticket", "Can answer a ticket and ask its sender"),
            ("close_ticket", "Can close a ticket"),
            ("assign_ticket", "Can hand over a ticket that somebody else has"),
            ("join_ticket", "Can link, join and split tickets"),
            ("answer_many_tickets", "Can answer many tickets at once"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reference__regex=r"^7[0-9]{9}$"), name="ticket_reference_form"
            ),
            models.CheckConstraint(
                condition=Q(mobile__regex=r"^\+9665[0-9]{8}$"), name="ticket_mobile_form"
            ),
            models.CheckConstraint(
                condition=Q(national_id="") | Q(national_id__regex=r"^[12][0-9]{9}$"),
                name="ticket_national_id_form",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(status="closed"), name="ticket_merged_is_closed"
            ),
        ]
        indexes = [
            # The lists of staff, each in its order: see docs/adr/0011.
            models.Index(fields=["status", "received_at", "id"], name="ticket_queue"),
            models.Index(
                fields=["received_at", "id"],
                name="ticket_waiting",
                condition=Q(status__in=["new", "in_progress", "awaiting_citizen"]),
            ),
            models.Index(
                fields=["received_at", "id"],
                name="ticket_nobodys",
                condition=Q(
                    assigned_to__isnull=True,
                    status__in=["new", "in_progress", "awaiting_citizen"],
                ),
            ),
            models.Index(fields=["received_at", "id"], name="ticket_received"),
            models.Index(
                fields=["assigned_to", "status", "received_at", "id"],
                name="ticket_mine_by_status",
                condition=Q(assigned_to__isnull=False),
            ),
            models.Index(
                fields=["assigned_to", "received_at", "id"],
                name="ticket_mine",
                condition=Q(assigned_to__isnull=False),
            ),
            models.Index(fields=["category", "received_at", "id"], name="ticket_of_type"),
            models.Index(
                fields=["channel", "received_at", "id"],
                name="ticket_of_channel",
                condition=~Q(channel="web"),  # most are: ticket_received has them
            ),
            models.Index(fields=["national_id"], name="ticket_national_id"),
            models.Index(fields=["mobile"], name="ticket_mobile"),
            models.Index(
                fields=["merged_into"],
                name="ticket_merged",
                condition=Q(merged_into__isnull=False),
            ),
            GinIndex(fields=["folded_name"], opclasses=["gin_trgm_ops"], name="ticket_name_words"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_category_display(self) -> str:
        """Name the type in the language of the page."""
        return type_name(self.category)

    @property
    def public_title(self) -> str:
        """What the ticket is called before its mobile is proved: a sensitive type is not named."""
        return (
            gettext("A request") if is_sensitive_type(self.category) else type_name(self.category)
        )


class TicketMessage(models.Model):
    """One turn of the conversation, by the sender (`author` empty) or by staff.

    `channel` says how the sender's words came where staff wrote them down; empty for what was
    written here.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField(_("text"))
    channel = models.CharField(
        _("channel"), max_length=8, choices=Channel.choices, blank=True, default="", db_default=""
    )
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("message of a ticket")
        verbose_name_plural = _("messages of tickets")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"message {self.pk} of ticket {self.ticket_id}"


class TicketAttachment(models.Model):
    """A file that came with a message; `refusal_told_at` is when a refused one was settled."""

    message = models.ForeignKey(TicketMessage, on_delete=models.PROTECT, related_name="attachments")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="of_ticket")
    refusal_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return f"attachment {self.pk}"


class TicketRating(models.Model):
    """What the sender thinks of how a ticket was answered: once, and never changed."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="rating")
    stars = models.PositiveSmallIntegerField(_("stars, 1 to 5"))
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    rated_at = models.DateTimeField(_("rated"))

    class Meta:
        verbose_name = _("rating of a ticket")
        verbose_name_plural = _("ratings of tickets")
        constraints = [
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="ticket_rating_stars")
        ]

    def __str__(self) -> str:
        return f"{self.stars} of 5 for ticket {self.ticket_id}"


class TicketRepeat(models.Model):
    """The same request, sent again while it was open: it joined its ticket (docs/adr/0035).

    Never changed, never deleted. Files that came with it are a turn of the conversation.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="repeats")
    submission_key = models.CharField(max_length=64, unique=True, editable=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    sent_at = models.DateTimeField(_("sent again"))

    class Meta:
        verbose_name = _("repeat of a ticket")
        verbose_name_plural = _("repeats of tickets")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"repeat {self.pk} of ticket {self.ticket_id}"


class TicketEvent(models.Model):
    """One row of a ticket's history. Never changed, never deleted.

    A step goes to another status; what else was done, and an attempt that was refused, stay in one
    (`from_status` is `to_status`), so that neither the sender's timeline nor a figure counts them.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    from_status = models.CharField(max_length=16, choices=TicketStatus.choices, blank=True)
    to_status = models.CharField(max_length=16, choices=TicketStatus.choices)
    kind = models.CharField(
        max_length=16, choices=TicketAct.choices, default=TicketAct.MOVED, db_default="moved"
    )
    is_refused = models.BooleanField(default=False, db_default=False)
    other = models.ForeignKey(
        Ticket,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.to_status} of ticket {self.ticket_id}"


__all__ = [
    "BulkAnswer",
    "BulkAnswerTicket",
    "Category",
    "Channel",
    "HelpArticle",
    "IdentityMatch",
    "ReplyTemplate",
    "Ticket",
    "TicketAttachment",
    "TicketEvent",
    "TicketLink",
    "TicketMessage",
    "TicketNote",
    "TicketRepeat",
    "TicketType",
]
