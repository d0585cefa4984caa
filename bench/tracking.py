"""Following a request beside the floor: requests a second, p95, CPU, ratio.

    .venv/bin/python bench/tracking.py [--runs 3] [--seconds 8] [--concurrency 1 8 32]

Each visitor GETs the page of tracking and POSTs the reference and mobile of one of a thousand
tickets, and reads its status. The floor does its form, two requests too (bench/serving.py says
how it is measured). Aim: at least 0.6 of the floor.
"""

from __future__ import annotations

import http.client
import sys
from pathlib import Path
from urllib.parse import urlencode

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.serving import Measurement, measure, open_form, read, send_to_floor
from saudi.checks import luhn_check_digit

TICKETS = 1_000


def _reference(number: int) -> str:
    body = f"7{number:08d}"
    return body + luhn_check_digit(body)


def _mobile(number: int) -> str:
    return f"+9665{number:08d}"


_ROWS = ", ".join(f"('{_reference(n)}', '{_mobile(n)}', 'bench{n}')" for n in range(TICKETS))

MADE = f"""
    WITH made AS (
        INSERT INTO sawtak_ticket (
            reference, mobile, submission_key, channel, category, subject, full_name,
            national_id, identity_match, status, language, received_at, changed_at
        )
        SELECT reference, mobile, key, 'web', 'payments', '', 'ناصر سعد التجريبي', '', 'none',
               'new', 'ar', now(), now()
        FROM (VALUES {_ROWS}) AS row (reference, mobile, key)
        RETURNING id
    )
    INSERT INTO sawtak_ticketevent (ticket_id, at, from_status, to_status, reason)
    SELECT id, now(), '', 'new', '' FROM made
"""


def follow(connection: http.client.HTTPConnection, number: int) -> str:
    """Follow a ticket as a new browser, and give the page that tells of it."""
    _page, csrf, headers = open_form(connection, "/sawtak/track/", number)
    wanted = number % TICKETS
    fields = {
        "csrfmiddlewaretoken": csrf,
        "reference": _reference(wanted),
        "identifier": _mobile(wanted),
    }
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("POST", "/sawtak/track/", body=urlencode(fields), headers=headers)
    response, page = read(connection)
    assert response.status == 200, response.status
    assert _reference(wanted) in page
    assert "timeline" in page, "the ticket was not found"
    return page


def check(cursor: psycopg2.extensions.cursor, _made: int) -> None:
    """Following a ticket changes none."""
    cursor.execute("SELECT count(*) FROM sawtak_ticket WHERE status = 'new'")
    assert cursor.fetchone() == (TICKETS,)


if __name__ == "__main__":
    measurement = Measurement(
        name="portal: tracking (GET and POST)",
        floor_name="floor: session, CSRF, one INSERT",
        send=follow,
        send_to_floor=send_to_floor,
        people=MADE,
        check=check,
    )
    sys.exit(measure(measurement, __doc__.splitlines()[0]))
