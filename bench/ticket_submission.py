"""A complete ticket submission beside the floor: requests a second, p95, CPU, ratio.

    .venv/bin/python bench/ticket_submission.py [--runs 3] [--seconds 8] [--concurrency 1 8 32]

Each visitor GETs the form and POSTs it in Arabic, with a mobile of their own. Aim: at least 0.6
of the floor, at most 10 ms of CPU in all (bench/serving.py says how it is measured).
"""

from __future__ import annotations

import http.client
import re
import secrets
import sys
from pathlib import Path

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.serving import (
    TEXT,
    Measurement,
    measure,
    open_form,
    post,
    send_to_floor,
)

PERSON = """
    WITH home AS (
        INSERT INTO beneficiaries_household (register_id) VALUES ('bench') RETURNING id
    )
    INSERT INTO beneficiaries_person (
        national_id, full_name, birth_date, household_id, relation, mobile, city, iban,
        language, register_as_of
    )
    SELECT '1000000008', 'ناصر سعد التجريبي', '1404-01-25', id, 'head', '+966500000007',
           'الرياض', '', 'ar', '2026-01-01' FROM home
"""


def send_ticket(connection: http.client.HTTPConnection, number: int) -> str:
    """Send the صوتك مسموع form as a browser does, as multipart."""
    page, csrf, headers = open_form(connection, "/sawtak/new/", number)
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    fields = {
        "csrfmiddlewaretoken": csrf,
        "token": token.group(1),
        "full_name": "ناصر سعد التجريبي",
        "mobile": f"05{number % 10**8:08d}",
        "national_id": "1000000008",
        "birth_day": "25",
        "birth_month": "1",
        "birth_year": "1404",
        "category": "payments",
        "message": f"{TEXT}{number}",
    }
    boundary = f"----{secrets.token_hex(12)}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    empty = 'name="attachments"; filename=""\r\nContent-Type: application/octet-stream'
    parts.append(f"--{boundary}\r\nContent-Disposition: form-data; {empty}\r\n\r\n\r\n")
    body = f"{''.join(parts)}--{boundary}--\r\n".encode()
    headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    return post(connection, "/sawtak/new/", body=body, headers=headers)


def check(cursor: psycopg2.extensions.cursor, made: int) -> None:
    """Every submission is one ticket with a number of its own and one SMS."""
    cursor.execute("SELECT count(*), count(DISTINCT reference) FROM sawtak_ticket")
    stored = cursor.fetchone()
    assert stored == (made, made), f"{made} submissions, {stored} tickets"
    cursor.execute("SELECT count(*) FROM notifications_message")
    (told,) = cursor.fetchone()
    assert told == made, f"{made} submissions, {told} SMS"


if __name__ == "__main__":
    measurement = Measurement(
        name="portal: ticket (GET and POST)",
        floor_name="floor: session, CSRF, one INSERT",
        send=send_ticket,
        send_to_floor=send_to_floor,
        people=PERSON,
        check=check,
    )
    sys.exit(measure(measurement, __doc__.splitlines()[0]))
