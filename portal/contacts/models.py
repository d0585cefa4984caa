"""What came to a member of staff by phone, on X or by letter, and the problems that are known."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from objections.models import Objection
from portal.contacts.rules import REASON_CHARACTERS, TEXT_CHARACTERS
from portal.contacts.statuses import ContactChannel, ContactStep, KnownStep, Outcome
from sawtak.help.models import HelpWords
from sawtak.models import Ticket


class KnownProblem(models.Model):
    """A problem, its cause and its solution, kept as they were written for the next contact.

    The same three texts are one row, however often they helped; `uses` counts the contacts. One
    that is out of use is offered to nobody, and stays in the contacts that named it.
    """

    key = models.CharField(max_length=64, unique=True, editable=False)
    problem = models.CharField(_("problem"), max_length=TEXT_CHARACTERS)
    cause = models.CharField(_("cause"), max_length=TEXT_CHARACTERS, blank=True)
    solution = models.CharField(_("solution"), max_length=TEXT_CHARACTERS, blank=True)
    words = HelpWords("problem", "cause", "solution")
    uses = models.PositiveIntegerField(_("times used"), default=1)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("written"))
    is_active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta:
        verbose_name = _("known problem")
        verbose_name_plural = _("known problems")
        default_permissions = ("view",)
        permissions = [("withdraw_knownproblem", "Can take known problems out of use and back")]
        indexes = [
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="known_problem_words"),
        ]

    def __str__(self) -> str:
        return self.problem


class KnownProblemEvent(models.Model):
    """That a known problem was taken out of use or put back, and why. Never changed."""

    known = models.ForeignKey(KnownProblem, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(_("what happened"), max_length=9, choices=KnownStep.choices)
    reason = models.CharField(_("why"), max_length=REASON_CHARACTERS)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.step} of known problem {self.known_id}"


class Contact(models.Model):
    """One call, post or letter, from the moment a member of staff takes it.

    `person` is set once the three facts of the register were given, and empty for somebody of whom
    we do not know who they are. `ticket` and `objection` are what it touched last; its events name
    each. `received_on` is the stamp of a letter, `source` the post's address or its writer's name.
    """

    submission = models.UUIDField(unique=True, editable=False)
    channel = models.CharField(_("how it came"), max_length=8, choices=ContactChannel.choices)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("taken by"),
        db_index=False,  # contact_agent begins with it
    )
    person = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contacts",
        db_index=False,  # contact_person begins with it
    )
    source = models.CharField(_("where it was posted"), max_length=200, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )
    objection = models.ForeignKey(
        Objection, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )
    known = models.ForeignKey(
        KnownProblem, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        default_permissions = ("view",)
        permissions = [
            ("take_contact", "Can take calls, posts and letters"),
            ("end_contact", "Can end a contact that a colleague left open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="")
                | Q(ended_at__isnull=False) & ~Q(outcome=""),
                name="contact_ended_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(channel=ContactChannel.LETTER, received_on__isnull=False)
                | ~Q(channel=ContactChannel.LETTER) & Q(received_on__isnull=True),
                name="contact_letter_has_a_stamp",
            ),
        ]
        indexes = [
            # The list of contacts with each of its filters: see docs/adr/0011.
            models.Index(fields=["started_at", "id"], name="contact_began"),
            models.Index(fields=["agent", "started_at", "id"], name="contact_agent"),
            models.Index(fields=["outcome", "started_at", "id"], name="contact_outcome"),
            models.Index(fields=["channel", "started_at", "id"], name="contact_channel"),
            models.Index(
                fields=["person", "-id"],
                name="contact_person",
                condition=Q(person__isnull=False),
            ),
            models.Index(fields=["agent", "id"], name="contact_open", condition=Q(outcome="")),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"

    @property
    def is_open(self) -> bool:
        return not self.outcome


class ContactEvent(models.Model):
    """One step of a contact. Never changed, never deleted; a try that failed names nobody.

    `reason` is written by who ended the contact of a colleague.
    """

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(_("what happened"), max_length=12, choices=ContactStep.choices)
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    objection = models.ForeignKey(
        Objection, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("why"), max_length=REASON_CHARACTERS, blank=True, db_default="")

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        default_permissions = ("view",)
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.step} of contact {self.contact_id}"
