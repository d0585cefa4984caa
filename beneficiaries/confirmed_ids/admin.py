"""Confirmed IDs in the staff site: listed, added to, and withdrawn with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import moment_cell, number_cell
from access.searches import SearchColumns, read_number
from access.staff import CaseAction, CaseAdmin, overtaken_text
from beneficiaries.confirmed_ids.forms import ConfirmForm, WithdrawForm
from beneficiaries.confirmed_ids.models import ConfirmedNationalId
from beneficiaries.confirmed_ids.services import confirm_national_id, withdraw_confirmation
from beneficiaries.errors import AlreadyConfirmed, AlreadyWithdrawn
from beneficiaries.models import Person, User
from saudi.direction import isolate
from saudi.gregorian import format_gregorian, riyadh_date
from saudi.languages import page_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CONFIRM: Final = "beneficiaries.confirm_national_id"
SEE_PEOPLE: Final = "beneficiaries.view_person"


@dataclass(frozen=True)
class Step:
    """One line of an ID's history."""

    what: str
    icon: str
    by: User
    at: datetime
    words: str


def history_of(national_id: str) -> Iterator[Step]:
    """Give who confirmed an ID and who withdrew that, from the first time on."""
    rows = ConfirmedNationalId.objects.filter(national_id=national_id).order_by("id")
    for row in rows.select_related("confirmed_by", "withdrawn_by"):
        yield Step(_("Confirmed"), "check", row.confirmed_by, row.confirmed_at, row.proof)
        if row.withdrawn_by is not None and row.withdrawn_at is not None:
            reason = row.withdrawal_reason
            yield Step(_("Withdrawn"), "undo", row.withdrawn_by, row.withdrawn_at, reason)


@admin.register(ConfirmedNationalId)
class ConfirmedNationalIdAdmin(CaseAdmin):
    """IDs that are accepted although their check digit is wrong, and those that were."""

    list_title = gettext_lazy("Confirmed IDs")
    list_display = ("number", "state", "proof_text", "confirmed", "who")
    list_select_related = ("confirmed_by",)
    ordering = ("-id",)
    search_help_text = gettext_lazy("National ID in any digits")
    search_columns = SearchColumns(national_id="national_id")
    change_list_template = "admin/beneficiaries/confirmed_ids.html"
    case_template = "admin/beneficiaries/confirmed_id.html"
    refusals = (AlreadyWithdrawn,)
    facts = ("state", "person")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.confirm_view)
        mine = path("confirm/", view, name="beneficiaries_confirmednationalid_confirm")
        return [mine, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        may = {"may_confirm": request.user.has_perm(CONFIRM)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def nothing_found_text(self, searched: str) -> str:
        """Call no ID mistyped here, where every one fails the check."""
        number = read_number(searched)
        if number is not None and number[0] == "national_id":
            return _("Nobody has confirmed this ID.")
        return super().nothing_found_text(searched)

    # Confirming -------------------------------------------------------------------------------

    def confirm_view(self, request: HttpRequest) -> HttpResponse:
        """Take an ID and its proof; what was typed stays until both are right."""
        if not request.user.has_perm(CONFIRM):
            raise PermissionDenied
        form = ConfirmForm(request.POST) if request.method == "POST" else ConfirmForm()
        if form.is_bound and form.is_valid():
            try:
                row = confirm_national_id(
                    national_id=form.cleaned_data["national_id"],
                    proof=form.cleaned_data["proof"],
                    by=cast(User, request.user),
                    now=timezone.now(),
                )
            except AlreadyConfirmed as refused:
                form.add_error("national_id", confirmed_text(refused))
            else:
                text = _("The ID is confirmed. Pages and imports accept it from now on.")
                messages.success(request, text)
                return HttpResponseRedirect(self.case_url(row))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Confirm an ID"),
            "opts": self.opts,
            "confirm_form": form,
        }
        return TemplateResponse(request, "admin/beneficiaries/confirm_id.html", context)

    # One ID's page ----------------------------------------------------------------------------

    def get_case(self, request: HttpRequest, pk: int) -> ConfirmedNationalId:
        return get_object_or_404(ConfirmedNationalId, pk=pk)

    def case_actions(self) -> dict[str, CaseAction]:
        return {"withdraw": CaseAction(CONFIRM, self._withdraw, WithdrawForm)}

    def _withdraw(
        self, request: HttpRequest, case: ConfirmedNationalId, form: forms.Form, now: datetime
    ) -> StrOrPromise:
        withdraw_confirmation(
            confirmation=case,
            reason=form.cleaned_data["reason"],
            by=cast(User, request.user),
            now=now,
        )
        return _("The confirmation is withdrawn. The ID is refused from now on.")

    def refusal_text(self, refused: Exception) -> str:
        told = cast(AlreadyWithdrawn, refused)
        return overtaken_text(status=_("Withdrawn"), by=told.by, at=told.at)

    def case_context(
        self, request: HttpRequest, case: ConfirmedNationalId, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        return {
            "shown": case,
            "model_admin": self,
            "facts": self.facts if request.user.has_perm(SEE_PEOPLE) else self.facts[:-1],
            "history": history_of(case.national_id),
            "withdraw_form": bound["withdraw"],
            "may_withdraw": case.is_in_force and request.user.has_perm(CONFIRM),
        }

    @admin.display(description=gettext_lazy("National ID"))
    def number(self, row: ConfirmedNationalId) -> SafeString | str:
        return number_cell(row.national_id)

    @admin.display(description=gettext_lazy("Status"))
    def state(self, row: ConfirmedNationalId) -> SafeString:
        kind, label = ("ok", _("In force")) if row.is_in_force else ("plain", _("Withdrawn"))
        return format_html('<span class="tag tag-{}">{}</span>', kind, label)

    @admin.display(description=gettext_lazy("Proof of the register"))
    def proof_text(self, row: ConfirmedNationalId) -> SafeString:
        return format_html("<bdi>{}</bdi>", row.proof)

    @admin.display(description=gettext_lazy("Confirmed"))
    def confirmed(self, row: ConfirmedNationalId) -> SafeString | str:
        return moment_cell(row.confirmed_at)

    @admin.display(description=gettext_lazy("By"))
    def who(self, row: ConfirmedNationalId) -> SafeString:
        return format_html("<bdi>{}</bdi>", row.confirmed_by)

    @admin.display(description=gettext_lazy("Person"))
    def person(self, row: ConfirmedNationalId) -> SafeString | str:
        """Lead to whoever has the ID in the register."""
        person = Person.objects.filter(national_id=row.national_id).first()
        if person is None:
            return _("Not in the register yet")
        url = reverse("admin:beneficiaries_person_change", args=[person.pk])
        return format_html('<a class="person" href="{}">{}</a>', url, person.full_name)


def confirmed_text(refused: AlreadyConfirmed) -> str:
    """Say who confirmed an ID, and when."""
    language = page_language()
    return _("This ID is confirmed already, by %(who)s on %(day)s. Find it in the list.") % {
        "who": isolate(refused.by),
        "day": format_gregorian(riyadh_date(refused.at), language),
    }
