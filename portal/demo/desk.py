"""Walking a request of صوتك مسموع to where it is, through the services, at past instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from beneficiaries.models import Person, User
from portal.demo.days import DemoDays
from portal.demo.files import paper
from portal.demo.people import UNKNOWN
from portal.demo.stories import Story
from portal.demo.tickets import DemoTicket, Step
from saudi.hijri import HijriDate
from sawtak.models import Channel, Ticket
from sawtak.services import (
    Sender,
    TicketDetails,
    answer_ticket,
    ask_sender,
    close_ticket,
    file_ticket,
    rate_ticket,
    reply_from_sender,
    take_ticket,
    withdraw_ticket,
)


@dataclass
class Desk:
    """What the walking of a ticket needs to know."""

    days: DemoDays
    people: dict[tuple[int, int], Person]
    agent: User

    def file(self, made: DemoTicket, number: int) -> Story:
        """Bring one ticket to where it is."""
        received_at = self.days.at(made.filed, 9 + number % 8, number * 13 % 60)
        if made.minutes_ago:
            received_at = self.days.now - timedelta(minutes=made.minutes_ago)
        yield received_at
        ticket = file_ticket(
            details=self._details(made),
            attachments=[paper(name) for name in made.files],
            submission_key=f"demonstration-{number}",
            channel=_channel_of(made, number),
            language=made.language,
            now=received_at,
        )
        for step in made.steps:
            now = received_at + timedelta(hours=step.after_hours)
            yield now
            if step.what == "again":
                self._file_again(ticket, made, now=now)
            else:
                ticket = self._walk(ticket, step, now=now)

    def _file_again(self, ticket: Ticket, made: DemoTicket, *, now: datetime) -> None:
        """Send the same request from the same browser: it joins its ticket."""
        file_ticket(
            details=self._details(made),
            attachments=[],
            submission_key=f"{ticket.submission_key}-again",
            channel=Channel.WEB,
            language=made.language,
            now=now,
            sender=Sender([ticket.reference]),
        )

    def _details(self, made: DemoTicket) -> TicketDetails:
        person = self.people.get((made.household, 0))
        mobile = made.other_mobile or (person.mobile if person else "")
        name = made.name or (person.full_name if person else "")
        if made.subject:
            return TicketDetails(
                mobile=mobile,
                full_name=name,
                category=made.category,
                message=made.message,
                subject=made.subject,
            )
        return TicketDetails(
            mobile=mobile,
            full_name=name,
            category=made.category,
            message=made.message,
            national_id=person.national_id if person else UNKNOWN,
            birth_date=person.birth_date if person else HijriDate(1415, 7, 1),
        )

    def _walk(self, ticket: Ticket, step: Step, *, now: datetime) -> Ticket:
        if step.what == "reply":
            return reply_from_sender(ticket_id=ticket.pk, text=step.text, attachments=[], now=now)
        if step.what == "withdraw":
            return withdraw_ticket(ticket_id=ticket.pk, now=now)
        if step.what == "rate":
            rate_ticket(ticket_id=ticket.pk, stars=step.stars, comment=step.text, now=now)
            return ticket
        seen = ticket.status
        if step.what == "take":
            return take_ticket(ticket_id=ticket.pk, agent=self.agent, seen_status=seen, now=now)
        if step.what == "close":
            return close_ticket(
                ticket_id=ticket.pk, agent=self.agent, reason=step.text, seen_status=seen, now=now
            )
        write = answer_ticket if step.what == "answer" else ask_sender
        return write(
            ticket_id=ticket.pk, agent=self.agent, text=step.text, seen_status=seen, now=now
        )


def _channel_of(made: DemoTicket, number: int) -> Channel:
    """Give how a ticket came: most through the portal, some through the other ways."""
    if made.subject:
        return Channel.CONTACT
    return {5: Channel.PHONE, 6: Channel.X, 7: Channel.LETTER}.get(number % 20, Channel.WEB)
