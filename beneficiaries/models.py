"""The register: users, households, people, cycles and their results."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.confirmed_ids.models import ConfirmedNationalId
from beneficiaries.cycles import latest
from beneficiaries.imports.models import AnnouncementRun, ImportEvent, ImportRun
from beneficiaries.querysets import PaymentLineQuerySet, PersonQuerySet, ResultQuerySet
from beneficiaries.statuses import (
    SETTLED_STATUSES,
    ChangeSource,
    PaymentStatus,
    Relation,
    ResultStatus,
)
from saudi.hijri import HijriDate
from saudi.models import FoldedText, HijriDateField

# Both are asked for by name: a check lets a comparison with NULL pass.
_ANNOUNCED_WITH_DEADLINE = Q(
    announced_on__isnull=False,
    filing_deadline__isnull=False,
    filing_deadline__gte=F("announced_on"),
)
_EXEMPTED_BEYOND_DEADLINE = Q(exempted_until__isnull=True) | Q(
    filing_deadline__isnull=False, exempted_until__gt=F("filing_deadline")
)


class User(AbstractUser):
    """Who is signed in: a member of staff, or a person of the register.

    A person's user is made at the first sign-in and never has a password or staff rights.
    """

    person = models.OneToOneField(
        "beneficiaries.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="user"
    )
    display_name = models.CharField(_("name"), max_length=150, blank=True)

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(is_staff=False, is_superuser=False),
                name="user_is_person_or_staff",
            )
        ]
        indexes = [
            # Staff are few among the people who signed in.
            models.Index(
                fields=["username"],
                name="user_staff",
                condition=Q(person__isnull=True, is_staff=True),
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.username


class Household(models.Model):
    """People who are supported together."""

    register_id = models.CharField(_("household number"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")

    def __str__(self) -> str:
        return self.register_id


class Person(models.Model):
    """A person of the register.

    `birth_date` is the Hijri date as the register has it, a literal that is compared and never
    converted (docs/adr/0003). `mobile_proved_at` is set when its owner proved the number by a
    code; an import of an older file then leaves it alone (DOMAIN 18).
    """

    national_id = models.CharField(_("national ID"), max_length=10, unique=True)
    full_name = models.CharField(_("full name"), max_length=150)
    folded_name = FoldedText("full_name")
    birth_date = HijriDateField(_("birth date (Hijri)"))
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="people", verbose_name=_("household")
    )
    relation = models.CharField(_("relation"), max_length=8, choices=Relation.choices)
    mobile = models.CharField(_("mobile"), max_length=16, blank=True)
    mobile_proved_at = models.DateTimeField(_("mobile proved"), null=True, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    iban = models.CharField(_("IBAN"), max_length=24, blank=True)
    language = models.CharField(
        _("language of messages"),
        max_length=2,
        default="ar",
        choices=[("ar", "العربية"), ("en", "English")],
    )
    register_as_of = models.DateField(_("register as of"))

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        permissions = [
            ("view_sensitive_reason", "Can see sensitive reasons of a result"),
            ("view_mobile", "Can see whole mobile numbers"),
            ("view_iban", "Can see whole IBANs"),
            ("import_register", "Can import the register and results"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(national_id__regex=r"^[12][0-9]{9}$"), name="person_national_id_form"
            ),
            models.CheckConstraint(
                condition=Q(mobile="") | Q(mobile__regex=r"^\+9665[0-9]{8}$"),
                name="person_mobile_form",
            ),
            models.CheckConstraint(
                condition=Q(iban="") | Q(iban__regex=r"^SA[0-9]{2}[0-9]{2}[0-9A-Z]{18}$"),
                name="person_iban_form",
            ),
            models.UniqueConstraint(
                fields=["household"], condition=Q(relation="head"), name="household_has_one_head"
            ),
        ]
        indexes = [
            models.Index(fields=["mobile"], name="person_mobile"),
            GinIndex(fields=["folded_name"], opclasses=["gin_trgm_ops"], name="person_name_words"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_head(self) -> bool:
        return self.relation == Relation.HEAD


class PersonChange(models.Model):
    """One value of the register that was changed: by whom, when, from what to what."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(_("field"), max_length=20)
    old_value = models.CharField(_("old value"), max_length=150, blank=True)
    new_value = models.CharField(_("new value"), max_length=150, blank=True)
    source = models.CharField(_("changed by"), max_length=8, choices=ChangeSource.choices)
    changed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")

    def __str__(self) -> str:
        return f"{self.field} of person {self.person_id}"


