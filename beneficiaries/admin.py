"""The register in the staff site: households, cycles and results, for reading only.

A person's page shows what other apps keep of them and so belongs to `portal`.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import day_cell, number_cell, two_lines
from access.lists import ChoiceFilter
from access.searches import SearchColumns, read_number
from access.staff import ShowAdmin
from beneficiaries.confirmed_ids.admin import ConfirmedNationalIdAdmin
from beneficiaries.cycles import cycle_name
from beneficiaries.imports.admin import ImportRunAdmin
from beneficiaries.models import Cycle, EligibilityResult, Household, PaymentLine, Person
from beneficiaries.payments import PaymentWords, words_of
from beneficiaries.reasons import shown_reasons
from beneficiaries.statuses import ResultStatus
from saudi.digits import clean_number, clean_text
from saudi.languages import page_language
from saudi.money import format_sar

SEE_SENSITIVE = "beneficiaries.view_sensitive_reason"

AnnouncedRow = EligibilityResult | PaymentLine


def reasons_text(row: AnnouncedRow, *, may_see_sensitive: bool) -> str:
    """List the reasons of a result or a payment as a member of staff may read them (DOMAIN 16)."""
    language = page_language()
    shown = shown_reasons(row.reason_codes, is_own=False, may_see_sensitive=may_see_sensitive)
    return "، ".join(reason.text(language).label for reason in shown) or "–"


def result_tag(result: EligibilityResult) -> SafeString:
    """Show a result's status as word and colour."""
    kind = "ok" if result.status == ResultStatus.ELIGIBLE else "bad"
    return format_html(
        '<span class="tag tag-{}">{}</span>', kind, ResultStatus(result.status).label
    )


def payment_words(line: PaymentLine) -> PaymentWords:
    """Give the words of a line's status and amounts."""
    return words_of(line.status, due_sar=line.entitled_sar, paid_sar=line.paid_sar)


def payment_tag(line: PaymentLine) -> SafeString:
    """Show a payment's status as word and colour."""
    words = payment_words(line)
    return format_html('<span class="tag tag-{}">{}</span>', words.kind, words.label)


def paid_cell(line: PaymentLine) -> SafeString | str:
    """Write the amount that was paid, and what was due where that is another."""
    amount = format_sar(line.paid_sar, page_language())
    if line.paid_sar == line.entitled_sar:
        return amount
    due = format_sar(line.entitled_sar, page_language())
    return two_lines(amount, _("of %(due)s") % {"due": due})


@admin.register(Household)
class HouseholdAdmin(ShowAdmin):
    """Households with their people."""

    list_display = ("register_number", "head", "size")
    ordering = ("id",)
    search_help_text = gettext_lazy("Household number, or the national ID of one of its people")
    show_template = "admin/beneficiaries/household.html"
    facts = ("register_number", "head", "size")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Give each household with its people: a count would be made for every household."""
        people = Person.objects.order_by("birth_date", "id")
        return super().get_queryset(request).prefetch_related(Prefetch("people", queryset=people))

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("register_id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by the register's number, or by the ID of one of the household."""
        term = clean_text(search_term)
        if not term:
            return queryset, False
        number = read_number(term)
        if number is not None and number[0] == "national_id":
            people = Person.objects.filter(national_id=number[1])
            # Asked for first: an index serves two columns of a table, not an "or" of two tables.
            of_person = list(people.values_list("household_id", flat=True))
        else:
            of_person = []
        wanted = Q(register_id__in=[term, clean_number(term)]) | Q(pk__in=of_person)
        return queryset.filter(wanted), False

    def show_title(self, shown: Household) -> str:
        return _("Household")

    def show_context(self, request: HttpRequest, shown: Household) -> dict[str, Any]:
        return {"people": shown.people.all()}

    @admin.display(description=gettext_lazy("Household number"))
    def register_number(self, household: Household) -> SafeString | str:
        return number_cell(household.register_id)

    @admin.display(description=gettext_lazy("Main beneficiary"))
    def head(self, household: Household) -> SafeString | str:
        head = next((person for person in household.people.all() if person.is_head), None)
        return (
            two_lines(head.full_name, number_cell(head.national_id), is_name=True) if head else "–"
        )

    @admin.display(description=gettext_lazy("People"))
    def size(self, household: Household) -> int:
        return len(household.people.all())


@admin.register(Cycle)
class CycleAdmin(ShowAdmin):
    """Cycles and when each was announced."""

    list_display = ("name", "number", "announced", "last_day")
    ordering = ("-code",)
    show_template = "admin/beneficiaries/cycle.html"
    facts = ("number", "announced", "last_day", "payments_extended")

    def show_title(self, shown: Cycle) -> str:
        return cycle_name(shown.code, page_language())

    @admin.display(description=gettext_lazy("Cycle"))
    def name(self, cycle: Cycle) -> str:
        return cycle_name(cycle.code, page_language())

    @admin.display(description=gettext_lazy("Code"))
    def number(self, cycle: Cycle) -> SafeString | str:
        return number_cell(cycle.code)

    @admin.display(description=gettext_lazy("Announced on"))
    def announced(self, cycle: Cycle) -> str:
        return day_cell(cycle.announced_on) if cycle.announced_on else _("Not announced")

    @admin.display(description=gettext_lazy("Last filing day"))
    def last_day(self, cycle: Cycle) -> str:
        return day_cell(cycle.results_last_day)

    @admin.display(description=gettext_lazy("Payments extended until"))
    def payments_extended(self, cycle: Cycle) -> str:
        return day_cell(cycle.payments_open_until)


