"""Every write of a ticket, each one transaction."""

from sawtak.services.filing import (
    CODE_LIMIT,
    FILING_LIMIT,
    TicketDetails,
    code_subject,
    file_ticket,
    send_ticket_code,
)
from sawtak.services.handing import hand_over_ticket, put_back_ticket
from sawtak.services.repeats import Sender
from sawtak.services.sender import rate_ticket, reply_from_sender, withdraw_ticket
from sawtak.services.staff import (
    add_note,
    answer_ticket,
    ask_sender,
    close_ticket,
    take_ticket,
)

__all__ = [
    "CODE_LIMIT",
    "FILING_LIMIT",
    "Sender",
    "TicketDetails",
    "add_note",
    "answer_ticket",
    "ask_sender",
    "close_ticket",
    "code_subject",
    "file_ticket",
    "hand_over_ticket",
    "put_back_ticket",
    "rate_ticket",
    "reply_from_sender",
    "send_ticket_code",
    "take_ticket",
    "withdraw_ticket",
]
