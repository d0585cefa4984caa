"""A person in the staff site: their file, household, results, payments, objections, tickets."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.beside import rows_beside, with_moment
from access.cells import day_cell, masked_mobile_cell, mobile_cell, number_cell, two_lines
from access.searches import SearchColumns, read_number
from beneficiaries.admin import (
    SEE_SENSITIVE,
    paid_cell,
    payment_tag,
    reasons_text,
    result_tag,
)
from beneficiaries.confirmed_ids.services import is_confirmed, needs_confirmation
from beneficiaries.cycles import cycle_name
from beneficiaries.models import (
    ConfirmedNationalId,
    EligibilityResult,
    PaymentLine,
    Person,
    PersonChange,
)
from beneficiaries.statuses import ChangeSource, Relation
from notifications.mail.addresses import mask_address
from notifications.mail.models import Mail, MailAddress
from notifications.mail.outbox import is_on
from notifications.models import DoubtfulNumber, StoppedNumber, StopWord
from notifications.stops import SHOWN_WORDS
from objections.blind import hidden_cases
from objections.models import LateAttempt, Objection
from portal.admin.mails import mail_tag
from portal.admin.person_page import KeptOfPerson
from portal.calls.models import CallTask
from portal.masks import SEE_IBANS, SEE_MOBILES, MaskedNumbers, shown_value
from portal.people.selectors import flags_beside
from portal.templatetags.staff_ui import changed_field, changed_value
from saudi.banks import bank_of
from saudi.gregorian import riyadh_today
from saudi.hijri import format_hijri
from saudi.iban import group_iban, mask_iban
from saudi.languages import page_language
from sawtak.models import Ticket

SHOWN_ROWS = 12
"""Of each kind on a person's page: a year of cycles."""

SHOWN_MAILS = 6


