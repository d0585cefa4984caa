"""Wordings of the SMS: their limits, two people, and what a message is written with."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from notifications.campaigns import Recipient, prepare_campaign
from notifications.catalogue import TEMPLATES, Template, template_of
from notifications.models import Message, SmsText
from notifications.outbox import queue_for_many, queue_message
from notifications.texts import wording
from notifications.texts.errors import (
    AlreadyDecided,
    NotOwnProposal,
    OwnProposal,
    ProposalWaits,
    SameText,
    TextRefused,
)
from notifications.texts.models import Decision
from notifications.texts.rules import FaultKind, faults_of, most_parts, worst_size
from notifications.texts.services import (
    approve_text,
    current_texts,
    propose_text,
    reject_text,
    take_back_text,
)
from notifications.texts.words import FIELD_NAMES, TEMPLATE_NAMES, sample_values
from tests import personas

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PROGRAMME = {
    "ar": {"programme": "حساب المواطن", "call_centre": "19912"},
    "en": {"programme": "Citizen Account", "call_centre": "19912"},
}
NEW = {
    "ar": "{programme}: رمزك للدخول {code}. لا تعطه لأحد.",
    "en": "{programme}: use the code {code} to sign in. Do not give it to anyone.",
}
NEWER = {
    "ar": "{programme}: رمزك {code} للدخول. لا تعطه لأحد.",
    "en": "{programme}: the code is {code}. Do not give it to anyone.",
}
KEY = "sign_in_code"

each_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)


def kinds(text: str, *, language: str = "ar", key: str = KEY) -> set[str]:
    faults = faults_of(template_of(key), language, text, PROGRAMME[language])
    return {str(fault.kind) for fault in faults}


def propose(texts: Mapping[str, str] = NEW, key: str = KEY, by: Any = None) -> SmsText:
    return propose_text(
        template=key,
        texts=texts,
        why="نص أوضح",
        proposed_by=by or personas.staff("supervisor"),
        now=NOW,
    )


def approve(row: SmsText, by: Any = None) -> SmsText:
    return approve_text(text=row, approved_by=by or personas.staff("approver"), now=NOW)


def queue(event: str = "e1", language: str = "ar", to: str = "+966500000001") -> str:
    with transaction.atomic():
        queue_message(
            event=event,
            to=to,
            template=KEY,
            values={"code": "048213"},
            language=language,
            now=NOW,
        )
    return Message.objects.get(event=event).body


class TestLimits:
    @each_template
    @pytest.mark.parametrize("language", ["ar", "en"])
    def test_the_catalogues_own_wording_is_within_them(
        self, template: Template, language: str
    ) -> None:
        text = template.texts[language]
        assert faults_of(template, language, text, PROGRAMME[language]) == []
        worst = template.worst_body(language, PROGRAMME[language])
        assert worst_size(template, language, text, PROGRAMME[language]).units >= len(worst)

    @each_template
    def test_staff_have_a_name_for_every_message_and_field(self, template: Template) -> None:
        assert template.key in TEMPLATE_NAMES, "Name it in notifications/texts/words.py."
        assert template.fields <= set(FIELD_NAMES), "Name them in notifications/texts/words.py."
        for language in ("ar", "en"):
            assert set(sample_values(template, language)) == template.fields

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("{programme}: رمزك {programme.__class__} {code}. لا تعطه لأحد.", "braces"),
            ("{programme}: رمزك {code!r}. لا تعطه لأحد.", "braces"),
            ("{programme}: رمزك {code:>999999999}. لا تعطه لأحد.", "braces"),
            ("{programme}: رمزك {code[0]}. لا تعطه لأحد.", "braces"),
            ("{programme}: رمزك {{code}}. لا تعطه لأحد.", "braces"),
            ("{programme}: رمزك {} {code}. لا تعطه لأحد.", "braces"),
            ("{programme}: رمزك {code. لا تعطه لأحد.", "braces"),
            ("{programme}: رمزك code}. لا تعطه لأحد.", "braces"),
            ("{programme}: رمزك {CODE}. لا تعطه لأحد.", "braces"),
            ("{programme}: رمزك {code} من {name}. لا تعطه لأحد.", "unknown_field"),
            ("{programme}: رمزك عندنا. لا تعطه لأحد.", "missing_field"),
            ("رمزك {code}. لا تعطه لأحد.", "missing_field"),
            ("رمزك {code} من {programme}. لا تعطه لأحد.", "programme_first"),
            ("{programme}: رمزك{code}. لا تعطه لأحد.", "touched_field"),
            ("{programme}: رمزك {code}{code}. لا تعطه لأحد.", "touched_field"),
            ("{programme}: {code} رمزك. لا تعطه لأحد.", "fields_together"),
            ("{programme}: رمزك {code}. http لا تعطه لأحد.", "link"),
            ("{programme}: رمزك {code}. www لا تعطه لأحد.", "link"),
            ("{programme}: رمزك {code} في bit.ly. لا تعطه لأحد.", "link"),
            ("{programme}: رمزك {code} في موقعنا.السعودية. لا تعطه لأحد.", "link"),
            ("{programme}: رمزك {code}.الآن. لا تعطه لأحد.", "link"),
            ("{programme}: رمزك {code}. اتصل 0500000001. لا تعطه لأحد.", "digit"),
            ("{programme}: رمزك {code}. اتصل ١٩٩١٢. لا تعطه لأحد.", "digit"),
            ("{programme}: رمزك {code}\u202e. لا تعطه لأحد.", "invisible"),
            ("{programme}: رمزك {code}\u200f. لا تعطه لأحد.", "invisible"),
            ("{programme}: رمزك {code}\u00a0. لا تعطه لأحد.", "invisible"),
            ("{programme}: رمزك {code}\x00. لا تعطه لأحد.", "invisible"),
            ("{programme}: رمزك {code}.\nلا تعطه لأحد.", "invisible"),
            ("{programme}: رمزُك {code}. لا تعطه لأحد.", "vowel"),
            ("{programme}: رمـزك {code}. لا تعطه لأحد.", "tatweel"),
            ("{programme}: رمزک {code}. لا تعطه لأحد.", "other_script"),
            ("{programme}: رمز OTP {code}. لا تعطه لأحد.", "other_script"),
            ("{programme}: رمزك {code} 😀. لا تعطه لأحد.", "character"),
            ("{programme}: رمزك {code}, لا تعطه لأحد.", "character"),
            ("{programme}: رمزك للدخول {code}.", "no_warning"),
            ("{programme}: " + "رمز " * 12 + "{code}. لا تعطه لأحد.", "too_many_parts"),
            ("{programme}: رمزك {code}. لا تعطه لأحد." + "ا" * 10_000, "too_long"),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_what_an_arabic_wording_may_not_have(self, text: str, kind: str) -> None:
        assert kind in kinds(text)

    @pytest.mark.parametrize(
        ("char", "instead"), [("’", "'"), ("“", '"'), ("–", "-"), ("…", "..."), ("،", ",")]
    )
    def test_a_dear_character_is_named_with_its_cost(self, char: str, instead: str) -> None:
        text = "{programme}: your request {reference} is closed" + char + " Sign in to read why."
        template = template_of("ticket_closed")
        [fault] = faults_of(template, "en", text, PROGRAMME["en"])
        assert (fault.kind, fault.what, fault.instead) == (FaultKind.DEAR, char, instead)
        assert fault.parts == 2
        assert worst_size(template, "en", text.replace(char, "."), PROGRAMME["en"]).parts == 1

    def test_an_english_wording_has_no_other_letters(self) -> None:
        warning = "Do not give it to anyone."
        assert "other_script" in kinds(f"{{programme}}: رمز {{code}}. {warning}", language="en")
        assert "character" in kinds(f"{{programme}}: code @ {{code}}. {warning}", language="en")

    def test_what_goes_to_millions_takes_one_part(self) -> None:
        template = template_of("results_announced")
        assert most_parts(template) == 1 < template.max_parts
        text = "{programme}: ظهرت نتيجة أهليتك لدورة {cycle}. " + "اقرأها في ملفك. " * 3
        assert "too_many_parts" in kinds(text.strip(), key="results_announced")

    def test_the_call_centre_stays_where_it_was(self) -> None:
        text = "{programme}: تغير جوالك إلى رقم آخره {last_digits}. اتصل بنا."
        assert kinds(text, key="mobile_changed") == {"missing_field"}


@pytest.mark.django_db
class TestTwoPeople:
    def test_an_approved_wording_counts_and_a_return_is_the_same_way(self) -> None:
        approve(propose())
        assert current_texts(template_of(KEY)) == NEW
        approve(propose(NEWER))
        approve(propose(NEW))
        assert current_texts(template_of(KEY)) == NEW
        back = approve(propose(template_of(KEY).texts))
        assert back.is_default
        assert current_texts(template_of(KEY)) == template_of(KEY).texts
        assert SmsText.objects.count() == 4

    def test_nobody_decides_on_their_own(self) -> None:
        one = personas.staff("administrator")
        row = propose(by=one)
        with pytest.raises(OwnProposal):
            approve(row, by=one)
        with pytest.raises(OwnProposal):
            reject_text(text=row, reason="لا", rejected_by=one, now=NOW)
        row.refresh_from_db()
        assert row.waits

    def test_a_rejected_wording_counts_nowhere(self) -> None:
        row = reject_text(
            text=propose(), reason="طويل", rejected_by=personas.staff("approver"), now=NOW
        )
        assert (row.decision, row.decision_reason) == (Decision.REJECTED, "طويل")
        assert current_texts(template_of(KEY)) == template_of(KEY).texts

    def test_only_its_proposer_takes_a_wording_back(self) -> None:
        one = personas.staff("supervisor")
        row = propose(by=one)
        with pytest.raises(NotOwnProposal):
            take_back_text(text=row, by=personas.staff("supervisor"), now=NOW)
        take_back_text(text=row, by=one, now=NOW)
        assert propose(NEWER, by=one).waits

    def test_what_is_decided_stays_decided(self) -> None:
        one = personas.staff("supervisor")
        row = approve(propose(by=one))
        with pytest.raises(AlreadyDecided) as refused:
            approve(row)
        assert (refused.value.decision, refused.value.at) == ("approved", NOW)
        with pytest.raises(AlreadyDecided):
            reject_text(text=row, reason="لا", rejected_by=personas.staff("approver"), now=NOW)
        with pytest.raises(AlreadyDecided):
            take_back_text(text=row, by=one, now=NOW)

    def test_one_proposal_of_a_message_waits_at_a_time(self) -> None:
        propose()
        with pytest.raises(ProposalWaits):
            propose(NEWER)
        assert SmsText.objects.count() == 1

    def test_no_other_fault_is_taken_for_a_proposal_that_waits(self) -> None:
        with pytest.raises(IntegrityError, match="sms_text_is_whole"), transaction.atomic():
            propose_text(template=KEY, texts=NEW, why="", proposed_by=personas.staff(), now=NOW)
        assert not SmsText.objects.exists()

    def test_the_wording_that_counts_is_not_proposed(self) -> None:
        with pytest.raises(SameText):
            propose(template_of(KEY).texts)

    def test_limits_are_asked_at_the_proposal(self) -> None:
        with pytest.raises(TextRefused) as refused:
            propose({**NEW, "en": "{programme.__class__}"})
        assert set(refused.value.faults) == {"en"}
        assert not SmsText.objects.exists()

    def test_limits_are_asked_again_at_the_approval(self, settings: Any) -> None:
        row = propose()
        settings.PROGRAMME = type(settings.PROGRAMME)(
            **{
                **{name: getattr(settings.PROGRAMME, name) for name in _fields(settings.PROGRAMME)},
                "name_ar": "برنامج " * 10,
            }
        )
        with pytest.raises(TextRefused):
            approve(row)
        row.refresh_from_db()
        assert row.waits


def _fields(made: Any) -> list[str]:
    return list(made.__dataclass_fields__)


@pytest.mark.django_db
class TestWhatTheDatabaseHolds:
    @pytest.mark.parametrize(
        ("constraint", "facts"),
        [
            ("sms_text_is_whole", {"text_ar": ""}),
            ("sms_text_is_whole", {"why": ""}),
            ("sms_text_decided_whole", {"decision": "approved"}),
            ("sms_text_decided_whole", {"decided_at": NOW}),
        ],
    )
    def test_no_half_row(self, constraint: str, facts: dict[str, Any]) -> None:
        whole = {
            "template": KEY,
            "text_ar": "ن",
            "text_en": "t",
            "why": "w",
            "proposed_by": personas.staff(),
            "proposed_at": NOW,
        }
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            SmsText.objects.create(**{**whole, **facts})

    def test_no_approval_by_the_proposer(self) -> None:
        row = propose()
        with (
            pytest.raises(IntegrityError, match="sms_text_decided_by_a_second_person"),
            transaction.atomic(),
        ):
            SmsText.objects.filter(pk=row.pk).update(
                decision="approved", decided_by=row.proposed_by, decided_at=NOW
            )

    def test_no_rejection_without_a_reason(self) -> None:
        row = propose()
        with (
            pytest.raises(IntegrityError, match="sms_text_rejected_with_a_reason"),
            transaction.atomic(),
        ):
            SmsText.objects.filter(pk=row.pk).update(
                decision="rejected", decided_by=personas.staff(), decided_at=NOW
            )

    @pytest.mark.parametrize(
        "facts",
        [{"text_ar": "آخر"}, {"why": "آخر"}, {"template": "ticket_code"}, {"is_default": True}],
    )
    def test_a_proposal_is_never_edited(self, facts: dict[str, Any]) -> None:
        row = propose()
        with pytest.raises(IntegrityError, match="kept as it is"), transaction.atomic():
            SmsText.objects.filter(pk=row.pk).update(**facts)

    def test_a_decision_is_never_changed_and_nothing_deleted(self) -> None:
        row = approve(propose())
        with pytest.raises(IntegrityError, match="kept as it is"), transaction.atomic():
            SmsText.objects.filter(pk=row.pk).update(decision_reason="آخر")
        with pytest.raises(IntegrityError, match="kept as it is"), transaction.atomic():
            row.delete()


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_counts() -> None:
    row = propose()
    approvers = [personas.staff("approver"), personas.staff("approver")]
    start = Barrier(2)

    def decide(by: Any) -> str:
        try:
            start.wait(10)
            approve(row, by=by)
        except AlreadyDecided:
            return "late"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, approvers)) == ["done", "late"]


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_at_once_one_waits() -> None:
    people = [personas.staff("supervisor"), personas.staff("supervisor")]
    start = Barrier(2)

    def offer(by: Any) -> str:
        try:
            start.wait(10)
            propose(by=by)
        except ProposalWaits:
            return "late"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(offer, people)) == ["done", "late"]
    assert SmsText.objects.count() == 1


class Clock:
    """The process's clock, moved by the test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, wordings_table: None) -> Clock:
    made = Clock()
    monkeypatch.setattr(wording.time, "monotonic", made)
    return made


