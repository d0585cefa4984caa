"""Objections in the staff site: the list, and a case on one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from access.cells import number_cell, reference_cell
from access.lists import QueueGround
from access.searches import SearchColumns
from access.staff import CaseAction
from beneficiaries.models import User
from beneficiaries.reasons import shown_reasons
from objections.admin.acts import (
    APPROVE,
    ASK,
    DECIDE,
    REFUSALS,
    TAKE,
    bound_form,
    case_acts,
    form_with_template,
    may_propose,
    refusal_text,
)
from objections.admin.documents import (
    OPEN_DOCUMENTS,
    CaseDocuments,
    shown_documents,
    with_pages,
)
from objections.admin.entering import EnteringPages
from objections.admin.filters import (
    ObjectionAgeFilter,
    ObjectionCityFilter,
    ObjectionDaysFilter,
    ObjectionMineFilter,
    ObjectionReasonFilter,
    ObjectionStatusFilter,
    ObjectionTrackFilter,
    SecondLookFilter,
)
from objections.admin.hiding import HiddenWhileBlind
from objections.bulk.pages import BulkPages, bulk_kinds
from objections.bulk.reading import MOST_AT_ONCE
from objections.clock import case_clock
from objections.errors import NothingToTake, ObjectionRefused
from objections.models import Objection
from objections.presenting import matter_of, title_of
from objections.presenting.review import (
    answer_templates,
    changes_beside_case,
    declared_then_and_now,
    reason_labels,
)
from objections.receipts import receipt_code
from objections.rules import effective_cycle
from objections.second_looks import had_first_decision, look_of
from objections.services.review import take_next
from objections.services.review.changing import seen_among
from objections.services.review.taking import ASSIGN_RIGHT
from objections.statuses import (
    DECIDED_STATUSES,
    IN_REVIEW_STATUSES,
    OPEN_STATUSES,
    ObjectionStatus,
)
from saudi.gregorian import riyadh_today
from saudi.languages import page_language


class ObjectionAdmin(HiddenWhileBlind, EnteringPages, BulkPages, QueueGround, CaseDocuments):
    """The list of objections and the case page, where staff decide.

    The portal registers it, with what other apps know of a case.
    """

    change_list_template = "admin/objections/queue.html"

    list_display = (
        "number",
        "citizen",
        "matter",
        "state",
        "clock",
        "received",
        "caseworker",
    )
    list_filter = (
        *(ObjectionMineFilter, ObjectionStatusFilter, SecondLookFilter),
        *(ObjectionTrackFilter, ObjectionReasonFilter, ObjectionCityFilter, ObjectionAgeFilter),
        ObjectionDaysFilter,
    )
    list_tabs = 2
    list_select_related = ("person", "result", "payment", "assigned_to")
    list_prefetch_related = ("result__cycle", "payment__cycle")
    queue_order = ("submitted_at", "id")
    queue_filter = ObjectionStatusFilter
    search_help_text = _("Reference, national ID, mobile or name")
    search_columns = SearchColumns(
        reference="reference",
        national_id="person__national_id",
        mobile="person__mobile",
        name="folded_name",
    )
    case_template = "admin/objections/case.html"
    case_related: ClassVar[tuple[str, ...]] = (
        *("person__household", "filed_by", "result__cycle", "payment__cycle"),
        *("assigned_to", "decided_by"),
        # Of the second look all that the page shows of it, read once.
        *("second_look__first__proposed_by", "second_look__first__closed_by"),
        *("second_look__asked_by", "entered_by", "exemption__granted_by"),
    )
    """What is read together with a case for its page."""
    refusals: ClassVar[tuple[type[Exception], ...]] = REFUSALS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out drafts: they are their writers' own until they are submitted."""
        return super().get_queryset(request).exclude(reference=None)

    @admin.display(description=_("Reference"))
    def number(self, objection: Objection) -> SafeString:
        return reference_cell(objection.reference)

    @admin.display(description=_("Citizen"))
    def citizen(self, objection: Objection) -> SafeString:
        return format_html(
            '<span class="person">{}</span><span class="sub">{}{}</span>',
            objection.person.full_name,
            number_cell(objection.person.national_id),
            f" · {objection.person.city}" if objection.person.city else "",
        )

    @admin.display(description=_("Against"))
    def matter(self, objection: Objection) -> SafeString:
        reasons = shown_reasons(objection.contested.reason_codes, is_own=False)
        language = page_language()
        return format_html(
            '{}<span class="sub">{}</span>',
            matter_of(objection.contested),
            "، ".join(reason.text(language).label for reason in reasons),
        )

    @admin.display(description=_("Status"))
    def state(self, objection: Objection) -> SafeString:
        return render_to_string(
            "admin/objections/status.html",
            {"status": objection.status, "is_second_look": objection.is_looked_at_again},
        )

    @admin.display(description=_("Time for the answer"))
    def clock(self, objection: Objection) -> SafeString:
        clock = case_clock(objection, today=riyadh_today())
        return render_to_string("admin/objections/clock.html", {"clock": clock})

    @admin.display(description=_("Received"))
    def received(self, objection: Objection) -> SafeString:
        return render_to_string("admin/objections/received.html", {"objection": objection})

    @admin.display(description=_("Caseworker"))
    def caseworker(self, objection: Objection) -> str:
        return str(objection.assigned_to) if objection.assigned_to else "–"

    # The case ----------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        following = path(
            "next/",
            self.admin_site.admin_view(require_POST(self.next_view)),
            name="objections_objection_next",
        )
        return [following, *super().get_urls()]

    def next_view(self, request: HttpRequest) -> HttpResponse:
        """Take the case that waits the longest and open it; two at once get two cases."""
        if not request.user.has_perm(TAKE):
            raise PermissionDenied
        try:
            case = take_next(caseworker=cast(User, request.user), now=timezone.now())
        except NothingToTake:
            messages.info(request, _("No case waits to be taken."))
            return HttpResponseRedirect(reverse("admin:objections_objection_changelist"))
        messages.success(request, _("You took the case that waits the longest."))
        return HttpResponseRedirect(self.case_url(case))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        tools = {
            "may_take_next": request.user.has_perm(TAKE),
            "bulk_kinds": bulk_kinds(request.user),
            "most_at_once": MOST_AT_ONCE,
        }
        return super().changelist_view(request, tools | (extra_context or {}))

    def get_case(self, request: HttpRequest, pk: int) -> Objection:
        case: Objection = get_object_or_404(self.case_rows(request), pk=pk)
        return case

    def case_rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Give the cases with what the page of one reads together with it."""
        changes = changes_beside_case()
        cases: QuerySet[Any] = self.get_queryset(request).annotate(declared_since=changes)
        return cases.select_related(*self.case_related)

    def case_actions(self) -> Mapping[str, CaseAction]:
        return case_acts()

    def bind_form(
        self,
        request: HttpRequest,
        name: str,
        form: type[forms.Form],
        case: Objection,
        data: QueryDict | None = None,
    ) -> forms.Form:
        return bound_form(request, form, case, data)

    def redrawn_form(
        self, request: HttpRequest, form: type[forms.Form] | None, case: Objection
    ) -> forms.Form | None:
        return form_with_template(request, form, case)

    def refusal_text(self, refused: Exception) -> str:
        assert isinstance(refused, ObjectionRefused)  # noqa: S101  # all of REFUSALS are
        return refusal_text(refused)

    def case_context(
        self, request: HttpRequest, case: Any, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        user = request.user
        language = page_language()
        reasons = shown_reasons(
            case.contested.reason_codes,
            is_own=False,
            may_see_sensitive=user.has_perm("beneficiaries.view_sensitive_reason"),
        )
        documents = list(with_pages(shown_documents(case)))
        may_see_events = user.has_perm("objections.view_objectionevent")
        events = list(case.events.select_related("actor", "document__document"))
        household = self.get_queryset(request).filter(person__household_id=case.person.household_id)
        return {
            "objection": case,
            "clock": case_clock(case, today=riyadh_today()),
            "matter": matter_of(case.contested),
            "title": title_of(case.contested),
            "receipt_code": receipt_code(case),
            "is_withdrawn": case.status == ObjectionStatus.WITHDRAWN,
            "reasons": [reason.text(language) for reason in reasons],
            "may_see_documents": user.has_perm("objections.view_objectiondocument"),
            "documents": documents,
            "has_pages": any(link.pages for link in documents),
            "may_see_sensitive": user.has_perm("beneficiaries.view_sensitive_reason"),
            "may_see_events": may_see_events,
            "events": events if may_see_events else [],
            "declared": declared_then_and_now(case.person, since=case.declared_since),
            "earlier": household.exclude(pk=case.pk)
            .select_related("person", "result__cycle", "payment__cycle")
            .order_by("-submitted_at")[:5],
            "may_open_documents": user.has_perms(OPEN_DOCUMENTS),
            "seen": seen_among(case, events),
            **_acts_context(case, cast(User, user)),
            "decision_form": bound["decide"],
            "documents_form": bound["documents"],
            "hand_over_form": bound["hand_over"],
            "return_form": bound["return"],
        }


def _acts_context(case: Objection, user: User) -> dict[str, Any]:
    """Give what the reader may do on a case as it is, and the decisions on it."""
    decisions = list(case.decisions.select_related("proposed_by", "closed_by").order_by("-id"))
    prefetch_related_objects([each for each in decisions if each.back_pay_sar], "back_pay")
    look = look_of(case)
    is_barred = had_first_decision(look, user)
    proposal = next((each for each in decisions if each.waits), None)
    is_mine = case.assigned_to_id == user.pk
    is_in_review = case.status in IN_REVIEW_STATUSES
    is_free = proposal is None
    may_ask = (
        is_free and is_mine and case.status == ObjectionStatus.UNDER_REVIEW and user.has_perm(ASK)
    )
    return {
        "proposal": proposal,
        "look": look,
        "is_barred": is_barred,
        "is_answered": bool(case.answer) and not case.is_looked_at_again,
        "decisions": [each for each in decisions if not each.waits],
        "templates": answer_templates(may_ask or may_propose(case, user)),
        "reason_labels": reason_labels(decisions),
        "may_take": case.status in OPEN_STATUSES
        and case.assigned_to_id is None
        and not is_barred
        and user.has_perm(TAKE),
        "may_ask": may_ask,
        "may_decide": is_in_review and may_propose(case, user),
        "may_replace": case.status in DECIDED_STATUSES and may_propose(case, user),
        "may_hand_over": is_free
        and is_in_review
        and case.assigned_to_id is not None
        and (is_mine or user.has_perm(ASSIGN_RIGHT))
        and user.has_perm(TAKE),
        "may_approve": proposal is not None
        and proposal.proposed_by_id != user.pk
        and not is_barred
        and user.has_perm(APPROVE),
        "may_take_back": proposal is not None
        and proposal.proposed_by_id == user.pk
        and user.has_perm(DECIDE),
        "effect_today": effective_cycle(riyadh_today()),
    }
