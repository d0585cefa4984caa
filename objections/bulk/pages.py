"""An act on many cases of the list: chosen, looked through as a fixed set, done, told."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from access.staff import chosen_rows
from beneficiaries.models import User
from objections.admin.acts import APPROVE, ASK, TAKE, refusal_text
from objections.bulk.forms import BulkForm, bulk_form
from objections.bulk.reading import MOST_AT_ONCE, BulkSet, Listed, commonest_ground, listed_cases
from objections.bulk.services import act_on_many
from objections.bulk.words import changed_since, effect, has_already, hindrance
from objections.models import BulkAct
from objections.presenting.review import reason_labels
from objections.statuses import BulkKind

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _Base = ModelAdmin[Any]
else:
    _Base = object

RIGHTS: Final[dict[BulkKind, str]] = {
    BulkKind.TAKE: TAKE,
    BulkKind.HAND_OVER: TAKE,
    BulkKind.PUT_BACK: TAKE,
    BulkKind.DOCUMENTS: ASK,
    BulkKind.APPROVE: APPROVE,
}

_KEPT: Final = "bulk_sets"
_MOST_KEPT: Final = 5
"""Sets that a session remembers: several tabs, and not without end."""

_REFRESH_SECONDS: Final = 3


def bulk_kinds(user: Any) -> list[BulkKind]:
    """Give the acts on many cases that somebody may do."""
    return [kind for kind, right in RIGHTS.items() if user.has_perm(right)]


class BulkPages(_Base):
    """The pages of an act on many cases, below the list of objections."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("many/", wrap(require_POST(self.fix_view)), name="objections_objection_many"),
            path("many/<uuid:key>/", wrap(self.bulk_view), name="objections_objection_bulk"),
            *super().get_urls(),
        ]

    def fix_view(self, request: HttpRequest) -> HttpResponse:
        """Fix the set that was ticked, or what the list finds; its page shows it before the act."""
        name = request.POST.get("kind", "")
        back = f"{reverse('admin:objections_objection_changelist')}?{request.GET.urlencode()}"
        if name not in BulkKind.values:
            messages.error(request, _("Choose what is to be done with the cases."))
            return HttpResponseRedirect(back)
        kind = BulkKind(name)
        if not request.user.has_perm(RIGHTS[kind]):
            raise PermissionDenied
        ids, is_cut = chosen_rows(self, request, most=MOST_AT_ONCE)
        listed = listed_cases(self.get_queryset(request), ids)
        if not listed:
            messages.error(request, _("Tick the cases first, or choose all of this list."))
            return HttpResponseRedirect(back)
        asked = [
            each for each in listed if not hindrance(each, _ungrounded(each, kind), _by(request))
        ]
        ground = commonest_ground(asked) if kind == BulkKind.DOCUMENTS else ""
        fixed = BulkSet(kind, tuple(each.chosen for each in listed), is_cut, ground)
        return HttpResponseRedirect(self._bulk_url(_keep(request, fixed)))

    def bulk_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        """Show a set and what would become of each case; do it once; then show what was done."""
        user = _by(request)
        done = BulkAct.objects.filter(submission=key, by=user).first()
        if done is not None:
            return self._result_page(request, done)
        stored = request.session.get(_KEPT, {}).get(str(key))
        if stored is None:
            messages.info(request, _("This choice of cases is over. Tick the cases again."))
            return HttpResponseRedirect(reverse("admin:objections_objection_changelist"))
        fixed = BulkSet.read(stored)
        if not user.has_perm(RIGHTS[fixed.kind]):
            raise PermissionDenied
        decisions = {case.objection: case.decision for case in fixed.cases if case.decision}
        data = request.POST if request.method == "POST" else None
        form = bulk_form(fixed.kind, data, by=user, decisions=decisions)
        if data is None or not form.is_valid():
            return self._preview_page(request, key, fixed, form)
        self._run(request, key, fixed, form)
        return HttpResponseRedirect(self._bulk_url(key))

    def _run(self, request: HttpRequest, key: uuid.UUID, fixed: BulkSet, form: BulkForm) -> None:
        user, wish = _by(request), form.wish(fixed.kind)
        chosen = {case.objection: case for case in fixed.cases}
        seen = {pk: case.seen for pk, case in chosen.items()}
        left_out: dict[int, str] = {}
        for each in listed_cases(self.get_queryset(request), chosen):
            pk = each.case.pk
            # What changed since is for the service: it refuses and remembers that somebody tried.
            is_changed = bool(changed_since(each, chosen[pk]))
            why = "" if is_changed else hindrance(each, fixed, user) or has_already(each, wish.to)
            if why:
                left_out[pk] = why
                del seen[pk]
        act_on_many(
            submission=key,
            wish=wish,
            seen=seen,
            left_out=left_out,
            by=user,
            now=timezone.now(),
            words=refusal_text,
        )

    # Pages ------------------------------------------------------------------------------------

    def _preview_page(
        self, request: HttpRequest, key: uuid.UUID, fixed: BulkSet, form: BulkForm
    ) -> HttpResponse:
        chosen = {case.objection: case for case in fixed.cases}
        listed = listed_cases(self.get_queryset(request), chosen)
        rows: list[tuple[Listed, Any]] = []
        left: list[tuple[Listed, str]] = []
        for each in listed:
            why = changed_since(each, chosen[each.case.pk]) or hindrance(each, fixed, _by(request))
            if why:
                left.append((each, why))
            else:
                rows.append((each, effect(each, fixed.kind)))
        shown = [each.proposal for each, _text in rows if each.proposal]
        return TemplateResponse(
            request,
            "admin/objections/bulk.html",
            {
                **self._bulk_frame(request, fixed.kind),
                "fixed": fixed,
                "bulk_form": form,
                "most": MOST_AT_ONCE,
                "rows": rows,
                "left": left,
                "ground": rows[0][0].case.ground_text if fixed.ground and rows else "",
                "shows_decisions": fixed.kind == BulkKind.APPROVE,
                "reason_labels": reason_labels(shown),
            },
        )

    def _result_page(self, request: HttpRequest, bulk: BulkAct) -> HttpResponse:
        related = ("objection__person", "objection__assigned_to")
        cases = list(bulk.cases.select_related(*related).order_by("objection_id"))
        done = [each for each in cases if each.is_done]
        refused = [each for each in cases if each.is_done is False]
        text = ngettext("Done with %(number)d case.", "Done with %(number)d cases.", len(done))
        is_running = bulk.ended_at is None
        return TemplateResponse(
            request,
            "admin/objections/bulk_done.html",
            {
                **self._bulk_frame(request, BulkKind(bulk.kind)),
                "bulk": bulk,
                "done": done,
                "refused": refused,
                "unreached": [each for each in cases if each.is_done is None],
                "done_text": text % {"number": len(done)},
                "is_running": is_running,
                "refresh_seconds": _REFRESH_SECONDS if is_running else None,
            },
        )

    def _bulk_frame(self, request: HttpRequest, kind: BulkKind) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": kind.label,
            "opts": self.opts,
        }

    def _bulk_url(self, key: uuid.UUID) -> str:
        return reverse("admin:objections_objection_bulk", args=[key])


def _keep(request: HttpRequest, fixed: BulkSet) -> uuid.UUID:
    """Remember a set in the session, and the last few of them only."""
    key = uuid.uuid4()
    kept = list(request.session.get(_KEPT, {}).items())[1 - _MOST_KEPT :]
    request.session[_KEPT] = dict([*kept, (str(key), fixed.stored())])
    return key


def _ungrounded(listed: Listed, kind: BulkKind) -> BulkSet:
    """Give a set whose ground is that of a case: what else is in its way?"""
    return BulkSet(kind, (), ground=listed.case.ground)


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)
