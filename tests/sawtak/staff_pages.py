"""A ticket's page and its forms, as staff have them."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from sawtak.models import Ticket
from tests.sawtak import tickets


def address(ticket: Ticket) -> str:
    return reverse("admin:sawtak_ticket_change", args=[ticket.pk])


def opened(client: Client, ticket: Ticket) -> dict[str, str]:
    """Open a ticket's page and give what its forms carry of what it showed."""
    text = tickets.page(client.get(address(ticket)))
    return {
        name: re.search(f'name="{name}" value="([^"]*)"', text)[1]  # type: ignore[index]
        for name in ("seen_status", "seen_version")
    }


def act(client: Client, ticket: Ticket, action: str, seen: dict[str, str], **typed: Any) -> Any:
    return client.post(address(ticket), {"action": action, **seen, **typed})