def statements(event: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        queue(event)
    return [query["sql"] for query in captured if "notifications_" in query["sql"]]


def put(texts: Mapping[str, str]) -> SmsText:
    """Put an approved wording there as another process does: this one is not told."""
    return SmsText.objects.create(
        template=KEY,
        text_ar=texts["ar"],
        text_en=texts["en"],
        why="نص",
        proposed_by=personas.staff(),
        proposed_at=NOW,
        decision="approved",
        decided_by=personas.staff(),
        decided_at=NOW,
    )


@pytest.mark.django_db
class TestWhatAMessageIsWrittenWith:
    def test_the_approved_wording_is_in_every_message(self, clock: Clock) -> None:
        put(NEW)
        assert queue("a") == "حساب المواطن: رمزك للدخول 048213. لا تعطه لأحد."
        english = queue("b", language="en")
        assert english == (
            "Citizen Account: use the code 048213 to sign in. Do not give it to anyone."
        )

    def test_one_statement_a_message_and_one_read_in_half_a_minute(self, clock: Clock) -> None:
        queue("a")
        kept = [statements(f"b{number}") for number in range(5)]
        assert [len(each) for each in kept] == [2] * 5  # the row, and the test's own look at it
        clock.now += wording.REFRESH_SECONDS
        assert len(statements("c")) == 3
        assert len(statements("d")) == 2

    def test_a_new_wording_counts_after_half_a_minute(self, clock: Clock) -> None:
        queue("a")
        put(NEW)
        clock.now += wording.REFRESH_SECONDS - 1
        assert "رمز الدخول" in queue("b")
        clock.now += 1
        assert "رمزك للدخول" in queue("c")
        assert "رمز الدخول" in Message.objects.get(event="b").body

    def test_who_approves_sees_it_at_once(
        self, clock: Clock, django_capture_on_commit_callbacks: Any
    ) -> None:
        queue("a")
        with django_capture_on_commit_callbacks(execute=True):
            approve(propose())
        assert "رمزك للدخول" in queue("b")

    def test_a_return_to_the_default_follows_the_catalogue(self, clock: Clock) -> None:
        put(NEW)
        approve(propose(template_of(KEY).texts))
        assert "رمز الدخول" in queue("a")

    def test_nothing_is_checked_while_the_stamp_stays(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(NEW)
        queue("a")
        monkeypatch.setattr(wording, "_fitting", lambda rows: pytest.fail("checked again"))
        clock.now += wording.REFRESH_SECONDS
        assert "رمزك للدخول" in queue("b")

    def test_while_the_read_fails_the_last_known_wording_is_used(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        put(NEW)
        queue("a")
        asked = []

        def fail() -> list[SmsText]:
            asked.append(1)
            raise OperationalError("away")

        monkeypatch.setattr(wording, "_read", fail)
        clock.now += wording.REFRESH_SECONDS
        with caplog.at_level(logging.WARNING):
            assert "رمزك للدخول" in queue("b")
            assert "رمزك للدخول" in queue("c")
        assert len(asked) == 1
        assert "could not be read" in caplog.text

    def test_a_failed_first_read_leaves_the_catalogue_and_the_change(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> list[SmsText]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column FROM notifications_smstext")
            return []

        put(NEW)
        monkeypatch.setattr(wording, "_read", fail)
        assert "رمز الدخول" in queue("a")

    @pytest.mark.parametrize(
        "text",
        ["{programme.__class__} {code}", "{code}", "بلا رمز", "{code} " + "ا" * 200],
    )
    def test_a_wording_that_does_not_fit_is_passed_over(
        self, clock: Clock, caplog: pytest.LogCaptureFixture, text: str
    ) -> None:
        put({"ar": text, "en": NEW["en"]})
        with caplog.at_level(logging.ERROR):
            assert queue("a") == "حساب المواطن: رمز الدخول 048213. لا تعطه لأحد."
        assert "no longer fits" in caplog.text

    def test_a_wording_of_a_message_that_is_gone_is_passed_over(self, clock: Clock) -> None:
        put(NEW)
        SmsText.objects.create(
            template="gone",
            text_ar="ن",
            text_en="t",
            why="w",
            proposed_by=personas.staff(),
            proposed_at=NOW,
            decision="approved",
            decided_by=personas.staff(),
            decided_at=NOW,
        )
        assert "رمزك للدخول" in queue("a")

    def test_an_unknown_person_costs_the_same_and_the_code_stays_hidden(self, clock: Clock) -> None:
        put(NEW)
        assert "048213" not in queue("a", to="")
        assert "رمزك للدخول" in Message.objects.get(event="a").body

    def test_a_campaign_is_written_with_the_wording_that_counts(self, clock: Clock) -> None:
        texts = {
            "ar": "{programme}: خرجت نتيجة أهليتك لدورة {cycle}. اقرأها في ملفك.",
            "en": "{programme}: your result for {cycle} is out. Sign in to read it.",
        }
        approve(propose(texts, key="results_announced"))
        prepare_campaign(
            key="k",
            name="n",
            template="results_announced",
            values={"ar": {"cycle": "يناير 2027"}, "en": {"cycle": "January 2027"}},
            recipients=[Recipient("r1", "+966500000001")],
            prepared_by=personas.staff(),
            now=NOW,
        )
        assert Message.objects.get().body == (
            "حساب المواطن: خرجت نتيجة أهليتك لدورة يناير 2027. اقرأها في ملفك."
        )


def test_while_one_thread_reads_the_others_go_on(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "_refresh", lambda: None)
    wording.wording_of(KEY)
    clock.now += wording.REFRESH_SECONDS
    monkeypatch.setattr(wording, "_refresh", lambda: pytest.fail("two read"))
    with wording._Known.lock:
        assert wording.wording_of(KEY) is template_of(KEY)


@pytest.mark.django_db
def test_one_message_for_many_is_written_with_the_wording_that_counts(clock: Clock) -> None:
    put(NEW)
    with transaction.atomic():
        queue_for_many(
            event="m",
            recipients="SELECT %(mobile)s AS mobile, 'ar' AS language",
            facts={"mobile": "+966500000001"},
            template=KEY,
            values={"ar": {"code": "048213"}, "en": {"code": "048213"}},
            now=NOW,
        )
    assert "رمزك للدخول" in Message.objects.get().body
