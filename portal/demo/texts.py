"""What staff did with the texts of the SMS: one text rejected, one approved, one that waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from beneficiaries.models import User
from notifications.texts.services import approve_text, propose_text, reject_text
from notifications.texts.wording import forget_wordings
from portal.demo.days import DemoDays, at
from portal.demo.stories import Story

_REJECTED_DAYS: Final = 41
_APPROVED_DAYS: Final = 27
_WAITING_DAYS: Final = 1

_REJECTED: Final[Mapping[str, str]] = {
    "ar": "{programme}: رمزك للدخول هو {code}. لا تعطه لأحد.",
    "en": "{programme}: use the code {code} to sign in. Do not give it to anyone.",
}
_APPROVED: Final[Mapping[str, str]] = {
    "ar": "{programme}: قرأنا طلبك {reference} وبدأنا العمل عليه. نخبرك برسالة.",
    "en": (
        "{programme}: we read your request {reference} and began to work on it. "
        "We will tell you by message when we answer."
    ),
}
_WAITING: Final[Mapping[str, str]] = {
    "ar": "{programme}: رددنا على طلبك {reference}. افتح صوتك مسموع واقرأ الرد.",
    "en": (
        "{programme}: we answered your request {reference}. Read the answer in Your Voice Is Heard."
    ),
}


def texts_of_the_sms(days: DemoDays, staff: dict[str, User]) -> Story:
    """Change texts as a supervisor and an approver do; what is sent later has what counts then."""
    day = days.today - timedelta(days=_REJECTED_DAYS)
    yield at(day, 9)
    rejected = propose_text(
        template="sign_in_code",
        texts=_REJECTED,
        why="نص أوضح لمن يدخل أول مرة.",
        proposed_by=staff["supervisor"],
        now=at(day, 9),
    )
    yield at(day, 11)
    reject_text(
        text=rejected,
        reason="عبارة «رمز الدخول» يعرفها الناس. نبقيها كما هي.",
        rejected_by=staff["approver"],
        now=at(day, 11),
    )
    day = days.today - timedelta(days=_APPROVED_DAYS)
    yield at(day, 9)
    approved = propose_text(
        template="ticket_taken",
        texts=_APPROVED,
        why="سألَنا كثيرون هل قرأ أحد طلبهم.",
        proposed_by=staff["supervisor"],
        now=at(day, 9),
    )
    yield at(day, 10)
    approve_text(text=approved, approved_by=staff["approver"], now=at(day, 10))
    forget_wordings()  # all of the demonstration is one transaction
    day = days.today - timedelta(days=_WAITING_DAYS)
    yield at(day, 9)
    propose_text(
        template="ticket_answered",
        texts=_WAITING,
        why="اتصل بنا كثيرون لا يعرفون أين يقرؤون الرد.",
        proposed_by=staff["supervisor"],
        now=at(day, 9),
    )
