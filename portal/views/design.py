"""The design, for those who build and check the portal: every component in every state.

It shows made-up people and exists with DEMO on only. Nothing is drawn for this page alone: each
sample is the component that the pages use, and each status comes from its app's own table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from beneficiaries.payments import words_of
from beneficiaries.reasons import REASONS
from beneficiaries.statuses import PaymentStatus, ResultStatus
from notifications.mail.models import MailAddress
from objections.forms import DeclarationForm, DraftDocumentsForm, StatementForm
from objections.grounds import GroundCode
from objections.models import Ground
from objections.presenting import FileView, StatusView
from objections.statuses import BADGES as OBJECTION_BADGES
from objections.statuses import ObjectionStatus
from portal.call_centre import call_centre_state
from portal.context_processors import main_menu
from portal.forms.sign_in import CodeForm, SignInForm
from portal.inbox.presenting import Notice
from portal.standing import Standing
from portal.templatetags.portal_ui import Step, TimelineItem
from portal.templatetags.staff_ui import Cell
from saudi.hijri import HijriDate
from saudi.iban import group_iban
from saudi.languages import page_language
from sawtak.forms import TicketForm
from sawtak.statuses import BADGES as TICKET_BADGES
from sawtak.statuses import TicketStatus

ANNOUNCED: Final = date(2026, 10, 29)
LAST_DAY: Final = ANNOUNCED + timedelta(days=90)
OPEN_HOUR: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
CLOSED_HOUR: Final = datetime(2026, 11, 27, 9, tzinfo=UTC)

LONG_NAME: Final = "عبدالرحمن بن عبدالعزيز بن عبدالله بن محمد التجريبي القحطاني"
TURNING_NAME: Final = "سارة \u202e أحمد"
"""A name with a mark that turns the direction of what follows it (O07)."""

STATEMENT: Final = "عقد الإيجار موثّق باسمي، ورقم العداد 30114567 مكتوب فيه."


@dataclass(frozen=True)
class Row:
    """A row of the sample table."""

    name: str
    due: Decimal
    paid: Decimal
    deadline: date | None


def _objection_statuses() -> list[StatusView]:
    return [
        StatusView(str(status.label), OBJECTION_BADGES[status].kind, OBJECTION_BADGES[status].icon)
        for status in ObjectionStatus
    ]


def _ticket_statuses() -> list[StatusView]:
    return [
        StatusView(str(status.label), TICKET_BADGES[status].kind, TICKET_BADGES[status].icon)
        for status in TicketStatus
    ]


def _deadlines() -> list[dict[str, Any]]:
    days = (26, 80, 90, 91)
    return [
        {"counted_from": ANNOUNCED, "last_day": LAST_DAY, "today": ANNOUNCED + timedelta(days=day)}
        for day in days
    ]


def _steps() -> list[Step]:
    return [
        Step(_("The reasons"), "done", "#steps"),
        Step(_("Your data"), "done", "#steps", _("Changed with this objection")),
        Step(_("Documents"), "now"),
        Step(_("Send the objection")),
    ]


def _stations() -> list[TimelineItem]:
    at = datetime(2026, 11, 12, 18, 14, tzinfo=UTC)
    wanted = ObjectionStatus.DOCUMENTS_WANTED
    return [
        TimelineItem(str(ObjectionStatus.SUBMITTED.label), at=at, with_time=True),
        TimelineItem(
            str(wanted.label),
            "now",
            OBJECTION_BADGES[wanted].icon,
            at=at + timedelta(days=10),
            text=STATEMENT,
        ),
        TimelineItem(str(ObjectionStatus.ACCEPTED.label), "next"),
    ]


def _files() -> list[FileView]:
    return [
        FileView(
            "عقد-الإيجار.pdf",
            "pdf",
            "ok",
            _("Arrived and checked"),
            943_718,
            url="#files",
            action=_("Download"),
        ),
        FileView("صورة العداد.jpg", "image", "busy", _("Being checked"), 1_258_291),
        FileView("فاتورة الكهرباء.pdf", "pdf", "busy", _("Waits to be sent"), 80_000),
        FileView(
            "عقد-الإيجار-الثاني.pdf",
            "pdf",
            "bad",
            _("Not accepted"),
            2_300,
            why=_("The file is locked with a password. Save a copy without one and send that."),
        ),
    ]


def _refused_ticket() -> TicketForm:
    return TicketForm(
        {
            "full_name": "سارة",
            "mobile": "123",
            "national_id": "100000000",
            "birth_day": "1",
            "birth_month": "7",
            "birth_year": "404",
        },
        auto_id="refused_%s",
    )


def _filled_ticket() -> TicketForm:
    return TicketForm(
        initial={
            "full_name": LONG_NAME,
            "mobile": "+966500000001",
            "national_id": "1000000008",
            "birth": HijriDate(1404, 7, 1),
            "message": STATEMENT,
        },
        auto_id="filled_%s",
    )


def _numbers() -> list[tuple[str, str]]:
    """Give what must read from left to right in a line of Arabic, exactly as it stands here."""
    return [
        (_("Mobile"), "+966 50 000 0001"),
        (_("Reference"), "OBJ-2025-000123"),
        (_("Day"), "30/05/2025"),
        (_("Code"), "123 456"),
        (_("IBAN"), group_iban("SA0380000000608010167519")),
    ]


def _notices(language: str) -> list[Notice]:
    """Give a message that is new and one that was read, each with its way on."""
    return [
        Notice(
            title=_("Your objection needs a document"),
            text="ينقص اعتراضك 4026714834 مستند.",
            language="ar",
            at=OPEN_HOUR,
            icon="scale",
            is_unread=True,
            url="#tables",
            action=_("Open the objection"),
        ),
        Notice(
            title=_("We answered your request"),
            text=_("Your file shows what was due, what was paid and why."),
            language=language,
            at=OPEN_HOUR,
            icon="voice",
            is_unread=False,
        ),
    ]


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Show every component in the language of the page. Raises Http404 outside the demonstration.

    `?dialog=page` shows the dialog as a browser without a script gets it.
    """
    if not settings.DEMO:
        raise Http404
    language = page_language()
    grounds = list(Ground.objects.offered("result"))
    context = {
        "is_dialog_page": request.GET.get("dialog") == "page",
        "menu": main_menu("portal:profile"),
        "call_open": call_centre_state(OPEN_HOUR, language),
        "call_closed": call_centre_state(CLOSED_HOUR, language),
        "empty_form": SignInForm(auto_id="empty_%s"),
        "filled_form": _filled_ticket(),
        "refused_form": _refused_ticket(),
        "code_form": CodeForm(auto_id="code_%s"),
        "choices_form": StatementForm(
            grounds=grounds,
            initial={"ground": GroundCode.REASON_WRONG},
            auto_id="choices_%s",
        ),
        "documents_form": DraftDocumentsForm(kept_documents=0, auto_id="choices_%s"),
        "refused_choices": StatementForm({}, grounds=grounds, auto_id="refused_choices_%s"),
        "declaration": DeclarationForm({}, auto_id="declaration_%s"),
        "files": _files(),
        "steps": _steps(),
        "deadlines": _deadlines(),
        "stations": _stations(),
        "objection_statuses": _objection_statuses(),
        "ticket_statuses": _ticket_statuses(),
        "payment_statuses": [
            words_of(status, due_sar=Decimal(720), paid_sar=Decimal(720))
            for status in PaymentStatus
        ],
        "results": [
            {
                "is_eligible": status == ResultStatus.ELIGIBLE,
                "contested": {"get_status_display": status.label},
            }
            for status in ResultStatus
        ],
        "reasons": [REASONS["LEASE_NOT_PROVEN"].text(language)],
        "rows": [
            Row("سارة أحمد التجريبية", Decimal(720), Decimal("503.50"), LAST_DAY),
            Row(LONG_NAME, Decimal(216), Decimal(216), None),
        ],
        "email": MailAddress(address="sara@example.com", proved_at=OPEN_HOUR),
        "broken_email": MailAddress(
            address="sara@exmaple.com", proved_at=OPEN_HOUR, broken_at=CLOSED_HOUR
        ),
        "notices": _notices(language),
        "standing": Standing(unread=3),
        "staff_headers": [_("Reference"), _("Person"), _("Status")],
        "staff_rows": [
            [
                Cell(_("Reference"), "4026714834", "#tables"),
                Cell(_("Person"), LONG_NAME),
                Cell(_("Status"), ObjectionStatus.SUBMITTED.label),
            ]
        ],
        "long_name": LONG_NAME,
        "turning_name": TURNING_NAME,
        "statement": STATEMENT,
        "numbers": _numbers(),
        "amounts": [Decimal(0), Decimal(1), Decimal(216), Decimal("1296.50"), Decimal(3_000_000)],
        "day": LAST_DAY,
        "instant": OPEN_HOUR,
        "hijri": HijriDate(1410, 2, 30),
    }
    return render(request, "portal/design.html", context)
