"""Campaigns in the staff site: previewed, started by a second person, paused, resumed, stopped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import day_cell, moment_cell, number_cell, two_lines
from access.staff import CaseAction, CaseAdmin, overtaken_text
from beneficiaries.models import User
from notifications.campaigns import LANGUAGES, pause_campaign, stop_campaign
from notifications.daily import left_today
from notifications.errors import CampaignMoved, SamePersonRefused
from notifications.forecast import Forecast, Pace, forecast
from notifications.models import Campaign, CampaignEvent
from notifications.progress import Progress, is_done, progress_of
from notifications.statuses import CampaignAct, CampaignStatus, Lane
from portal.announcing import resume_announced, start_announced, uploaders_of
from portal.templatetags.portal_ui import tag
from saudi.forms import MessageField
from saudi.gregorian import riyadh_date
from saudi.languages import page_language
from saudi.money import format_sar
from saudi.sms import sms_parts

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

START: Final = "notifications.start_campaign"
STOP: Final = "notifications.stop_campaign"
SHOWN_EVENTS: Final = 50
REASON_CHARACTERS: Final = 200

_BADGES: Final = {
    CampaignStatus.PREPARED: ("wait", "clock"),
    CampaignStatus.STARTED: ("info", "send"),
    CampaignStatus.PAUSED: ("wait", "pause"),
    CampaignStatus.STOPPED: ("plain", "stop"),
}
_EVENT_ICONS: Final = {
    CampaignAct.PREPARED: "check",
    CampaignAct.FILLED: "check",
    CampaignAct.STARTED: "send",
    CampaignAct.PAUSED: "pause",
    CampaignAct.RESUMED: "send",
    CampaignAct.STOPPED: "stop",
}
_LANGUAGE_NAMES: Final = {"ar": gettext_lazy("Arabic"), "en": gettext_lazy("English")}


class StartForm(forms.Form):
    """The second person says that they have read what will be sent."""

    is_read = forms.BooleanField(
        label=gettext_lazy("I have read both texts and the number of recipients"),
        error_messages={"required": gettext_lazy("Read both texts, then tick this.")},
    )


class StopForm(forms.Form):
    """Why a campaign ends, and that it ends for good."""

    reason = MessageField(
        label=gettext_lazy("Reason"),
        longest=REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write why it is stopped.")},
    )
    is_final = forms.BooleanField(
        label=gettext_lazy("I know that it cannot be started again"),
        error_messages={"required": gettext_lazy("Tick this to stop it for good.")},
    )


@admin.register(Campaign)
class CampaignAdmin(CaseAdmin):
    """Announcements to many; a second person starts each."""

    list_title = gettext_lazy("Campaigns")
    list_display = ("name_text", "state", "people", "far", "prepared", "preparer", "starter")
    list_select_related = ("prepared_by", "started_by")
    ordering = ("-id",)
    case_template = "admin/notifications/campaign.html"
    refusals = (SamePersonRefused, CampaignMoved)
    facts = ("people", "parts_text", "cost_text", "prepared_fact", "started_fact")

    def get_case(self, request: HttpRequest, pk: int) -> Campaign:
        return get_object_or_404(
            Campaign.objects.select_related("prepared_by", "started_by"), pk=pk
        )

    def case_actions(self) -> dict[str, CaseAction]:
        return {
            "start": CaseAction(START, self._start, StartForm),
            "pause": CaseAction(STOP, self._pause),
            "resume": CaseAction(START, self._resume),
            "stop": CaseAction(STOP, self._stop, StopForm),
        }

    def _start(
        self, request: HttpRequest, case: Campaign, form: StartForm, now: datetime
    ) -> StrOrPromise:
        start_announced(campaign=case, started_by=cast(User, request.user), now=now)
        return _("The campaign is started.")

    def _pause(
        self, request: HttpRequest, case: Campaign, form: None, now: datetime
    ) -> StrOrPromise:
        pause_campaign(campaign=case, by=cast(User, request.user), now=now)
        return _("The campaign is paused. Nothing more of it leaves.")

    def _resume(
        self, request: HttpRequest, case: Campaign, form: None, now: datetime
    ) -> StrOrPromise:
        resume_announced(campaign=case, by=cast(User, request.user), now=now)
        return _("The campaign goes on.")

    def _stop(
        self, request: HttpRequest, case: Campaign, form: StopForm, now: datetime
    ) -> StrOrPromise:
        reason = form.cleaned_data["reason"]
        stop_campaign(campaign=case, by=cast(User, request.user), reason=reason, now=now)
        return _("The campaign is stopped for good.")

    def refusal_text(self, refused: Exception) -> str:
        if isinstance(refused, CampaignMoved):
            event = refused.event
            return overtaken_text(
                status=capfirst(str(refused.status.label)),
                by=_name(event) if event else "",
                at=event.at if event else None,
            )
        return _(
            "Not saved: whoever prepared a campaign, or uploaded what it tells of, cannot start"
            " it. A second person does."
        )

    def case_context(
        self, request: HttpRequest, case: Campaign, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        status = CampaignStatus(case.status)
        progress = progress_of(case)
        is_own = request.user.pk in {case.prepared_by_id, *uploaders_of(case)}
        may_start, may_stop = request.user.has_perm(START), request.user.has_perm(STOP)
        is_ended = status == CampaignStatus.STOPPED or is_done(case)
        events = case.events.select_related("by").order_by("-id")[:SHOWN_EVENTS]
        return {
            "campaign": case,
            "model_admin": self,
            "facts": self.facts if settings.SMS_PART_PRICE_HALALAS else _without_cost(self.facts),
            "state": self.state(case),
            "texts": _texts(case),
            "progress": progress,
            "is_prepared": status == CampaignStatus.PREPARED,
            "bar": (case.recipients, progress.sent + progress.failed + progress.unknown),
            "forecast": None if is_ended else _forecast(case, progress, timezone.now()),
            "events": [
                {
                    "icon": _EVENT_ICONS[CampaignAct(event.act)],
                    "what": capfirst(str(CampaignAct(event.act).label)),
                    "by": _name(event),
                    "at": event.at,
                    "reason": event.reason,
                }
                for event in events
            ],
            "may_start": status == CampaignStatus.PREPARED and may_start and not is_own,
            "may_pause": status == CampaignStatus.STARTED and may_stop and not is_ended,
            "may_resume": status == CampaignStatus.PAUSED and may_start and not is_own,
            "may_stop": may_stop and not is_ended,
            "is_own": is_own and status in {CampaignStatus.PREPARED, CampaignStatus.PAUSED},
            "is_done": is_done(case),
            "is_stopped": status == CampaignStatus.STOPPED,
            "start_form": bound["start"],
            "stop_form": bound["stop"],
        }

    @admin.display(description=gettext_lazy("Name"))
    def name_text(self, campaign: Campaign) -> str:
        return campaign.name

    @admin.display(description=gettext_lazy("Status"))
    def state(self, campaign: Campaign) -> SafeString:
        if is_done(campaign):
            return tag(_("All sent"), "ok", "ok")
        status = CampaignStatus(campaign.status)
        return tag(capfirst(str(status.label)), *_BADGES[status])

    @admin.display(description=gettext_lazy("Recipients"))
    def people(self, campaign: Campaign) -> SafeString | str:
        return number_cell(f"{campaign.recipients:,}")

    @admin.display(description=gettext_lazy("Sent"))
    def far(self, campaign: Campaign) -> SafeString | str:
        if campaign.started_at is None:
            return number_cell("")
        sent = progress_of(campaign).sent
        share = sent * 100 // campaign.recipients if campaign.recipients else 100
        return two_lines(number_cell(f"{sent:,}"), number_cell(f"{share}%"))

    @admin.display(description=gettext_lazy("SMS parts in all"))
    def parts_text(self, campaign: Campaign) -> SafeString | str:
        return number_cell(f"{campaign.parts:,}")

    @admin.display(description=gettext_lazy("Cost"))
    def cost_text(self, campaign: Campaign) -> str:
        return _cost(campaign.parts)

    @admin.display(description=gettext_lazy("Prepared"))
    def prepared(self, campaign: Campaign) -> str:
        return day_cell(riyadh_date(campaign.prepared_at))

    @admin.display(description=gettext_lazy("Prepared"))
    def prepared_fact(self, campaign: Campaign) -> SafeString | str:
        return two_lines(self.preparer(campaign), moment_cell(campaign.prepared_at))

    @admin.display(description=gettext_lazy("Started"))
    def started_fact(self, campaign: Campaign) -> SafeString | str:
        if campaign.started_at is None:
            return number_cell("")
        return two_lines(self.starter(campaign), moment_cell(campaign.started_at))

    @admin.display(description=gettext_lazy("Prepared by"))
    def preparer(self, campaign: Campaign) -> str:
        return str(campaign.prepared_by or capfirst(_("the command line")))

    @admin.display(description=gettext_lazy("Started by"))
    def starter(self, campaign: Campaign) -> str:
        return str(campaign.started_by or "–")


def _without_cost(facts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in facts if name != "cost_text")


def _name(event: CampaignEvent) -> str:
    return str(event.by or capfirst(_("the command line")))


def _cost(parts: int) -> str:
    price = Decimal(settings.SMS_PART_PRICE_HALALAS) / 100
    return format_sar(price * parts, page_language())


def _texts(campaign: Campaign) -> list[dict[str, Any]]:
    """Give each text with its parts, its recipients and what it costs."""
    texts = {text.language: text for text in campaign.texts.all()}
    rows = []
    for language in LANGUAGES:
        if text := texts.get(language):
            parts = sms_parts(text.body).parts
            rows.append(
                {
                    "language": language,
                    "name": _LANGUAGE_NAMES[language],
                    "body": text.body,
                    "recipients": text.recipients,
                    "parts": parts,
                    "parts_in_all": parts * text.recipients,
                    "cost": _cost(parts * text.recipients)
                    if settings.SMS_PART_PRICE_HALALAS
                    else "",
                }
            )
    return rows


def _forecast(campaign: Campaign, progress: Progress, now: datetime) -> Forecast:
    """Tell when the first and the last of what waits leave, if it goes on from now."""
    lane = Lane(campaign.lane)
    pace = Pace(settings.SMS_PER_SECOND, settings.SMS_PER_DAY, settings.SMS_IN_FLIGHT)
    left = left_today(gateway=settings.SMS_GATEWAY, lane=lane, limit=settings.SMS_PER_DAY, now=now)
    return forecast(lane=lane, messages=progress.waiting, at=now, pace=pace, left_today=left)
