"""Functions of the session in PostgreSQL that make a value out of the number of a row."""

from __future__ import annotations

from typing import Final

from django.db import connection

# A multiplier without the factors 2, 3 and 5, so that `scattered` reaches every value once.
FUNCTIONS: Final = """
    CREATE OR REPLACE FUNCTION pg_temp.scattered(n bigint, range bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE AS $$ SELECT mod(n * 61803397, range) $$;

    CREATE OR REPLACE FUNCTION pg_temp.dice(n bigint, throw integer, sides integer)
    RETURNS integer LANGUAGE sql IMMUTABLE AS $$
        SELECT mod(hashint8extended(n, throw) & 9223372036854775807, sides)::integer
    $$;

    CREATE OR REPLACE FUNCTION pg_temp.one_of(choices text[], n bigint, throw integer)
    RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT choices[1 + pg_temp.dice(n, throw, cardinality(choices))]
    $$;

    -- Luhn (ISO/IEC 7812-1) over nine digits and the one that is put at the end.
    CREATE OR REPLACE FUNCTION pg_temp.with_check_digit(nine text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE AS $$
    DECLARE total integer := 0;
    BEGIN
        FOR place IN 1..9 LOOP
            total := total + CASE
                WHEN mod(place, 2) = 0 THEN substr(nine, place, 1)::integer
                ELSE substr('0246813579', substr(nine, place, 1)::integer + 1, 1)::integer
            END;
        END LOOP;
        RETURN nine || mod(10 - mod(total, 10), 10);
    END $$;

    -- Eight digits from 10,000,000 on: the demonstration's numbers are below.
    CREATE OR REPLACE FUNCTION pg_temp.national_id(n bigint) RETURNS text
    LANGUAGE sql IMMUTABLE AS $$
        SELECT pg_temp.with_check_digit(
            (CASE WHEN pg_temp.dice(n, 1, 10) < 8 THEN '1' ELSE '2' END)
            || (10000000 + pg_temp.scattered(n, 90000000))::text
        )
    $$;

    CREATE OR REPLACE FUNCTION pg_temp.mobile(n bigint) RETURNS text
    LANGUAGE sql IMMUTABLE AS $$
        SELECT '+96656' || lpad(pg_temp.scattered(n, 10000000)::text, 7, '0')
    $$;

    -- ISO 7064 mod 97-10, with S as 28 and A as 10.
    CREATE OR REPLACE FUNCTION pg_temp.iban(n bigint) RETURNS text
    LANGUAGE sql IMMUTABLE AS $$
        SELECT 'SA' || lpad((98 - mod((account || '281000')::numeric, 97))::text, 2, '0') || account
        FROM (
            SELECT pg_temp.one_of('{80,10,45,20,55}', n, 2) || lpad(n::text, 18, '0') AS account
        ) AS a
    $$;

    CREATE OR REPLACE FUNCTION pg_temp.reference(kind text, n bigint) RETURNS text
    LANGUAGE sql IMMUTABLE AS $$
        SELECT pg_temp.with_check_digit(
            kind || lpad(pg_temp.scattered(n, 100000000)::text, 8, '0')
        )
    $$;

    -- Who is not eligible in a cycle, by the number of the person and of the month.
    CREATE OR REPLACE FUNCTION pg_temp.is_eligible(n bigint, month integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS $$ SELECT pg_temp.dice(n, month, 100) >= 15 $$;

    -- Seven households of one to seven people, and again: 28 people, four in the middle.
    CREATE OR REPLACE FUNCTION pg_temp.places(first bigint, last bigint)
    RETURNS TABLE (n bigint, household bigint, size integer, seat integer)
    LANGUAGE sql STABLE AS $$
        SELECT n, (n - 1) / 28 * 7 + size, size, (mod(n - 1, 28) - size * (size - 1) / 2)::integer
        FROM generate_series(first, last) AS n,
             LATERAL (SELECT floor((1 + sqrt(1 + 8 * mod(n - 1, 28))) / 2)::integer AS size) AS s
    $$;
"""


def make_functions() -> None:
    """Make the functions for this session; they go with it."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
