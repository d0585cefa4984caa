"""A notice and its mail are one statement of one transaction; the rows are the promise."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.campaigns import prepare_campaign, start_campaign, stop_campaign
from notifications.errors import OutsideTransaction
from notifications.mail.claims import claim, expire_and_cancel
from notifications.mail.models import Mail, MailAddress
from notifications.mail.outbox import queue_code_mail, queue_mail_for_many
from notifications.models import Message
from notifications.outbox import queue_message
from tests import personas

pytestmark = pytest.mark.django_db

ADDRESS = "sara@example.com"


def prove(person_id: int = 1, address: str = ADDRESS, **fields: Any) -> MailAddress:
    return MailAddress.objects.create(
        person_id=person_id, address=address, proved_at=timezone.now(), **fields
    )


def tell(person_id: int | None = 1, *, event: str = "objection:1:0", **fields: Any) -> None:
    facts: dict[str, Any] = {
        "to": "+966500000001",
        "template": "objection_accepted",
        "values": {"reference": "4026714834"},
        "language": "ar",
    }
    with transaction.atomic():
        queue_message(event=event, now=timezone.now(), person_id=person_id, **facts | fields)


def test_notice_of_a_person_with_an_address_is_also_a_mail_in_one_statement() -> None:
    prove()
    tell(event="objection:1:first")  # the wordings are read once
    with CaptureQueriesContext(connection) as captured:
        tell()
    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 1
    mail = Mail.objects.get(event="objection:1:0")
    assert (mail.address, mail.language, mail.status) == (ADDRESS, "ar", "queued")
    assert mail.subject == "قبلنا اعتراضك"
    assert mail.body == "قبلنا اعتراضك 4026714834. اقرأ في ملفك متى نطبق القرار."
    assert Message.objects.get(event="objection:1:0").body == f"حساب المواطن: {mail.body}"


def test_nobody_else_gets_a_mail(settings: Any) -> None:
    prove(2)
    tell(1, event="objection:1:no-address")
    tell(None, event="objection:1:nobody")
    prove(3, broken_at=timezone.now())
    tell(3, event="objection:1:broken")
    tell(
        2,
        event="code:1",
        template="sign_in_code",
        values={"code": "048213"},
        expires_at=timezone.now() + timedelta(minutes=5),
    )
    settings.EMAIL_BY = ""
    tell(2, event="objection:2:off")
    assert Mail.objects.count() == 0
    assert Message.objects.count() == 5


def test_event_told_twice_is_one_mail_and_one_rolled_back_is_none() -> None:
    prove()
    tell()
    tell()
    with transaction.atomic():
        tell(event="objection:1:1")
        transaction.set_rollback(True)
    assert Mail.objects.count() == 1


def test_person_without_a_mobile_gets_the_mail() -> None:
    prove()
    tell(to="")
    assert Mail.objects.get().status == "queued"
    assert Message.objects.get().status == "suppressed"


def test_mail_is_written_in_a_transaction_only(transactional_db: None) -> None:
    now = timezone.now()
    with pytest.raises(OutsideTransaction):
        queue_code_mail(
            event="code:1",
            person_id=1,
            address=ADDRESS,
            code="048213",
            language="ar",
            now=now,
            expires_at=now,
        )
    with pytest.raises(OutsideTransaction):
        for_many(now)


def for_many(now: datetime, campaign_id: int | None = None) -> int:
    return queue_mail_for_many(
        event="announced:2026-11",
        readers="SELECT id AS person_id, language FROM beneficiaries_person",
        facts={},
        template="results_announced",
        values={"ar": {"cycle": "نوفمبر 2026"}, "en": {"cycle": "November 2026"}},
        now=now,
        campaign_id=campaign_id,
    )


def test_many_people_are_one_statement_joined_to_proved_addresses() -> None:
    people = [personas.head(language=language) for language in ("ar", "en", "ar", "ar")]
    for number, person in enumerate(people[:3]):
        prove(
            person.pk, f"p{number}@example.com", broken_at=timezone.now() if number == 2 else None
        )
    for_many(timezone.now())  # the wordings are read once
    Mail.objects.all().delete()
    with CaptureQueriesContext(connection) as captured:
        assert for_many(timezone.now()) == 2
    assert len(captured) == 1
    assert for_many(timezone.now()) == 0
    arabic, english = Mail.objects.order_by("person_id")
    assert arabic.subject == "ظهرت نتائج الأهلية لدورة نوفمبر 2026"
    assert english.subject == "The eligibility results of November 2026 are out"
    assert english.body.startswith("Your eligibility result for November 2026 is out.")


def test_mails_of_a_campaign_leave_while_it_is_under_way() -> None:
    person = personas.head()
    prove(person.pk)
    now = timezone.now()
    campaign = prepare_campaign(
        key="2026-11",
        name="نوفمبر",
        template="results_announced",
        values={"ar": {"cycle": "نوفمبر 2026"}, "en": {"cycle": "November 2026"}},
        recipients=[],
        prepared_by=personas.staff(),
        now=now,
    )
    assert for_many(now, campaign.pk) == 1
    assert claim(now=now) == []
    second = personas.staff()
    start_campaign(campaign=campaign, started_by=second, now=now)
    assert len(claim(now=now)) == 1
    Mail.objects.update(status="queued")
    stop_campaign(campaign=campaign, by=second, reason="خطأ", now=now)
    assert claim(now=now) == []
    expire_and_cancel(now=now)
    assert Mail.objects.get().status == "cancelled"


def test_codes_leave_first() -> None:
    now = timezone.now()
    prove()
    tell()
    with transaction.atomic():
        queue_code_mail(
            event="code:1",
            person_id=1,
            address="other@example.com",
            code="048213",
            language="en",
            now=now,
            expires_at=now + timedelta(minutes=15),
        )
    first, second = claim(now=timezone.now())
    assert (first.template, second.template) == ("email_code", "objection_accepted")
    assert "048213" in first.body
    assert "http" not in first.body
