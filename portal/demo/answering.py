"""What staff did with tickets besides answering them, in the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Max
from PIL import Image, ImageDraw

from beneficiaries.models import User
from documents.intake import CheckedFile, check_upload
from sawtak.bulk.services import answer_one, fix_set, start, stop
from sawtak.models import Category, Channel, ReplyTemplate, Ticket, TicketEvent
from sawtak.services import (
    TicketDetails,
    add_note,
    answer_ticket,
    file_ticket,
    hand_over_ticket,
    reply_from_sender,
    take_ticket,
)
from sawtak.services.joining import link_tickets, merge_ticket, split_ticket

_TICKS: Final = 100
_MANY: Final = 5
_ANSWERED_BEFORE_STOP: Final = 2


def answer_in_many_ways(*, agent: User, supervisor: User, now: datetime) -> None:
    """Join two tickets, split one, note, send a file, and answer many: once whole, once stopped.

    All of it happens after what the stories had last, in its order, and not after `now`.
    """
    clock = _clock(now)
    first = _file("متى تصل دفعة هذا الشهر؟ لم تصل إلى حسابي.", now=next(clock))
    again = _file("لم تصل الدفعة حتى اليوم، فما السبب؟", now=next(clock))
    first = _taken(first, agent, now=next(clock))
    merge_ticket(
        ticket_id=again.pk,
        into_id=first.pk,
        by=agent,
        seen_status=again.status,
        now=next(clock),
    )
    add_note(
        ticket_id=first.pk,
        author=agent,
        text="سألت فريق الدفعات: رد البنك المبلغ أمس، ونعيد الصرف بعد تأكيد الآيبان.",
        now=next(clock),
    )
    hand_over_ticket(
        ticket_id=first.pk,
        by=agent,
        to=supervisor,
        note="يحتاج إلى كلام مع البنك",
        seen_status=first.status,
        now=next(clock),
    )
    two = _file(
        "عقد الإيجار باسمي في إيجار، فلماذا لم يُقبل؟", now=next(clock), mobile="+966500000911"
    )
    reply_from_sender(
        ticket_id=two.pk,
        text="وأيضًا تغيّر رقم جوالي في ملفي ولا تصلني الرسائل.",
        attachments=[],
        now=next(clock),
    )
    second = split_ticket(
        ticket_id=two.pk,
        message_ids=[two.messages.order_by("id").values_list("pk", flat=True)[1]],
        category=Category.SIGN_IN,
        by=agent,
        seen_status="new",
        now=next(clock),
    )
    link_tickets(ticket_id=first.pk, other_id=second.pk, by=agent, now=next(clock))
    answer_ticket(
        ticket_id=two.pk,
        agent=agent,
        text="أرفقنا لك صفحة تبيّن أين تجد رقم العقد ورقم العداد. اعترض من ملفك وأرفق العقد.",
        seen_status="new",
        attachments=[_picture("أين رقم العقد.png")],
        now=next(clock),
    )
    for number, is_stopped in enumerate((False, True)):
        _answer_many(number, supervisor, is_stopped=is_stopped, clock=clock)


def _answer_many(number: int, by: User, *, is_stopped: bool, clock: Iterator[datetime]) -> None:
    template = ReplyTemplate.objects.create(
        category=Category.PAYMENTS,
        title_ar=f"تأخر الصرف في بنك {'الأول' if number == 0 else 'الثاني'}",
        title_en=f"Late payments of bank {number + 1}",
        text_ar="{name}، تأخرت دفعات هذا البنك يومًا. تصلك غدًا، ولا تحتاج إلى عمل شيء.",
        text_en="{name}, payments of this bank are a day late. Yours comes tomorrow. You need to do"
        " nothing.",
        place=200 + number,
    )
    made = [
        _file(
            "لم تنزل الدفعة في حسابي حتى الآن.",
            now=next(clock),
            mobile=f"+9665000009{20 + 10 * number + each}",
        )
        for each in range(_MANY)
    ]
    bulk = fix_set(tickets=made, template=template, by=by, is_cut=False, now=next(clock))
    start(bulk_id=bulk.pk, by=by, count=_MANY, digest=bulk.digest, now=next(clock))
    done = 0
    while not (is_stopped and done == _ANSWERED_BEFORE_STOP) and answer_one(
        bulk.pk, now=next(clock)
    ):
        done += 1
    if is_stopped:
        stop(bulk_id=bulk.pk, by=by, now=next(clock))


def _clock(now: datetime) -> Iterator[datetime]:
    """Give instants one after the other, from the last thing that happened to a ticket to `now`."""
    events = TicketEvent.objects.aggregate(Max("at"))["at__max"]
    received = Ticket.objects.aggregate(Max("received_at"))["received_at__max"]
    began = min(now, max(events, received))
    for tick in range(_TICKS):
        yield began + (now - began) * tick / _TICKS


def _file(text: str, *, now: datetime, mobile: str = "+966500000910") -> Ticket:
    details = TicketDetails(
        mobile=mobile, full_name="سلوى التجريبية", category=Category.PAYMENTS, message=text
    )
    return file_ticket(
        details=details,
        attachments=[],
        submission_key=f"demo:{mobile}:{now:%H%M%S%f}:{len(text)}",
        channel=Channel.CONTACT,
        language="ar",
        now=now,
    )


def _taken(ticket: Ticket, agent: User, *, now: datetime) -> Ticket:
    return take_ticket(ticket_id=ticket.pk, agent=agent, seen_status=ticket.status, now=now)


def _picture(name: str) -> CheckedFile:
    image = Image.new("RGB", (640, 360), "white")
    ImageDraw.Draw(image).rectangle((40, 60, 600, 120), outline="green", width=4)
    body = BytesIO()
    image.save(body, "PNG")
    return check_upload(SimpleUploadedFile(name, body.getvalue(), content_type="image/png"))
