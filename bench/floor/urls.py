"""One address: a bare form, and one row for it, with session and CSRF."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path

TABLE = "CREATE TABLE floor_row (id bigserial PRIMARY KEY, message text NOT NULL)"
FORM = (
    '<!doctype html><form method="post"><input type="hidden" name="csrfmiddlewaretoken" '
    'value="{token}"><textarea name="message"></textarea><button>Send</button></form>'
)


def form(request: HttpRequest) -> HttpResponse:
    """Give the form; store what is sent with one INSERT … RETURNING and note it in a session."""
    if request.method != "POST":
        return HttpResponse(FORM.format(token=get_token(request)))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO floor_row (message) VALUES (%s) RETURNING id", [request.POST["message"]]
        )
        (number,) = cursor.fetchone()
    request.session["sent"] = number
    return HttpResponseRedirect(f"/sent/{number}/")


urlpatterns = [path("form/", form)]
