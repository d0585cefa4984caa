"""The wording of each SMS in the staff site: seen, proposed, and decided on by a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from access.cells import NOTHING, moment_cell
from access.staff import CaseAction, CaseAdmin, overtaken_text
from beneficiaries.models import User
from notifications.catalogue import TEMPLATES, Template
from notifications.errors import UnknownTemplate
from notifications.models import SmsText
from notifications.statuses import Lane
from notifications.texts.errors import (
    AlreadyDecided,
    NotOwnProposal,
    OwnProposal,
    ProposalWaits,
    SameText,
    TextRefused,
)
from notifications.texts.models import Decision
from notifications.texts.rules import LANGUAGES, wanted_fields
from notifications.texts.services import (
    approve_text,
    current_texts,
    propose_text,
    reject_text,
    take_back_text,
)
from notifications.texts.wording import in_force, is_fit
from notifications.texts.words import field_name, template_name
from portal.forms.sms_texts import FIELD_OF, ProposeForm, RejectForm, fault_texts
from portal.sms_previews import Change, Preview, changes_of, previews_of
from portal.templatetags.portal_ui import tag
from saudi.languages import page_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EDIT: Final = "notifications.edit_smstext"
APPROVE: Final = "notifications.approve_smstext"
LONGEST_HISTORY: Final = 50

_BADGES: Final = {
    "": ("wait", "clock"),
    Decision.APPROVED: ("ok", "check"),
    Decision.REJECTED: ("bad", "no"),
    Decision.TAKEN_BACK: ("plain", "undo"),
}


@dataclass(frozen=True)
class Listed:
    """One SMS in the list of all."""

    name: str
    url: str
    text: str
    parts: list[Preview]
    since: datetime | None
    waiting_url: str


@dataclass(frozen=True)
class Step:
    """One wording in the history of an SMS, against the one that counted before it."""

    row: SmsText
    state: SafeString
    changes: list[Change]
    url: str
    again_url: str


def state_tag(row: SmsText) -> SafeString:
    """Show what became of a wording as word, icon and colour."""
    label = row.get_decision_display() if row.decision else _("waits for a second person")
    return tag(capfirst(str(label)), *_BADGES[row.decision])


def _template_of(key: str) -> Template:
    if key not in TEMPLATES:
        raise Http404
    return TEMPLATES[key]


@admin.register(SmsText)
class SmsTextAdmin(CaseAdmin):
    """Every SMS with the wording that counts, and every wording that was proposed."""

    list_title = gettext_lazy("Texts of the SMS")
    list_display = ("name_text", "state", "why_text", "proposed", "proposer", "decider")
    list_select_related = ("proposed_by", "decided_by")
    ordering = ("-id",)
    change_list_template = "admin/notifications/texts.html"
    case_template = "admin/notifications/proposal.html"
    refusals = (AlreadyDecided, OwnProposal, NotOwnProposal, TextRefused, UnknownTemplate)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        mine = [
            path("of/<str:key>/", view(self.text_view), name="notifications_smstext_of"),
            path("of/<str:key>/propose/", view(self.propose_view), name="notifications_propose"),
            path(
                "of/<str:key>/preview/",
                view(require_POST(self.preview_view)),
                name="notifications_preview",
            ),
        ]
        return [*mine, *super().get_urls()]

    # The list of all --------------------------------------------------------------------------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        lanes = {"lanes": self._lanes()} if self.has_view_permission(request) else {}
        return super().changelist_view(request, {**lanes, **(extra_context or {})})

    def _lanes(self) -> list[tuple[str, list[Listed]]]:
        """Give every SMS by lane with the wording that counts."""
        counts = {row.template: row for row in in_force() if is_fit(row)}
        waiting = dict(SmsText.objects.filter(decision="").values_list("template", "pk"))
        listed: dict[str, list[Listed]] = {}
        for key, template in TEMPLATES.items():
            row = counts.get(key)
            texts = template.texts if row is None or row.is_default else row.texts
            previews = previews_of(template, texts)
            shown = next(each for each in previews if each.language == page_language())
            listed.setdefault(template.lane, []).append(
                Listed(
                    name=str(template_name(key)),
                    url=self._url("smstext_of", key),
                    text=shown.sample,
                    parts=previews,
                    since=row.decided_at if row else None,
                    waiting_url=self._case_url(waiting[key]) if key in waiting else "",
                )
            )
        return [
            (capfirst(str(lane.label)), listed[lane]) for lane in Lane if listed.get(lane.value)
        ]

    # One SMS ----------------------------------------------------------------------------------

    def text_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show what counts now, as a phone shows it, and all that was proposed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        template = _template_of(key)
        history = self._history(template)
        texts = current_texts(template)
        counting = in_force().filter(template=key).first()
        context = {
            **self._context(request, template),
            "texts": self._side_by_side(texts),
            "previews": previews_of(template, texts),
            "counting": counting,
            "is_unfit": counting is not None and not counting.is_default and not is_fit(counting),
            "history": history,
            "waiting": next((step for step in history if step.row.waits), None),
            "default_texts": self._side_by_side(template.texts),
            "is_default": texts == template.texts,
            "may_propose": request.user.has_perm(EDIT),
        }
        return TemplateResponse(request, "admin/notifications/text.html", context)

    def _history(self, template: Template) -> list[Step]:
        """Give the newest wordings, each against the one that counted when it was proposed."""
        rows = SmsText.objects.filter(template=template.key).order_by("-id")
        newest = list(rows.select_related("proposed_by", "decided_by")[:LONGEST_HISTORY])
        steps: list[Step] = []
        before = self._before(newest[-1], template) if newest else template.texts
        for row in reversed(newest):
            again = f"{self._url('propose', template.key)}?from={row.pk}"
            changes = changes_of(before, row.texts)
            steps.append(Step(row, state_tag(row), changes, self._case_url(row.pk), again))
            if row.decision == Decision.APPROVED:
                before = row.texts
        return steps[::-1]

    # Proposing --------------------------------------------------------------------------------

    def propose_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """Take another wording; what was typed stays until it is within the limits."""
        if not request.user.has_perm(EDIT):
            raise PermissionDenied
        template = _template_of(key)
        form = (
            ProposeForm(template, request.POST)
            if request.method == "POST"
            else ProposeForm(template, initial=self._start(request, template))
        )
        if request.POST.get("action") == "preview":
            form.is_valid()
        elif form.is_bound and form.is_valid():
            proposed = self._propose(request, template, form)
            if proposed is not None:
                messages.success(request, _("The text waits for a second person."))
                return HttpResponseRedirect(self.case_url(proposed))
        context = {
            **self._context(request, template),
            "propose_form": form,
            "previews": previews_of(template, form.typed),
            "shows_faults": not form.errors,
        }
        return TemplateResponse(request, "admin/notifications/propose.html", context)

    def _propose(
        self, request: HttpRequest, template: Template, form: ProposeForm
    ) -> SmsText | None:
        try:
            return propose_text(
                template=template.key,
                texts=form.texts,
                why=form.cleaned_data["why"],
                proposed_by=cast(User, request.user),
                now=timezone.now(),
            )
        except TextRefused as refused:
            form.tell(refused.faults)
        except SameText:
            form.add_error("text_ar", _("This text counts already. Change it or leave the page."))
        except ProposalWaits:
            messages.error(
                request,
                _("Not saved: another text of this SMS waits. It is decided on first."),
            )
        return None

    def _start(self, request: HttpRequest, template: Template) -> dict[str, str]:
        """Give what the form opens with: what counts, an earlier wording, or the portal's own."""
        asked = request.GET.get("from", "")
        texts = current_texts(template)
        if asked == "default":
            texts = template.texts
        elif asked.isascii() and asked.isdecimal() and len(asked) < 10:
            row = SmsText.objects.filter(template=template.key, pk=int(asked)).first()
            texts = texts if row is None else row.texts
        return {FIELD_OF[language]: texts[language] for language in LANGUAGES}

    def preview_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show what is being typed, for the page's script."""
        if not request.user.has_perm(EDIT):
            raise PermissionDenied
        template = _template_of(key)
        form = ProposeForm(template, request.POST)
        context = {"previews": previews_of(template, form.typed), "shows_faults": True}
        return TemplateResponse(request, "admin/notifications/text_previews.html", context)

    # Deciding ---------------------------------------------------------------------------------

    def get_case(self, request: HttpRequest, pk: int) -> SmsText:
        rows = SmsText.objects.select_related("proposed_by", "decided_by")
        return get_object_or_404(rows, pk=pk)

    def case_actions(self) -> dict[str, CaseAction]:
        return {
            "approve": CaseAction(APPROVE, self._approve),
            "reject": CaseAction(APPROVE, self._reject, RejectForm),
            "take_back": CaseAction(EDIT, self._take_back),
        }

    def _approve(
        self, request: HttpRequest, case: SmsText, form: None, now: datetime
    ) -> StrOrPromise:
        approve_text(text=case, approved_by=cast(User, request.user), now=now)
        return _("The text is approved. In half a minute every new message has it.")

    def _reject(
        self, request: HttpRequest, case: SmsText, form: forms.Form, now: datetime
    ) -> StrOrPromise:
        reason = form.cleaned_data["reason"]
        reject_text(text=case, reason=reason, rejected_by=cast(User, request.user), now=now)
        return _("The text is rejected.")

    def _take_back(
        self, request: HttpRequest, case: SmsText, form: None, now: datetime
    ) -> StrOrPromise:
        take_back_text(text=case, by=cast(User, request.user), now=now)
        return _("You took the text back.")

    def refusal_text(self, refused: Exception) -> str:
        if isinstance(refused, AlreadyDecided):
            label = capfirst(str(Decision(refused.decision).label))
            return overtaken_text(status=label, by=refused.by, at=refused.at)
        if isinstance(refused, TextRefused):
            texts = [
                text
                for language, faults in refused.faults.items()
                for text in fault_texts(faults, language)
            ]
            return " ".join([_("Not saved: the text is no longer within the limits."), *texts])
        if isinstance(refused, UnknownTemplate):
            return _("Not saved: the text is no longer within the limits.")
        if isinstance(refused, NotOwnProposal):
            return _("Not saved: only whoever proposed a text takes it back.")
        return _("Not saved: you proposed this text. A second person decides on it.")

    def case_context(
        self, request: HttpRequest, case: SmsText, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        template = TEMPLATES.get(case.template)
        before = self._before(case, template)
        is_own = case.proposed_by_id == request.user.pk
        return {
            "shown": case,
            "name": template_name(case.template),
            "text_url": self._url("smstext_of", case.template) if template else "",
            "state": state_tag(case),
            "changes": changes_of(before, case.texts),
            "previews": previews_of(template, case.texts) if template else [],
            "shows_faults": case.waits,
            "reject_form": bound["reject"],
            "is_own": is_own,
            "may_decide": case.waits and not is_own and request.user.has_perm(APPROVE),
            "may_take_back": case.waits and is_own and request.user.has_perm(EDIT),
        }

    def _before(self, case: SmsText, template: Template | None) -> Mapping[str, str]:
        """Give the wording that counted when another was proposed."""
        approved = SmsText.objects.filter(template=case.template, decision=Decision.APPROVED)
        row = approved.filter(pk__lt=case.pk).order_by("-id").first()
        if row is not None:
            return row.texts
        return template.texts if template else case.texts

    # Shared -----------------------------------------------------------------------------------

    def _context(self, request: HttpRequest, template: Template) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": template_name(template.key),
            "opts": self.opts,
            "text_url": self._url("smstext_of", template.key),
            "propose_url": self._url("propose", template.key),
            "preview_url": self._url("preview", template.key),
            "lane": capfirst(str(Lane(template.lane).label)),
            "is_secret": template.is_secret,
            "text_fields": [
                {
                    "name": f"{{{name}}}",
                    "what": capfirst(str(field_name(name))),
                    "longest": template.worst[page_language()].get(name, ""),
                }
                for name in sorted(wanted_fields(template), key=lambda each: each != "programme")
            ],
        }

    @staticmethod
    def _side_by_side(texts: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Give each language with its direction and its text."""
        return [
            (language, "rtl" if language == "ar" else "ltr", texts[language])
            for language in LANGUAGES
        ]

    def _url(self, name: str, key: str) -> str:
        return reverse(f"admin:notifications_{name}", args=[key])

    def _case_url(self, pk: int) -> str:
        return reverse("admin:notifications_smstext_change", args=[pk])

    @admin.display(description=gettext_lazy("Message"))
    def name_text(self, row: SmsText) -> str:
        return str(template_name(row.template))

    @admin.display(description=gettext_lazy("Status"))
    def state(self, row: SmsText) -> SafeString:
        return state_tag(row)

    @admin.display(description=gettext_lazy("Why"))
    def why_text(self, row: SmsText) -> SafeString:
        return format_html("<bdi>{}</bdi>", row.why)

    @admin.display(description=gettext_lazy("Proposed"))
    def proposed(self, row: SmsText) -> SafeString | str:
        return moment_cell(row.proposed_at)

    @admin.display(description=gettext_lazy("By"))
    def proposer(self, row: SmsText) -> SafeString:
        return format_html("<bdi>{}</bdi>", row.proposed_by)

    @admin.display(description=gettext_lazy("Decided by"))
    def decider(self, row: SmsText) -> SafeString | str:
        return format_html("<bdi>{}</bdi>", row.decided_by) if row.decided_by else NOTHING