OFFERED_CYCLES = 12


class CycleFilter(ChoiceFilter):
    """By one of the newest cycles."""

    title = gettext_lazy("cycle")
    parameter_name = "cycle"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        newest = Cycle.objects.order_by("-code")[:OFFERED_CYCLES]
        self.cycles = {cycle.code: cycle for cycle in newest}
        return [(code, cycle_name(code, page_language())) for code in self.cycles]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filter by the row's key: the planner does not see through a join which cycle it is."""
        chosen = self.value()
        return queryset.filter(cycle=self.cycles[chosen]) if chosen else queryset


class AnnouncedAdmin(ShowAdmin):
    """What results and lines of payments have in common: a person, a cycle, reasons, a window."""

    list_filter = (CycleFilter,)
    list_select_related = ("person", "cycle")
    ordering = ("-id",)
    search_help_text = gettext_lazy("National ID")
    search_columns = SearchColumns(national_id="person__national_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("person", "cycle")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Put the column of reasons that the reader may see."""
        sees = request.user.has_perm(SEE_SENSITIVE)
        wanted = {"reasons": "all_reasons"} if sees else {}
        return [wanted.get(str(name), name) for name in self.list_display]

    def show_context(self, request: HttpRequest, shown: AnnouncedRow) -> dict[str, Any]:
        reasons = shown_reasons(
            shown.reason_codes,
            is_own=False,
            may_see_sensitive=request.user.has_perm(SEE_SENSITIVE),
        )
        return {"reasons": [reason.text(page_language()) for reason in reasons]}

    @admin.display(description=gettext_lazy("Person"))
    def person_cell(self, row: AnnouncedRow) -> SafeString:
        person = row.person
        return two_lines(person.full_name, number_cell(person.national_id), is_name=True)

    @admin.display(description=gettext_lazy("Cycle"))
    def cycle_cell(self, row: AnnouncedRow) -> str:
        return cycle_name(row.cycle.code, page_language())

    @admin.display(description=gettext_lazy("Reasons"))
    def reasons(self, row: AnnouncedRow) -> str:
        return reasons_text(row, may_see_sensitive=False)

    @admin.display(description=gettext_lazy("Reasons"))
    def all_reasons(self, row: AnnouncedRow) -> str:
        return reasons_text(row, may_see_sensitive=True)

    @admin.display(description=gettext_lazy("Announced on"))
    def announced(self, row: AnnouncedRow) -> str:
        return day_cell(row.announced_on) if row.announced_on else _("Not announced")

    @admin.display(description=gettext_lazy("Last filing day"))
    def last_day(self, row: AnnouncedRow) -> str:
        return day_cell(row.last_filing_day)

    @admin.display(description=gettext_lazy("Replaced by a correction on"))
    def replaced(self, row: AnnouncedRow) -> str:
        return day_cell(row.superseded_on)


@admin.register(EligibilityResult)
class ResultAdmin(AnnouncedAdmin):
    """Results of every cycle; those not announced are seen by staff only."""

    list_display = ("person_cell", "cycle_cell", "outcome", "reasons", "amount", "announced")
    show_template = "admin/beneficiaries/result.html"
    facts = ("person_cell", "cycle_cell", "outcome", "amount", "announced", "last_day", "replaced")

    def show_title(self, shown: EligibilityResult) -> str:
        return _("Eligibility result")

    @admin.display(description=gettext_lazy("Result"))
    def outcome(self, result: EligibilityResult) -> SafeString:
        return result_tag(result)

    @admin.display(description=gettext_lazy("Entitlement"))
    def amount(self, result: EligibilityResult) -> str:
        return format_sar(result.entitlement_sar, page_language())


@admin.register(PaymentLine)
class PaymentLineAdmin(AnnouncedAdmin):
    """Payments of every cycle, a line a person; those not announced are seen by staff only.

    Whoever may see results may see them: both are what the programme said of a person.
    """

    list_title = gettext_lazy("Payments")
    list_display = ("person_cell", "cycle_cell", "outcome", "reasons", "paid", "deposited")
    show_template = "admin/beneficiaries/payment.html"
    facts = (
        "person_cell",
        "cycle_cell",
        "outcome",
        "due",
        "paid",
        "deposited",
        "announced",
        "last_day",
        "replaced",
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("beneficiaries.view_eligibilityresult")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def show_title(self, shown: PaymentLine) -> str:
        return _("Payment of %(cycle)s") % {"cycle": self.cycle_cell(shown)}

    def show_context(self, request: HttpRequest, shown: AnnouncedRow) -> dict[str, Any]:
        context = super().show_context(request, shown)
        return {**context, "words": payment_words(cast(PaymentLine, shown))}

    @admin.display(description=gettext_lazy("Payment"))
    def outcome(self, line: PaymentLine) -> SafeString:
        return payment_tag(line)

    @admin.display(description=gettext_lazy("Entitlement"))
    def due(self, line: PaymentLine) -> str:
        return format_sar(line.entitled_sar, page_language())

    @admin.display(description=gettext_lazy("Paid"))
    def paid(self, line: PaymentLine) -> SafeString | str:
        return paid_cell(line)

    @admin.display(description=gettext_lazy("Deposited on"))
    def deposited(self, line: PaymentLine) -> str:
        return day_cell(line.paid_on)


__all__ = [
    "ConfirmedNationalIdAdmin",
    "CycleAdmin",
    "HouseholdAdmin",
    "ImportRunAdmin",
    "PaymentLineAdmin",
    "ResultAdmin",
]
