"""The ways to reach the programme: what each is for, who answers, and when.

Working time is the programme's and follows the holidays (DOMAIN 14); an answer is promised only
where a clock of ours holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.call_centre import call_centre_state, opening_hours
from portal.figures.wording import expected_texts
from portal.programme import Programme
from portal.work.kinds import WorkChannel
from saudi.gregorian import format_near
from sawtak.rules import ANSWER_WORKING_DAYS
from sawtak.timeline import due_on


@dataclass(frozen=True)
class Channel:
    """One way to reach the programme, in the language of the page.

    `label` is what leads there, `is_code` where it is an address or a number, which is written
    from left to right. `expected` is in what time answers came lately, where enough did.
    """

    name: str
    icon: str
    url: str
    label: str
    is_code: bool
    purpose: str
    who: str
    when: str
    note: str = ""
    expected: str = ""


def channels(at: datetime, language: str) -> list[Channel]:
    """Give the channels that the programme has, the quickest first. One statement."""
    programme: Programme = settings.PROGRAMME
    expected = expected_texts()
    answered = ngettext(
        "Within %(days)d working day. Write today, and we answer by the end of %(day)s.",
        "Within %(days)d working days. Write today, and we answer by the end of %(day)s.",
        ANSWER_WORKING_DAYS,
    ) % {"days": ANSWER_WORKING_DAYS, "day": format_near(due_on(at), language)}
    found = [
        Channel(
            name=_("Call centre"),
            icon="phone",
            url=f"tel:{programme.call_centre}",
            label=programme.call_centre,
            is_code=True,
            purpose=_("Questions about your file, your result and your payments."),
            who=_("A member of the call centre. They speak to the main beneficiary."),
            when=f"{opening_hours(programme, language)}. {call_centre_state(at, language).text}.",
            note=_("Call from the mobile registered in your file."),
        ),
        Channel(
            name=_("Your Voice Is Heard"),
            icon="voice",
            url=reverse("sawtak:new"),
            label=_("Write a request"),
            is_code=False,
            purpose=_("A complaint, a question or a suggestion, with your ID and your documents."),
            who=_("Staff who can see your file."),
            when=answered,
            note=_("We tell you by message when we answer. You follow it by its number."),
            expected=expected.get(WorkChannel.WEB, ""),
        ),
        Channel(
            name=_("Contact form"),
            icon="pen",
            url="#write",
            label=_("Write on this page"),
            is_code=False,
            purpose=_("A question or a remark that needs no ID."),
            who=_("Staff. They say nothing about a file, because they do not know who you are."),
            when=answered,
            expected=expected.get(WorkChannel.CONTACT, ""),
        ),
        Channel(
            name=_("Care account on X"),
            icon="chat",
            url=f"https://x.com/{programme.care_account.removeprefix('@')}",
            label=programme.care_account,
            is_code=True,
            purpose=_("News of the programme and general questions."),
            who=_("The care team, in public."),
            when=_("In working hours. No time is promised."),
            note=_("Never write your ID or mobile there: anyone can read it."),
        ),
    ]
    if programme.email:
        found.append(
            Channel(
                name=_("E-mail"),
                icon="mail",
                url=f"mailto:{programme.email}",
                label=programme.email,
                is_code=True,
                purpose=_("Letters from offices, and what is too long for a form."),
                who=_("The programme's office."),
                when=_("In working hours. No time is promised: it has no number to follow."),
            )
        )
    if address := programme.address(language):
        found.append(
            Channel(
                name=_("Post"),
                icon="file",
                url="",
                label=address,
                is_code=False,
                purpose=_("Papers that must come as originals."),
                who=_("The programme's office."),
                when=_("When the letter has arrived. Write your mobile in it."),
            )
        )
    return found
