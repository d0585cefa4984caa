"""What a mail server can answer, by what it means for the mail and for the server."""

from __future__ import annotations

from dataclasses import dataclass


class MailError(Exception):
    """Anything but an acceptance."""


@dataclass
class LineDown(MailError):
    """The server cannot be used now, and the mail has not reached it."""

    reason: str
    is_ours: bool = False
    """It takes neither our name, our password nor our sender: waiting alone mends nothing."""


@dataclass
class MailRefused(MailError):
    """The server answered that it does not take this mail.

    `reason` is its code alone (`550 5.1.1`): the words may hold the address.
    """

    reason: str
    is_permanent: bool
    is_about_address: bool = False


@dataclass
class MailUnknown(MailError):
    """The mail was handed over and no answer came: the server may have it."""

    reason: str
