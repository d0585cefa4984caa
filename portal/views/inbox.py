"""A person's messages in the portal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from beneficiaries.emails import email_of
from notifications.mail.outbox import is_on
from portal.inbox.presenting import notices_of
from portal.inbox.reading import mark_read, read_inbox
from portal.views.signed_in import person_required, user_and_person


@require_safe
@person_required
def messages(request: HttpRequest) -> HttpResponse:
    """Show what was told, the newest first; what is shown is read from then on.

    Opening the page is reading it: a button to say so would leave the count standing for most.
    Where more is unread than a page shows, all of it is read once its last page was opened.
    """
    user, person = user_and_person(request)
    page = read_inbox(
        person.pk,
        cursor=request.GET.get("after", ""),
        top=request.GET.get("top", ""),
        now=timezone.now(),
    )
    notices = notices_of(user, page.told)
    mark_read(person.pk, page)
    context = {
        "person": person,
        "notices": notices,
        "next_url": page.next_query,
        "is_first": "after" not in request.GET,
        "has_email_page": is_on(),
        "email": email_of(person.pk) if is_on() else None,
    }
    return render(request, "portal/inbox.html", context)
