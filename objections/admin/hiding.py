"""A case that somebody decides again blind is kept from them until they have sent their review."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access.staff import CaseAdmin
from objections.admin.review_acts import REVIEW
from objections.blind import hidden_cases

BLIND: Final = _("You decide this case again. Its page opens when you have sent your review.")


class HiddenWhileBlind(CaseAdmin):
    """The list and the pages of cases without the one that their reader reviews (docs/adr/0028)."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        cases = super().get_queryset(request)
        if request.user.has_perm(REVIEW):
            cases = cases.exclude(pk__in=hidden_cases(request.user))
        return cases

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show a case; say of one that is hidden when it opens."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Http404:
            if not request.user.has_perm(REVIEW):
                raise
            if object_id not in {str(pk) for pk in hidden_cases(request.user)}:
                raise
        messages.info(request, BLIND)
        return HttpResponseRedirect(reverse("admin:objections_qualityreview_changelist"))
