"""One connection to the mail server, for as many mails as follow each other.

Django's own backend connects, encrypts and signs in; the mail itself is handed over step by step,
because what a lost line means depends on the step (docs/adr/0021).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from typing import Any, Final, Protocol

from django.core.mail.backends.smtp import EmailBackend

from notifications.mail.errors import LineDown, MailRefused, MailUnknown
from notifications.mail.writing import WrittenMail

_ENHANCED: Final = re.compile(rb"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")
_NO_SUCH_ADDRESS: Final = frozenset({550, 551, 553})
_CLOSING: Final = 421


class Line(Protocol):
    """What takes mails, one after the other."""

    def open(self) -> object:
        """Be ready, before a mail counts as tried. Raises LineDown."""

    def send(self, mail_id: int, mail: WrittenMail) -> None:
        """Hand over a mail. Raises LineDown, MailRefused, MailUnknown."""

    def close(self) -> None:
        """End the connection, where there is one. Raises nothing."""


class SmtpLine:
    """A connection by the settings EMAIL_*. For one thread."""

    def __init__(self) -> None:
        self._backend = EmailBackend()

    def open(self) -> smtplib.SMTP:
        """Connect, encrypt and sign in, where that is not done yet. Raises LineDown."""
        if self._backend.connection is None:
            try:
                self._backend.open()
            except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
                self.drop()
                code = getattr(error, "smtp_code", 0)
                raise LineDown(
                    f"sign-in {code}" if code else "sign-in", is_ours=_is_permanent(code)
                ) from None
            except ssl.SSLError:
                self.drop()
                raise LineDown("tls", is_ours=True) from None
            except (smtplib.SMTPException, OSError) as error:
                self.drop()
                raise LineDown(_name_of(error)) from None
        connection: Any = self._backend.connection
        if connection is None:  # pragma: no cover - the backend raises instead
            raise LineDown("no connection")
        return connection  # type: ignore[no-any-return]

    def drop(self) -> None:
        """Forget a connection that is of no more use."""
        connection: Any = self._backend.connection
        self._backend.connection = None
        if connection is not None:
            with suppress(Exception):
                connection.close()

    def close(self) -> None:
        """Say goodbye, and wait for no answer that matters."""
        connection: Any = self._backend.connection
        self._backend.connection = None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            with suppress(Exception):
                connection.close()

    def send(self, mail_id: int, mail: WrittenMail) -> None:
        """Hand a mail over: one recipient, then the text.

        Until the text is asked for, nothing has left. Once it was sent, only a refusal says that
        the server has not got it: no answer is an unknown outcome.

        Raises:
            LineDown: nothing was handed over; the connection is closed.
            MailRefused: the connection may be used on.
            MailUnknown: the connection is closed.
        """
        content = mail.as_bytes()
        line = self.open()
        try:
            line.ehlo_or_helo_if_needed()
            code, words = line.mail(mail.sender)
            if code == _CLOSING or not _is_taken(code):
                self._give_up(line, code, words)
            code, words = line.rcpt(mail.to)
            if code == _CLOSING:
                self._give_up(line, code, words)
            if not _is_taken(code):
                line.rset()
                raise _refusal(code, words, of_recipient=True)
            code, words = line.docmd("DATA")
            if code == _CLOSING:
                self._give_up(line, code, words)
            if code != 354:
                line.rset()
                raise _refusal(code, words)
        except (smtplib.SMTPException, OSError) as error:
            self.drop()
            raise LineDown(_name_of(error)) from None
        try:
            line.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            code, words = line.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self.drop()
            raise MailUnknown(_name_of(error)) from None
        if code == -1:
            self.drop()
            raise MailUnknown("no answer")
        if code == _CLOSING:
            self.drop()
        if not _is_taken(code):
            raise _refusal(code, words)

    def _give_up(self, line: smtplib.SMTP, code: int, words: bytes) -> None:
        """Close a line whose server takes nothing of ours now. Always raises LineDown."""
        self.drop()
        raise LineDown(_code_of(code, words), is_ours=_is_permanent(code))


def _is_taken(code: int) -> bool:
    return 200 <= code < 300


def _is_permanent(code: int) -> bool:
    return 500 <= code < 600


def _refusal(code: int, words: bytes, *, of_recipient: bool = False) -> MailRefused:
    found = _ENHANCED.search(words)
    enhanced = found[1].decode() if found else ""
    if enhanced:
        # 5.1: no such address; 5.2.1: the mailbox is closed. The others are about the mail or us.
        is_address = enhanced.startswith("5.1.") or enhanced == "5.2.1"
    else:
        is_address = code in _NO_SUCH_ADDRESS
    return MailRefused(
        _code_of(code, words),
        is_permanent=_is_permanent(code),
        is_about_address=of_recipient and _is_permanent(code) and is_address,
    )


def _code_of(code: int, words: bytes) -> str:
    """Give the codes of an answer and none of its words, which may hold the address."""
    found = _ENHANCED.search(words)
    return f"{code} {found[1].decode()}" if found else str(code)


def _name_of(error: Exception) -> str:
    """Name what broke, without its words."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"answer {error.smtp_code}"
    if isinstance(error, TimeoutError):
        return "timeout"
    return type(error).__name__
