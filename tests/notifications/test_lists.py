"""The staff's list of SMS is read by an index, whatever two filters are chosen together (O28)."""

from __future__ import annotations

import pytest
from django.db import connection

from notifications.models import Message
from notifications.statuses import Lane, MessageStatus
from tests.plans import count_rows

ROWS = 30_000

_FILL = """
    INSERT INTO notifications_message (event, recipient, template, language, body, lane, status,
        queued_at, not_before, gateway, gateway_id, error)
    SELECT 'filled:' || n, '+9665' || lpad(n::text, 8, '0'), 'result_closing', 'ar', 'x',
           CASE WHEN n %% 2 = 0 THEN 'reminders' WHEN n %% 10 = 1 THEN 'codes' ELSE 'cases' END,
           CASE WHEN n %% 2 = 0 THEN 'queued' ELSE 'delivered' END, now(), now(), '', '', ''
    FROM generate_series(1, %(rows)s) AS n
"""


@pytest.mark.django_db
def test_a_lane_and_a_status_that_exclude_each_other_read_no_whole_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {"rows": ROWS})
    count_rows([Message])
    page = Message.objects.filter(lane=Lane.CODES, status=MessageStatus.QUEUED).order_by("-id")[:26]
    plan = page.explain()
    assert "notifications_message_pkey" not in plan, plan
    assert "Seq Scan" not in plan, plan
