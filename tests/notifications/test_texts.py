"""Wordings of the SMS: their limits, and the two people who decide."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from notifications.catalogue import TEMPLATES, Template, template_of
from notifications.models import SmsText
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
    current_texts,
    propose_text,
    reject_text,
    take_back_text,
)
from notifications.texts.words import FIELD_NAMES, TEMPLATE_NAMES, sample_values
from tests import personas
from tests.notifications.wordings import KEY, NEW, NOW, approve, propose

PROGRAMME = {
    "ar": {"programme": "حساب المواطن", "call_centre": "19912"},
    "en": {"programme": "Citizen Account", "call_centre": "19912"},
}

NEWER = {
    "ar": "{programme}: رمزك {code} للدخول. لا تعطه لأحد.",
    "en": "{programme}: the code is {code}. Do not give it to anyone.",
}

each_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)


def kinds(text: str, *, language: str = "ar", key: str = KEY) -> set[str]:
    faults = faults_of(template_of(key), language, text, PROGRAMME[language])
    return {str(fault.kind) for fault in faults}


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
