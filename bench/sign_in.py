"""A whole sign-in beside the floor: ask for a code, read it from the outbox, enter it.

    .venv/bin/python bench/sign_in.py [--runs 3] [--seconds 8] [--concurrency 1 8 32]

Each visitor is another person of the register and does four requests: GET and POST of the ID, GET
and POST of the code. The floor does its form twice, four requests too (bench/serving.py says how
it is measured). The code is read from the table of messages, as the phone would show it.
"""

from __future__ import annotations

import http.client
import os
import re
import sys
import threading
from pathlib import Path
from urllib.parse import urlencode

import psycopg2

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.serving import Measurement, measure, open_form, read, send_to_floor
from saudi.checks import luhn_check_digit

PEOPLE = 60_000
MADE = f"""
    WITH home AS (
        INSERT INTO beneficiaries_household (register_id)
        SELECT 'bench' || n FROM generate_series(0, {PEOPLE - 1}) AS n RETURNING id, register_id
    ), bare AS (
        SELECT id, substr(register_id, 6)::int AS n FROM home
    ), digit AS (
        SELECT bare.id, bare.n, '1' || lpad(bare.n::text, 8, '0') AS body FROM bare
    ), summed AS (
        SELECT id, n, body, (
            SELECT sum(CASE WHEN p % 2 = 1 THEN d * 2 / 10 + d * 2 % 10 ELSE d END)
            FROM generate_series(1, 9) AS p, LATERAL (SELECT substr(body, p, 1)::int AS d) AS one
        ) AS total FROM digit
    )
    INSERT INTO beneficiaries_person (
        national_id, full_name, birth_date, household_id, relation, mobile, city, iban,
        language, register_as_of
    )
    SELECT body || (10 - total % 10) % 10, 'ناصر سعد التجريبي', '1404-01-25', id, 'head',
           '+9665' || lpad(n::text, 8, '0'), 'الرياض', '', 'ar', '2026-01-01'
    FROM summed
"""
CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_own = threading.local()


def _national_id(number: int) -> str:
    body = f"1{number:08d}"
    return body + luhn_check_digit(body)


def _code_sent_to(mobile: str) -> str:
    if not hasattr(_own, "cursor"):
        connection = psycopg2.connect(os.environ["BENCH_DATABASE_URL"])
        connection.autocommit = True
        _own.cursor = connection.cursor()
    _own.cursor.execute(
        "SELECT body FROM notifications_message WHERE recipient = %s ORDER BY id DESC LIMIT 1",
        [mobile],
    )
    found = CODE.search(_own.cursor.fetchone()[0])
    assert found is not None
    return found.group()


def _send(
    connection: http.client.HTTPConnection,
    path: str,
    fields: dict[str, str],
    headers: dict[str, str],
) -> http.client.HTTPResponse:
    connection.request("POST", path, body=urlencode(fields), headers=headers | FORM)
    response, page = read(connection)
    assert response.status == 302, page[:2000]
    return response


def sign_in(connection: http.client.HTTPConnection, number: int) -> str:
    """Ask for a code, read it, enter it: give the address it leads to."""
    number %= PEOPLE
    _page, csrf, headers = open_form(connection, "/sign-in/", number)
    fields = {"csrfmiddlewaretoken": csrf, "national_id": _national_id(number)}
    asked = _send(connection, "/sign-in/", fields, headers)
    session = next(
        value.partition(";")[0]
        for value in asked.headers.get_all("Set-Cookie") or []
        if value.startswith("session=")
    )
    headers["Cookie"] = f"{headers['Cookie']}; {session}"
    connection.request("GET", asked.headers["Location"], headers=headers)
    response, page = read(connection)
    assert response.status == 200, response.status
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    code = _code_sent_to(f"+9665{number:08d}")
    fields = {"csrfmiddlewaretoken": found.group(1), "code": code}
    entered = _send(connection, asked.headers["Location"], fields, headers)
    return str(entered.headers["Location"])


def twice_to_floor(connection: http.client.HTTPConnection, number: int) -> str:
    """Send the bare form twice."""
    send_to_floor(connection, number)
    return send_to_floor(connection, number)


def check(cursor: psycopg2.extensions.cursor, made: int) -> None:
    """Every visit used one code up."""
    cursor.execute("SELECT count(*) FROM access_onetimecode WHERE used_at IS NOT NULL")
    (used,) = cursor.fetchone()
    assert used == made, f"{made} sign-ins, {used} codes used"


if __name__ == "__main__":
    measurement = Measurement(
        name="portal: ask for a code and enter it",
        floor_name="floor twice: session, CSRF, one INSERT",
        send=sign_in,
        send_to_floor=twice_to_floor,
        people=MADE,
        check=check,
    )
    sys.exit(measure(measurement, __doc__.splitlines()[0]))