@admin.register(Person)
class PersonAdmin(MaskedNumbers, KeptOfPerson):
    """People of the register, found by the number they read out."""

    list_display = ("person_cell", "relation_cell", "household_cell", "mobile_text", "city_text")
    list_select_related = ("household",)
    ordering = ("id",)
    search_help_text = gettext_lazy(
        "National ID or mobile in any digits, or three letters of a name"
    )
    search_columns = SearchColumns(national_id="national_id", mobile="mobile", name="folded_name")
    show_template = "admin/beneficiaries/person.html"
    masks: ClassVar[dict[str, tuple[str, str]]] = {
        "mobile_text": ("mobile_masked", SEE_MOBILES),
        "iban_text": ("iban_masked", SEE_IBANS),
    }
    facts = (
        "id_text",
        "birth_text",
        "relation_cell",
        "mobile_text",
        "mobile_source",
        "city_text",
        "iban_text",
        "language_text",
        "as_of",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("household")

    def get_shown(self, request: HttpRequest, pk: int) -> Any:
        """Give the person with what is small of them, and which of the rare things there are.

        One statement, so that what is not there costs none.
        """
        own = MailAddress.objects.filter(pk=OuterRef("pk"))
        confirmed = ConfirmedNationalId.objects.filter(withdrawn_at=None)
        words = StopWord.objects.filter(mobile=OuterRef("mobile")).order_by("-id")[:SHOWN_WORDS]
        mails = Mail.objects.filter(person_id=OuterRef("pk")).order_by("-id")[:SHOWN_MAILS]
        changes = PersonChange.objects.filter(person=OuterRef("pk")).order_by("-id")[:SHOWN_ROWS]
        doubt = DoubtfulNumber.objects.filter(mobile=OuterRef("mobile"))
        facts: dict[str, Any] = {
            f"email_{name}": Subquery(own.values(name)[:1])
            for name in ("address", "proved_at", "broken_at")
        }
        facts |= {f"doubt_{name}": Subquery(doubt.values(name)[:1]) for name in ("pk", "since")}
        facts |= {
            "is_stopped": Exists(StoppedNumber.objects.filter(mobile=OuterRef("mobile"))),
            "is_id_confirmed": Exists(confirmed.filter(national_id=OuterRef("national_id"))),
            "open_flags": flags_beside("pk", today=riyadh_today()),
            "stop_words": rows_beside(words, "is_stop", "word", "at"),
            "last_changes": rows_beside(
                changes, "field", "old_value", "new_value", "source", "changed_at"
            ),
            "last_mails": rows_beside(mails, "id", "subject", "status", "queued_at"),
            "has_calls": Exists(CallTask.objects.filter(person=OuterRef("pk"))),
            "has_late_attempts": Exists(LateAttempt.objects.filter(person=OuterRef("pk"))),
        }
        return get_object_or_404(self.get_queryset(request).annotate(**facts), pk=pk)

    def nothing_found_text(self, searched: str) -> str:
        """Not call an ID mistyped that staff have confirmed."""
        number = read_number(searched)
        if number is not None and needs_confirmation(number[1]) and is_confirmed(number[1]):
            return _("This ID is confirmed, but nobody in the register has it.")
        return super().nothing_found_text(searched)

    def show_title(self, shown: Person) -> str:
        return shown.full_name

    def show_context(self, request: HttpRequest, shown: Any) -> dict[str, Any]:
        """Give what belongs to the person, each part to whoever may see it."""
        user = request.user
        context: dict[str, Any] = {
            **super().show_context(request, shown),
            "person": shown,
            "household_people": Person.objects.filter(household_id=shown.household_id)
            .exclude(pk=shown.pk)
            .order_by("birth_date", "id"),
        }
        if user.has_perm("beneficiaries.view_eligibilityresult"):
            context["results"] = self._results(shown, user.has_perm(SEE_SENSITIVE))
            context["payments"] = self._payments(shown, user.has_perm(SEE_SENSITIVE))
        if user.has_perm("objections.view_objection"):
            context["objections"] = (
                Objection.objects.filter(person=shown)
                .exclude(reference=None)
                .exclude(pk__in=hidden_cases(user))
                .select_related("person", "result__cycle", "payment__cycle")
                .order_by("-submitted_at")[:SHOWN_ROWS]
            )
        if shown.has_late_attempts and user.has_perm("objections.view_lateattempt"):
            context["late_attempts"] = shown.late_attempts.select_related(
                "result__cycle", "payment__cycle"
            ).order_by("-id")[:SHOWN_ROWS]
        if user.has_perm("sawtak.view_ticket"):
            context["tickets"] = Ticket.objects.filter(person=shown).order_by("-received_at")[
                :SHOWN_ROWS
            ]
        if shown.has_calls and user.has_perm("portal.view_calltask"):
            context["calls"] = (
                CallTask.objects.filter(person=shown)
                .select_related("person", "objection", "ticket")
                .order_by("-id")[:SHOWN_ROWS]
            )
        if user.has_perm("notifications.view_doubtfulnumber") or user.has_perm(
            "portal.view_calltask"
        ):
            context["doubt"] = shown.doubt_pk and {"pk": shown.doubt_pk, "since": shown.doubt_since}
        context["stop"] = shown.is_stopped
        context["stop_words"] = with_moment(shown.stop_words, "at")
        context["has_mails"] = is_on()
        context["email"] = _email_of(shown)
        context["email_masked"] = mask_address(shown.email_address or "")
        if user.has_perm("notifications.view_mail"):
            mails = with_moment(shown.last_mails, "queued_at")
            context["mails"] = [(mail, mail_tag(mail["status"])) for mail in mails]
        if user.has_perm("beneficiaries.view_personchange"):
            context["changes"] = [
                {
                    "field": changed_field(change["field"]),
                    "old": _changed(change, "old_value", user),
                    "new": _changed(change, "new_value", user),
                    "source": ChangeSource(change["source"]).label,
                    "at": change["changed_at"],
                }
                for change in with_moment(shown.last_changes, "changed_at")
            ]
        return context

    def _results(self, person: Person, may_see_sensitive: bool) -> list[dict[str, Any]]:
        rows = (
            EligibilityResult.objects.filter(person=person)
            .select_related("cycle")
            .order_by("-cycle__code", "-id")[:SHOWN_ROWS]
        )
        return [
            {
                "pk": row.pk,
                "cycle": cycle_name(row.cycle.code, page_language()),
                "tag": result_tag(row),
                "reasons": reasons_text(row, may_see_sensitive=may_see_sensitive),
                "announced_on": row.announced_on,
                "deadline": row.last_filing_day,
                "is_replaced": row.superseded_on is not None,
            }
            for row in rows
        ]

    def _payments(self, person: Person, may_see_sensitive: bool) -> list[dict[str, Any]]:
        """Give the person's own lines; what the others of the household got is on their pages."""
        rows = (
            PaymentLine.objects.filter(person=person)
            .select_related("cycle")
            .order_by("-cycle__code", "-id")[:SHOWN_ROWS]
        )
        return [
            {
                "pk": row.pk,
                "cycle": cycle_name(row.cycle.code, page_language()),
                "tag": payment_tag(row),
                "reasons": reasons_text(row, may_see_sensitive=may_see_sensitive),
                "paid": paid_cell(row),
                "paid_on": row.paid_on,
                "is_announced": row.announced_on is not None,
                "is_replaced": row.superseded_on is not None,
            }
            for row in rows
        ]

    @admin.display(description=gettext_lazy("Person"))
    def person_cell(self, person: Person) -> SafeString:
        return two_lines(person.full_name, number_cell(person.national_id), is_name=True)

    @admin.display(description=gettext_lazy("National ID"))
    def id_text(self, person: Any) -> SafeString | str:
        """Write the ID; say of one that fails the check whether its owner can use it."""
        number = number_cell(person.national_id)
        if not needs_confirmation(person.national_id):
            return number
        if person.is_id_confirmed:
            return two_lines(number, _("Fails the check, confirmed by staff"))
        return two_lines(number, _("Fails the check, and its confirmation was withdrawn"))

    @admin.display(description=gettext_lazy("Birth date (Hijri)"))
    def birth_text(self, person: Person) -> str:
        return format_hijri(person.birth_date, page_language())

    @admin.display(description=gettext_lazy("Relation"))
    def relation_cell(self, person: Person) -> str:
        return capfirst(str(Relation(person.relation).label))

    @admin.display(description=gettext_lazy("Household"))
    def household_cell(self, person: Person) -> SafeString | str:
        return number_cell(person.household.register_id)

    @admin.display(description=gettext_lazy("Mobile"))
    def mobile_text(self, person: Person) -> SafeString | str:
        return mobile_cell(person.mobile)

    @admin.display(description=gettext_lazy("Mobile"))
    def mobile_masked(self, person: Person) -> SafeString | str:
        return masked_mobile_cell(person.mobile)

    @admin.display(description=gettext_lazy("The mobile is"))
    def mobile_source(self, person: Person) -> str:
        if not person.mobile:
            return "–"
        return capfirst(
            _("proved by its owner") if person.mobile_proved_at else _("from the register")
        )

    @admin.display(description=gettext_lazy("City"))
    def city_text(self, person: Person) -> str:
        return person.city or "–"

    @admin.display(description=gettext_lazy("IBAN"))
    def iban_text(self, person: Person) -> SafeString | str:
        if not person.iban:
            return "–"
        number = format_html('<bdi dir="ltr">{}</bdi>', group_iban(person.iban))
        bank = bank_of(person.iban)
        return number if bank is None else two_lines(number, bank.name(page_language()))

    @admin.display(description=gettext_lazy("IBAN"))
    def iban_masked(self, person: Person) -> SafeString | str:
        return number_cell(mask_iban(person.iban)) if person.iban else "–"

    @admin.display(description=gettext_lazy("Language of messages"))
    def language_text(self, person: Person) -> str:
        return str(person.get_language_display())

    @admin.display(description=gettext_lazy("Register as of"))
    def as_of(self, person: Person) -> str:
        return day_cell(person.register_as_of)


def _email_of(person: Any) -> MailAddress | None:
    """Give the address that came with a person, or nothing."""
    if person.email_address is None:
        return None
    return MailAddress(
        person_id=person.pk,
        address=person.email_address,
        proved_at=person.email_proved_at,
        broken_at=person.email_broken_at,
    )


def _changed(change: dict[str, Any], name: str, reader: Any) -> SafeString | str:
    """Write a value that a field had or has, masked as the field itself is."""
    return changed_value(shown_value(change[name], change["field"], reader), change["field"])
