"""The demonstration's mail server: a row that `/phone/mail/` shows."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from notifications.mail.models import MailboxMail
from notifications.mail.writing import WrittenMail


class MailboxLine:
    """Delivers to the demonstration mailbox, once for a mail however often it is asked."""

    def open(self) -> None:
        """There is no connection."""

    def send(self, mail_id: int, mail: WrittenMail) -> None:
        """Write the mail to the mailbox in a transaction of its own."""
        mail.as_bytes()  # what could not leave must not look as if it had
        with transaction.atomic():
            MailboxMail.objects.get_or_create(
                mail_id=mail_id,
                defaults={
                    "address": mail.to,
                    "sender": f"{mail.sender_name} <{mail.sender}>",
                    "subject": mail.subject,
                    "text": mail.text,
                    "html": mail.html,
                    "received_at": timezone.now(),
                },
            )

    def close(self) -> None:
        """There is no connection."""
