"""Decided cases that are decided again, blind, in the staff site (docs/adr/0028)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from access.cells import NOTHING, moment_cell, number_cell, reference_cell
from access.staff import CaseAction, CaseAdmin
from beneficiaries.models import User
from documents.serving import attachment_response
from objections.admin.acts import DECIDE
from objections.admin.review_acts import DRAW, READ, REVIEW, review_acts
from objections.admin.review_parts import ReviewStateFilter, SampleFilter, review_state
from objections.blind import reviews_for
from objections.errors import (
    IncompleteDecision,
    NothingToReview,
    NotYourReview,
    ObjectionRefused,
    ReviewClosed,
)
from objections.models import DecisionReason, QualityReview
from objections.presenting.blind import blind_case, documents_at
from objections.quality_forms import ReviewForm
from objections.services import quality
from objections.statuses import DecisionState
from saudi.languages import in_a_row, page_language

OPEN_DOCUMENTS: Final = ("objections.view_objectiondocument", "documents.open_document")


@admin.register(QualityReview)
class QualityReviewAdmin(CaseAdmin):
    """The reviews: a reviewer's own, and all for those who read the figures."""

    list_title = gettext_lazy("Quality reviews")
    list_display = ("number", "state", "case", "theirs", "original", "who", "sent")
    list_select_related = ("decision__objection", "reviewer")
    ordering = ("-id",)
    change_list_template = "admin/objections/reviews.html"
    case_template = "admin/objections/review.html"
    refusals = (IncompleteDecision, NotYourReview, ReviewClosed)

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (ReviewStateFilter, SampleFilter) if request.user.has_perm(READ) else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave a reviewer their own: of what waits nobody chooses."""
        rows = super().get_queryset(request)
        return rows if request.user.has_perm(READ) else rows.filter(reviewer=request.user.pk)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        may_review = request.user.has_perm(REVIEW)
        waits = may_review and reviews_for(cast(User, request.user)).exists()
        context = {"may_review": may_review, "something_waits": waits, **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        take = path(
            "next/", view(require_POST(self.next_view)), name="objections_qualityreview_next"
        )
        document = path(
            "<int:pk>/documents/<uuid:uuid>/",
            view(self.document_view),
            name="objections_qualityreview_document",
        )
        return [take, document, *super().get_urls()]

    def next_view(self, request: HttpRequest) -> HttpResponse:
        """Give the reviewer the next case; the one in their hands first."""
        if not request.user.has_perm(REVIEW):
            raise PermissionDenied
        try:
            review = quality.take_next_review(reviewer=cast(User, request.user), now=timezone.now())
        except NothingToReview:
            messages.info(request, _("No case waits for you. New samples come as they are drawn."))
            return HttpResponseRedirect(reverse("admin:objections_qualityreview_changelist"))
        return HttpResponseRedirect(self.case_url(review))

    def document_view(self, request: HttpRequest, pk: int, uuid: Any) -> Any:
        """Give a document as the case had it when it was decided; the opening is recorded."""
        if not (request.user.has_perm(REVIEW) and request.user.has_perms(OPEN_DOCUMENTS)):
            raise PermissionDenied
        review = get_object_or_404(
            QualityReview.objects.select_related("decision__objection"),
            pk=pk,
            reviewer=request.user.pk,
        )
        at = review.decision.closed_at
        assert at is not None  # noqa: S101  # a sample draws what was approved
        for link in documents_at(review.decision.objection, at):
            if link.document.uuid == uuid:
                return attachment_response(link.document, opened_by=cast(User, request.user))
        raise Http404

    # The page of a review -------------------------------------------------------------

    def get_case(self, request: HttpRequest, pk: int) -> QualityReview:
        rows = self.get_queryset(request)
        if request.method == "POST" and request.user.has_perm(REVIEW):
            # One that was put back meanwhile is told of, with what was written; it shows nothing.
            rows = rows | super().get_queryset(request).filter(reviewed_at=None)
        rows = rows.select_related(
            "sample",
            "reviewer",
            "followed_by",
            "decision__objection",
            "decision__proposed_by",
            "decision__closed_by",
        )
        review: QualityReview = get_object_or_404(rows, pk=pk)
        return review

    def case_actions(self) -> dict[str, CaseAction]:
        return review_acts()

    def case_url(self, case: Any) -> str:
        """Lead on to the list after a case was passed on: its page is nobody's any more."""
        if case.reviewer_id is None:
            return reverse("admin:objections_qualityreview_changelist")
        return super().case_url(case)

    def bind_form(
        self,
        request: HttpRequest,
        name: str,
        form: type[forms.Form],
        case: QualityReview,
        data: QueryDict | None = None,
    ) -> forms.Form:
        if form is ReviewForm:
            is_theirs = case.reviewer_id == request.user.pk and not case.is_sent
            is_asked = is_theirs or data is not None
            active = DecisionReason.objects.filter(is_active=True) if is_asked else ()
            return ReviewForm(data, reasons=active)
        return form(data)

    def refusal_text(self, refused: Exception) -> str:
        assert isinstance(refused, ObjectionRefused)  # noqa: S101  # all of REFUSALS are
        if isinstance(refused, IncompleteDecision):
            return _("Not saved: something is missing. Look through what you filled in.")
        if isinstance(refused, ReviewClosed):
            return _("Not saved: this review is closed already.")
        return _("Not saved: this review is not, or is no longer, with you.")

    def case_context(
        self, request: HttpRequest, case: QualityReview, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        user = cast(User, request.user)
        is_mine = case.reviewer_id == user.pk
        is_blind = is_mine and not case.is_sent
        label, kind, icon = review_state(case)
        context: dict[str, Any] = {
            "review": case,
            "name": _("Review %(number)s") % {"number": case.pk},
            "state": {"label": label, "kind": kind, "icon": icon},
            "is_blind": is_blind,
            "may_read": user.has_perm(READ),
            "review_form": bound["send"],
            "skip_form": bound["skip"],
            "close_form": bound["close"],
            "may_open_documents": user.has_perms(OPEN_DOCUMENTS),
        }
        if is_blind:
            sensitive = user.has_perm("beneficiaries.view_sensitive_reason")
            context["case"] = blind_case(case.decision, may_see_sensitive=sensitive)
            return context
        is_open = case.agrees is False and case.followed_at is None
        is_in_force = case.decision.state == DecisionState.APPROVED
        return context | {
            "skips": case.skips.select_related("reviewer").order_by("id"),
            "may_put_back": not case.is_sent
            and not is_mine
            and case.reviewer_id is not None
            and user.has_perm(DRAW),
            "may_close": is_open and is_in_force and not is_mine and user.has_perm(DRAW),
            "may_replace": is_open
            and is_in_force
            and not is_mine
            and user.has_perms((DRAW, DECIDE)),
            **(_compared(case) if case.is_sent else {}),
        }

    # Cells ------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("Number of the review"))
    def number(self, review: QualityReview) -> SafeString | str:
        return number_cell(review.pk)

    @admin.display(description=gettext_lazy("State"))
    def state(self, review: QualityReview) -> SafeString:
        label, kind, icon = review_state(review)
        return render_to_string(
            "admin/components/tag.html", {"label": label, "kind": kind, "icon": icon}
        )

    @admin.display(description=gettext_lazy("Objection"))
    def case(self, review: QualityReview) -> SafeString | str:
        return reference_cell(review.decision.objection.reference) if review.is_sent else NOTHING

    @admin.display(description=gettext_lazy("The reviewer"))
    def theirs(self, review: QualityReview) -> str:
        return str(review.get_outcome_display()) or NOTHING

    @admin.display(description=gettext_lazy("The decision"))
    def original(self, review: QualityReview) -> str:
        return str(review.decision.get_outcome_display()) if review.is_sent else NOTHING

    @admin.display(description=gettext_lazy("Reviewer"))
    def who(self, review: QualityReview) -> str:
        return str(review.reviewer) if review.reviewer else NOTHING

    @admin.display(description=gettext_lazy("Sent"))
    def sent(self, review: QualityReview) -> SafeString | str:
        return moment_cell(review.reviewed_at)


def _compared(review: QualityReview) -> dict[str, Any]:
    """Give the two decisions side by side: the reviewer's and the one that was sampled."""
    decision = review.decision
    codes = [*review.reason_codes, *decision.reason_codes]
    language = page_language()
    labels = {
        reason.code: reason.label(language)
        for reason in DecisionReason.objects.filter(code__in=codes)
    }
    return {
        "decision": decision,
        "objection": decision.objection,
        "is_replaced": decision.state == DecisionState.SUPERSEDED,
        "review_reasons": in_a_row(labels.get(code, code) for code in review.reason_codes),
        "decision_reasons": in_a_row(labels.get(code, code) for code in decision.reason_codes),
    }
