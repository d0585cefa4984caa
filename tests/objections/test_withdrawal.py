"""Taking an objection back, and filing again while the window is open."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from beneficiaries.models import EligibilityResult
from objections.errors import LastChance, TransitionRefused
from objections.models import Objection
from objections.services import withdraw_objection
from objections.services.review import propose_decision
from objections.statuses import ObjectionStatus
from tests.objections.cases import (
    NOW,
    approved,
    decided,
    documents_wanted,
    proposal_of,
    proposed,
    result_of,
    riyadh,
    seen,
    submitted,
    texts_to,
)
from tests.objections.test_concurrency import at_once
from tests.personas import adult_of, head, outsider, sign_in, sign_in_staff, staff, user_of

pytestmark = pytest.mark.django_db

LAST_SECOND = riyadh("2027-01-27 23:59:59")
TOO_LATE = riyadh("2027-01-28 00:00:00")
IS_WITHDRAWN = "أوقفنا دراسته."
FINAL = "أعرف أنني لا أستطيع الاعتراض"


def url(objection: Objection) -> str:
    return reverse("objections:withdraw", args=[objection.reference])


def withdrawn(
    objection: Objection, *, now: datetime = NOW, knows_it_is_final: bool = False
) -> Objection:
    return withdraw_objection(
        objection=objection,
        actor=user_of(objection.filed_by),
        knows_it_is_final=knows_it_is_final,
        now=now,
    )


@pytest.fixture
def filed() -> Objection:
    person = head()
    return submitted(result_of(person), person)


def state(objection: Objection) -> tuple[str, list[str]]:
    objection.refresh_from_db()
    return objection.status, texts_to(objection.filed_by, template="objection_withdrawn")


def test_what_waits_can_be_withdrawn_once_and_filed_again(filed: Objection) -> None:
    worker = staff("caseworker")
    documents_wanted(filed, worker)
    withdrawn(filed)
    withdrawn(filed)
    assert state(filed) == ("withdrawn", ["objection_withdrawn"])
    assert filed.documents_due_on is None
    last = filed.events.latest("id")
    assert (last.from_status, last.to_status, last.actor) == (
        "documents_wanted",
        "withdrawn",
        user_of(filed.filed_by),
    )
    again = submitted(EligibilityResult.objects.get(), filed.filed_by)
    assert again.reference not in {None, filed.reference}
    with pytest.raises(TransitionRefused):
        propose_decision(
            objection_id=filed.pk,
            proposer=worker,
            proposal=proposal_of(ObjectionStatus.REJECTED),
            seen=seen(filed),
            now=NOW,
        )


@pytest.mark.parametrize("decision", [ObjectionStatus.ACCEPTED, ObjectionStatus.REJECTED])
def test_decision_stays(filed: Objection, decision: ObjectionStatus) -> None:
    decided(filed, staff("caseworker"), decision=decision)
    with pytest.raises(TransitionRefused):
        withdrawn(filed)
    assert state(filed) == (decision, [])


@pytest.mark.parametrize(("now", "is_last"), [(LAST_SECOND, False), (TOO_LATE, True)])
def test_after_the_window_only_who_knows_withdraws(
    filed: Objection, now: datetime, is_last: bool
) -> None:
    if is_last:
        with pytest.raises(LastChance):
            withdrawn(filed, now=now)
        assert state(filed)[0] == "submitted"
    withdrawn(filed, now=now, knows_it_is_final=is_last)
    assert state(filed)[0] == "withdrawn"


def test_corrected_result_cannot_be_objected_to_again(filed: Objection) -> None:
    EligibilityResult.objects.update(superseded_on=NOW.date())
    with pytest.raises(LastChance):
        withdrawn(filed)


# The page ---------------------------------------------------------------------


@pytest.mark.usefixtures("november")
def test_citizen_reads_what_it_means_and_withdraws(client: Client, filed: Objection) -> None:
    sign_in(client, filed.filed_by)
    detail = reverse("objections:detail", args=[filed.reference])
    assert url(filed) in client.get(detail).content.decode()
    asked = client.get(url(filed)).content.decode()
    assert "27 يناير 2027" in asked
    assert FINAL not in asked
    assert state(filed)[0] == "submitted", "a page that is opened changes nothing"
    response = client.post(url(filed), follow=True)
    assert response.redirect_chain[-1][0] == detail
    page = response.content.decode()
    assert IS_WITHDRAWN in page
    assert "اعترض مرة أخرى" in page
    assert url(filed) not in page
    assert state(filed) == ("withdrawn", ["objection_withdrawn"])
    late = client.post(url(filed), follow=True)
    assert "لم يعد سحب هذا الاعتراض ممكنًا" in late.content.decode()


def test_after_the_window_the_page_warns_and_wants_a_tick(client: Client, filed: Objection) -> None:
    with time_machine.travel(TOO_LATE, tick=False):
        sign_in(client, filed.filed_by)
        refused = client.post(url(filed))
        assert refused.status_code == 200
        page = refused.content.decode()
        assert FINAL in page
        assert "ضع علامة هنا لتسحب الاعتراض" in page
        assert state(filed)[0] == "submitted"
        done = client.post(url(filed), {"understood": "on"}, follow=True).content.decode()
    assert state(filed)[0] == "withdrawn"
    assert "تستطيع الاعتراض مرة أخرى من ملفك" not in done


@pytest.mark.usefixtures("november")
def test_nobody_but_the_filer_withdraws(client: Client) -> None:
    filer = head()
    adult = adult_of(filer)
    about_adult = submitted(result_of(adult), filer)
    for who in (adult, outsider()):
        browser = Client()
        sign_in(browser, who)
        assert browser.get(url(about_adult)).status_code == 404
        assert browser.post(url(about_adult), {"understood": "on"}).status_code == 404
    assert client.post(url(about_adult)).status_code == 302
    desk = Client()
    sign_in_staff(desk, "caseworker")
    assert desk.post(url(about_adult)).status_code in {302, 403, 404}
    assert state(about_adult) == ("submitted", [])
    reader = Client()
    sign_in(reader, adult)
    detail = reader.get(reverse("objections:detail", args=[about_adult.reference]))
    assert url(about_adult) not in detail.content.decode()


@pytest.mark.django_db(transaction=True)
def test_ten_presses_at_once_withdraw_once() -> None:
    person = head()
    filed = submitted(result_of(person), person)
    at_once(10, lambda _number: withdrawn(filed).pk)
    assert state(filed) == ("withdrawn", ["objection_withdrawn"])
    assert filed.events.filter(to_status="withdrawn").count() == 1


@pytest.mark.django_db(transaction=True)
def test_approval_and_withdrawal_at_once_give_one_of_both() -> None:
    person = head()
    filed = submitted(result_of(person), person)
    decision = proposed(filed, staff("caseworker"), decision=ObjectionStatus.REJECTED)

    def one(number: int) -> str:
        try:
            if number:
                withdrawn(filed)
            else:
                approved(decision)
        except TransitionRefused:
            return "refused"
        return "done"

    assert sorted(at_once(2, one)) == ["done", "refused"]
    ends = filed.events.filter(is_refused=False, to_status__in=["rejected", "withdrawn"])
    filed.refresh_from_db()
    decision.refresh_from_db()
    assert [event.to_status for event in ends] == [filed.status]
    assert (filed.status, decision.state) in {("rejected", "approved"), ("withdrawn", "lapsed")}
