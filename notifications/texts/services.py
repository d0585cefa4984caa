"""Proposing a wording of an SMS, and deciding on it: two people, nothing edited in place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction

from notifications.catalogue import Template, template_of
from notifications.programme import programme_values
from notifications.texts.errors import (
    AlreadyDecided,
    NotOwnProposal,
    OwnProposal,
    ProposalWaits,
    SameText,
    TextRefused,
)
from notifications.texts.models import Decision, SmsText
from notifications.texts.rules import LANGUAGES, Fault, faults_of
from notifications.texts.wording import forget_wordings, in_force, is_fit

__all__ = [
    "approve_text",
    "current_texts",
    "ensure_within_limits",
    "propose_text",
    "reject_text",
    "take_back_text",
]


def current_texts(template: Template) -> Mapping[str, str]:
    """Give the wording that counts, as the database has it now."""
    row = in_force().filter(template=template.key).first()
    return template.texts if row is None or row.is_default or not is_fit(row) else row.texts


def ensure_within_limits(template: Template, texts: Mapping[str, str]) -> None:
    """Hold both languages to the limits. Raises TextRefused."""
    faults: dict[str, list[Fault]] = {}
    for language in LANGUAGES:
        found = faults_of(template, language, texts[language], programme_values(language))
        if found:
            faults[language] = found
    if faults:
        raise TextRefused(faults)


def propose_text(
    *,
    template: str,
    texts: Mapping[str, str],
    why: str,
    proposed_by: AbstractBaseUser,
    now: datetime,
) -> SmsText:
    """Write a wording that waits for a second person.

    One transaction. The catalogue's own wording is proposed like any other, and is then a return
    to it. Of two proposals at once the constraint `sms_text_waits_once` keeps one.

    Raises:
        UnknownTemplate: no SMS has this key.
        TextRefused: a language is outside the limits.
        SameText: the wording counts already.
        ProposalWaits: another one of this SMS waits.
    """
    chosen = template_of(template)
    ensure_within_limits(chosen, texts)
    if all(current_texts(chosen)[language] == texts[language] for language in LANGUAGES):
        raise SameText(template)
    try:
        with transaction.atomic():
            return SmsText.objects.create(
                template=template,
                text_ar=texts["ar"],
                text_en=texts["en"],
                is_default=all(chosen.texts[name] == texts[name] for name in LANGUAGES),
                why=why,
                proposed_by_id=proposed_by.pk,
                proposed_at=now,
            )
    except IntegrityError as error:
        if "sms_text_waits_once" not in str(error):
            raise
        raise ProposalWaits(template) from error


def approve_text(*, text: SmsText, approved_by: AbstractBaseUser, now: datetime) -> SmsText:
    """Let a wording count from now on; the limits are asked once more.

    One transaction, the row locked. Other processes follow within `REFRESH_SECONDS`.

    Raises:
        AlreadyDecided: somebody decided first.
        OwnProposal: whoever proposed it approves it.
        TextRefused: it no longer fits, after a release or with another programme name.
        UnknownTemplate: no SMS has its key any more.
    """
    with transaction.atomic():
        locked = _waiting(text)
        if approved_by.pk == locked.proposed_by_id:
            raise OwnProposal(locked.pk)
        ensure_within_limits(template_of(locked.template), locked.texts)
        _decide(locked, Decision.APPROVED, approved_by, "", now)
        transaction.on_commit(forget_wordings)
    return locked


def reject_text(
    *, text: SmsText, reason: str, rejected_by: AbstractBaseUser, now: datetime
) -> SmsText:
    """Turn a wording down with a reason. One transaction, the row locked.

    Raises:
        AlreadyDecided: somebody decided first.
        OwnProposal: whoever proposed it rejects it; they take it back.
    """
    with transaction.atomic():
        locked = _waiting(text)
        if rejected_by.pk == locked.proposed_by_id:
            raise OwnProposal(locked.pk)
        _decide(locked, Decision.REJECTED, rejected_by, reason, now)
    return locked


def take_back_text(*, text: SmsText, by: AbstractBaseUser, now: datetime) -> SmsText:
    """Take back one's own proposal. One transaction, the row locked.

    Raises:
        AlreadyDecided: somebody decided first.
        NotOwnProposal: somebody else proposed it.
    """
    with transaction.atomic():
        locked = _waiting(text)
        if by.pk != locked.proposed_by_id:
            raise NotOwnProposal(locked.pk)
        _decide(locked, Decision.TAKEN_BACK, by, "", now)
    return locked


def _waiting(text: SmsText) -> SmsText:
    locked = SmsText.objects.select_for_update().get(pk=text.pk)
    if not locked.waits:
        raise AlreadyDecided(
            decision=locked.decision, by=str(locked.decided_by), at=locked.decided_at
        )
    return locked


def _decide(
    locked: SmsText, decision: Decision, by: AbstractBaseUser, reason: str, now: datetime
) -> None:
    locked.decision, locked.decided_by_id, locked.decided_at = decision, by.pk, now
    locked.decision_reason = reason
    locked.save(update_fields=["decision", "decided_by", "decided_at", "decision_reason"])