class Cycle(models.Model):
    """A month of the programme, `2026-11`.

    `announced_on` and `filing_deadline` are those of its first announcement: what the home page
    tells everybody without a look at millions of results. Each result keeps its own.
    `results_open_until` and `payments_open_until` are the last filing days that an extension of the
    whole cycle set, one of each track; empty without one (docs/adr/0022).
    """

    code = models.CharField(_("cycle"), max_length=7, unique=True)
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    filing_deadline = models.DateField(_("last filing day"), null=True, blank=True)
    results_open_until = models.DateField(_("results extended until"), null=True, blank=True)
    payments_open_until = models.DateField(_("payments extended until"), null=True, blank=True)

    class Meta:
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        ordering = ["-code"]
        permissions = [("announce_cycle", "Can announce the results of a cycle")]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^20[0-9]{2}-(0[1-9]|1[0-2])$"), name="cycle_code_form"
            ),
            models.CheckConstraint(
                condition=Q(announced_on__isnull=True, filing_deadline__isnull=True)
                | _ANNOUNCED_WITH_DEADLINE,
                name="cycle_deadline_with_announcement",
            ),
            models.CheckConstraint(
                condition=Q(results_open_until__isnull=True)
                | Q(results_open_until__gt=F("filing_deadline"), filing_deadline__isnull=False),
                name="cycle_extended_beyond_deadline",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def results_last_day(self) -> date | None:
        """The last day on which its results may be objected to, as its extension moved it."""
        return latest(self.filing_deadline, self.results_open_until)


class EligibilityResult(models.Model):
    """A person's result in a cycle: three lives in one row.

    Imported and waiting (`announced_on` empty): nobody sees it. Announced: `announced_on` is day
    0 of its window and `filing_deadline` the last filing day, both fixed then, so that a later
    policy cannot rewrite them; only an extension of the cycle or an exemption (`exempted_until`)
    gives more time, never less. Superseded: a corrected result was announced in its place; the
    row stays as history together with the objections against it.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="results")
    cycle = models.ForeignKey(
        Cycle,
        on_delete=models.PROTECT,
        related_name="results",
        db_index=False,  # result_cycle begins with it
    )
    status = models.CharField(_("result"), max_length=10, choices=ResultStatus.choices)
    reason_codes = ArrayField(
        models.CharField(max_length=30), verbose_name=_("reasons"), default=list, blank=True
    )
    entitlement_sar = models.DecimalField(
        _("entitlement in riyals"), max_digits=10, decimal_places=2, default=Decimal(0)
    )
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    filing_deadline = models.DateField(_("last filing day"), null=True, blank=True)
    superseded_on = models.DateField(_("replaced on"), null=True, blank=True)
    exempted_until = models.DateField(_("exempted until"), null=True, blank=True)
    announcement = models.BigIntegerField(null=True, blank=True)
    """The key of the run that announced it; empty for rows of before, below zero that of the
    correction that made it (docs/adr/0027). No foreign key: it is written for millions at once."""

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("eligibility result")
        verbose_name_plural = _("eligibility results")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "cycle"],
                condition=Q(announced_on__isnull=True),
                name="result_waiting_once",
            ),
            models.UniqueConstraint(
                fields=["person", "cycle"],
                condition=Q(announced_on__isnull=False, superseded_on__isnull=True),
                name="result_announced_once",
            ),
            models.CheckConstraint(
                condition=Q(announced_on__isnull=True, filing_deadline__isnull=True)
                | _ANNOUNCED_WITH_DEADLINE,
                name="result_deadline_with_announcement",
            ),
            models.CheckConstraint(
                condition=Q(superseded_on__isnull=True) | Q(announced_on__isnull=False),
                name="result_superseded_after_announcement",
            ),
            models.CheckConstraint(condition=Q(entitlement_sar__gte=0), name="result_amount"),
            models.CheckConstraint(condition=_EXEMPTED_BEYOND_DEADLINE, name="result_exempted"),
        ]
        indexes = [
            models.Index(fields=["person", "-cycle"], name="result_person_cycle"),
            models.Index(fields=["cycle", "id"], name="result_cycle"),
            models.Index(
                fields=["cycle"], name="result_waiting", condition=Q(announced_on__isnull=True)
            ),
            # The reminders of a last day: what can be contested, in the order of the round.
            models.Index(
                fields=["filing_deadline", "id"],
                name="result_closing",
                condition=Q(
                    status="ineligible", filing_deadline__isnull=False, superseded_on__isnull=True
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"result {self.pk}"

    @property
    def is_from_correction(self) -> bool:
        """True where a correction of many results put it in the place of another one."""
        return self.announcement is not None and self.announcement < 0

    @property
    def regular_last_day(self) -> date | None:
        """The last filing day of everybody: its own, or the cycle's where that was extended."""
        return latest(self.filing_deadline, self.cycle.results_open_until)

    @property
    def last_filing_day(self) -> date | None:
        """The last filing day of its person: the regular one, or that of an exemption."""
        return latest(self.regular_last_day, self.exempted_until)


class PaymentLine(models.Model):
    """A person's line of their household's payment in a cycle: the same lives as a result.

    `status` and `paid_on` are the household's, the same in each of its lines. Imported and waiting
    (`announced_on` empty): nobody sees it. Announced: `counted_from` is day 0 of its window, the
    deposit day, and `filing_deadline` the last filing day; both stay empty while more is to come
    (DOMAIN 1 and 2). Superseded: a corrected line was announced in its place; the row stays as
    history together with the objections against it.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="payments")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="payments")
    cycle = models.ForeignKey(
        Cycle,
        on_delete=models.PROTECT,
        related_name="payments",
        db_index=False,  # payment_cycle begins with it
    )
    status = models.CharField(_("payment"), max_length=10, choices=PaymentStatus.choices)
    entitled_sar = models.DecimalField(_("entitled to, in riyals"), max_digits=10, decimal_places=2)
    paid_sar = models.DecimalField(_("paid, in riyals"), max_digits=10, decimal_places=2)
    added_sar = models.DecimalField(
        _("added by corrections, in riyals"),
        max_digits=10,
        decimal_places=2,
        default=Decimal(0),
        db_default=Decimal(0),
    )
    """What corrections of many payments granted beside what was paid (docs/adr/0027). A line of a
    file has none: what it says was paid is all that came."""

    paid_on = models.DateField(_("deposit day"), null=True, blank=True)
    reason_codes = ArrayField(
        models.CharField(max_length=30), verbose_name=_("reasons"), default=list, blank=True
    )
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    counted_from = models.DateField(_("counted from"), null=True, blank=True)
    filing_deadline = models.DateField(_("last filing day"), null=True, blank=True)
    superseded_on = models.DateField(_("replaced on"), null=True, blank=True)
    exempted_until = models.DateField(_("exempted until"), null=True, blank=True)
    announcement = models.BigIntegerField(null=True, blank=True)
    """The key of the run that announced it; empty for rows of before, below zero that of the
    correction that made it (docs/adr/0027). No foreign key: it is written for millions at once."""

    objects = PaymentLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment line")
        verbose_name_plural = _("payment lines")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "cycle"],
                condition=Q(announced_on__isnull=True),
                name="payment_waiting_once",
            ),
            models.UniqueConstraint(
                fields=["person", "cycle"],
                condition=Q(announced_on__isnull=False, superseded_on__isnull=True),
                name="payment_announced_once",
            ),
            models.CheckConstraint(
                condition=Q(announced_on__isnull=True, filing_deadline__isnull=True)
                | Q(announced_on__isnull=False, filing_deadline__isnull=True)
                & ~Q(status__in=["none", "paid"])
                | Q(announced_on__isnull=False, filing_deadline__isnull=False)
                & Q(status__in=["none", "paid"]),
                name="payment_deadline_when_settled",
            ),
            models.CheckConstraint(
                condition=Q(counted_from__isnull=True, filing_deadline__isnull=True)
                | Q(
                    counted_from__isnull=False,
                    filing_deadline__isnull=False,
                    filing_deadline__gte=F("counted_from"),
                ),
                name="payment_deadline_after_day_0",
            ),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=False) | ~Q(status__in=["none", "paid"]),
                name="payment_settled_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(superseded_on__isnull=True) | Q(announced_on__isnull=False),
                name="payment_superseded_after_announcement",
            ),
            models.CheckConstraint(
                condition=Q(entitled_sar__gte=0, paid_sar__gte=0), name="payment_amounts"
            ),
            models.CheckConstraint(
                condition=Q(added_sar=0)
                | Q(added_sar__gt=0, announcement__isnull=False, announcement__lt=0),
                name="payment_added_by_a_correction",
            ),
            models.CheckConstraint(condition=_EXEMPTED_BEYOND_DEADLINE, name="payment_exempted"),
        ]
        indexes = [
            models.Index(fields=["person", "-cycle"], name="payment_person_cycle"),
            models.Index(fields=["cycle", "id"], name="payment_cycle"),
            models.Index(fields=["household", "-cycle"], name="payment_household_cycle"),
            models.Index(
                fields=["cycle"], name="payment_waiting", condition=Q(announced_on__isnull=True)
            ),
            # The first deposit day of a cycle, which back pay asks for of each month: also of one
            # in which nothing was paid, where any other way reads the whole table.
            models.Index(
                fields=["cycle", "paid_on"],
                name="payment_deposit_day",
                condition=Q(
                    announced_on__isnull=False,
                    superseded_on__isnull=True,
                    status__in=["none", "paid"],
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"payment line {self.pk}"

    @property
    def regular_last_day(self) -> date | None:
        """The last filing day of everybody: its own, or the cycle's where that was extended."""
        return latest(self.filing_deadline, self.cycle.payments_open_until)

    @property
    def last_filing_day(self) -> date | None:
        """The last filing day of its person: the regular one, or that of an exemption."""
        return latest(self.regular_last_day, self.exempted_until)

    @property
    def is_settled(self) -> bool:
        """True where nothing more is coming, so that what was paid can be judged."""
        return self.status in SETTLED_STATUSES

    @property
    def is_from_correction(self) -> bool:
        """True where a correction of many payments put it in the place of another one."""
        return self.announcement is not None and self.announcement < 0

    @property
    def granted_sar(self) -> Decimal:
        """What came, and what corrections added to it."""
        return self.paid_sar + self.added_sar

    @property
    def missing_sar(self) -> Decimal:
        """What was due and is not granted; nothing where as much came, or may still come."""
        if not self.is_settled:
            return Decimal(0)
        return max(self.entitled_sar - self.granted_sar, Decimal(0))

    @property
    def is_short(self) -> bool:
        """True where less is granted than was due, or nothing."""
        return self.granted_sar < self.entitled_sar or self.granted_sar == 0


__all__ = [
    "AnnouncementRun",
    "ConfirmedNationalId",
    "Cycle",
    "EligibilityResult",
    "HijriDate",
    "Household",
    "ImportEvent",
    "ImportRun",
    "PaymentLine",
    "Person",
    "PersonChange",
    "User",
]
