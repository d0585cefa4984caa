"""A mail as it leaves: headers, plain text and simple HTML, in the language of its notice.

The words are the notice's own. Nothing is loaded from anywhere and nothing tells whether it was
read; the one address in it is the portal's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from notifications.mail.models import CODE_TEMPLATE, Mail
from notifications.programme import programme_values
from saudi.languages import direction_in


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """A mail in all its parts. `sender_name` is the programme's, in the mail's language."""

    to: str = field(repr=False)
    sender: str
    sender_name: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    message_id: str
    stop_url: str = ""
    """The page on which it can be stopped; empty for a code, which was asked for."""

    def as_bytes(self) -> bytes:
        """Give the message as it crosses the line: ASCII only, lines ended by CR LF.

        Raises:
            ValueError: a header holds a line end. Nothing of such a mail leaves.
        """
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(self.sender_name, addr_spec=self.sender)
        message["To"] = Address(addr_spec=self.to)
        message["Subject"] = self.subject
        message["Date"] = format_datetime(timezone.now())
        message["Message-ID"] = self.message_id
        message["Auto-Submitted"] = "auto-generated"
        if self.stop_url:
            message["List-Unsubscribe"] = f"<{self.stop_url}>"
        message.set_content(self.text, cte="base64")
        message.add_alternative(self.html, subtype="html", cte="base64")
        return message.as_bytes()


def write_mail(mail: Mail) -> WrittenMail:
    """Write a row of the outbox as a mail."""
    language = "en" if mail.language == "en" else "ar"
    is_code = mail.template == CODE_TEMPLATE
    prefix = "/en" if language == "en" else ""
    stop_url = "" if is_code else f"{settings.PUBLIC_URL}{prefix}/messages/email/"
    programme = programme_values(language)
    facts = {
        "language": language,
        "direction": direction_in(language),
        "programme": programme["programme"],
        "call_centre": programme["call_centre"],
        "subject": mail.subject,
        "body": mail.body,
        "portal_url": f"{settings.PUBLIC_URL}{prefix}/",
        "stop_url": stop_url,
        "is_code": is_code,
    }
    with override(language):
        # A slash at the end of a line would stand at the wrong end of the address in Arabic (O07).
        bare = {name: str(facts[name]).rstrip("/") for name in ("portal_url", "stop_url")}
        text = render_to_string("notifications/mail.txt", {**facts, **bare})
        html = render_to_string("notifications/mail.html", facts)
    sender = settings.EMAIL_SENDER
    return WrittenMail(
        to=mail.address,
        sender=sender,
        sender_name=programme["programme"],
        subject=mail.subject,
        text=text.strip() + "\n",
        html=html.strip() + "\n",
        message_id=f"<{mail.uuid}@{sender.rpartition('@')[2]}>",
        stop_url=stop_url,
    )
