"""Triggers that keep the queue of work, and what is open already (docs/adr/0029)."""

from __future__ import annotations

from django.db import migrations

# The first rule in order that fits; without one nobody's team and a normal priority.
ROUTE = """
CREATE FUNCTION portal_route(
    wanted_kind text, wanted_matter text, wanted_channel text, wanted_city text,
    OUT team_id bigint, OUT priority smallint
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT rule.team_id, rule.priority INTO team_id, priority
    FROM portal_routingrule AS rule
    WHERE rule.is_active
      AND rule.kind IN ('', wanted_kind)
      AND rule.matter IN ('', wanted_matter)
      AND rule.channel IN ('', wanted_channel)
      AND rule.city IN ('', wanted_city)
    ORDER BY rule.position, rule.id
    LIMIT 1;
    IF NOT FOUND THEN
        priority := 3;
    END IF;
END $$;
"""

# A sender's reply begins the clock anew, and ends what the case was put off for. An open question
# comes back to staff after fourteen days.
TICKETS = """
CREATE FUNCTION portal_ticket_work() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    city_now text;
    route record;
    is_reply boolean := false;
BEGIN
    IF NEW.status NOT IN ('new', 'in_progress', 'awaiting_citizen') THEN
        DELETE FROM portal_workitem WHERE ticket_id = NEW.id;
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        is_reply := NEW.status = 'in_progress' AND OLD.status NOT IN ('new', 'in_progress');
        UPDATE portal_workitem SET
            matter = NEW.category,
            person_id = NEW.person_id,
            assigned_to_id = NEW.assigned_to_id,
            is_awaiting = NEW.status = 'awaiting_citizen',
            clock_day = CASE WHEN is_reply
                THEN (NEW.changed_at AT TIME ZONE 'Asia/Riyadh')::date ELSE clock_day END,
            paused_until = CASE WHEN NEW.status = 'awaiting_citizen'
                THEN (NEW.changed_at AT TIME ZONE 'Asia/Riyadh')::date + 14 END,
            snoozed_until = CASE WHEN is_reply THEN NULL ELSE snoozed_until END,
            due_on = CASE WHEN NEW.status = OLD.status THEN due_on END
        WHERE ticket_id = NEW.id;
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    city_now := coalesce(
        (SELECT city FROM beneficiaries_person WHERE id = NEW.person_id), '');
    route := portal_route('ticket', NEW.category, NEW.channel, city_now);
    INSERT INTO portal_workitem (
        kind, ticket_id, matter, channel, city, person_id, is_awaiting, assigned_to_id, team_id,
        priority, received_at, clock_day, awaited_days, paused_until, warned
    ) VALUES (
        'ticket', NEW.id, NEW.category, NEW.channel, city_now, NEW.person_id,
        NEW.status = 'awaiting_citizen', NEW.assigned_to_id, route.team_id, route.priority,
        NEW.received_at,
        (CASE WHEN is_reply THEN NEW.changed_at ELSE NEW.received_at END
            AT TIME ZONE 'Asia/Riyadh')::date,
        0,
        CASE WHEN NEW.status = 'awaiting_citizen'
            THEN (NEW.changed_at AT TIME ZONE 'Asia/Riyadh')::date + 14 END,
        0
    );
    RETURN NULL;
END $$;
CREATE TRIGGER ticket_work AFTER INSERT OR UPDATE OF
    status, category, person_id, assigned_to_id ON sawtak_ticket
    FOR EACH ROW EXECUTE FUNCTION portal_ticket_work();
"""

OBJECTIONS = """
CREATE FUNCTION portal_objection_work() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    matter_now text := CASE WHEN NEW.payment_id IS NULL THEN 'result' ELSE 'payment' END;
    channel_now text := CASE NEW.channel WHEN 'online' THEN 'web' WHEN 'paper' THEN 'letter'
        ELSE NEW.channel END;
    began_on date := (coalesce(NEW.second_asked_at, NEW.submitted_at)
        AT TIME ZONE 'Asia/Riyadh')::date;
    paused_to date := CASE WHEN NEW.status = 'documents_wanted' THEN NEW.documents_due_on END;
    route record;
BEGIN
    IF NEW.status NOT IN ('submitted', 'under_review', 'documents_wanted') THEN
        DELETE FROM portal_workitem WHERE objection_id = NEW.id;
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        UPDATE portal_workitem SET
            city = NEW.city,
            assigned_to_id = NEW.assigned_to_id,
            proposed_by_id = NEW.proposed_by_id,
            is_awaiting = NEW.status = 'documents_wanted',
            snoozed_until = CASE WHEN OLD.status = 'documents_wanted'
                AND NEW.status <> 'documents_wanted' THEN NULL ELSE snoozed_until END,
            due_on = CASE
                WHEN (clock_day, awaited_days, paused_until)
                    IS NOT DISTINCT FROM (began_on, NEW.awaited_days, paused_to)
                THEN due_on END,
            clock_day = began_on,
            awaited_days = NEW.awaited_days,
            paused_until = paused_to
        WHERE objection_id = NEW.id;
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    route := portal_route('objection', matter_now, channel_now, NEW.city);
    INSERT INTO portal_workitem (
        kind, objection_id, matter, channel, city, person_id, is_awaiting, assigned_to_id,
        proposed_by_id, team_id, priority, received_at, clock_day, awaited_days, paused_until,
        warned
    ) VALUES (
        'objection', NEW.id, matter_now, channel_now, NEW.city, NEW.person_id,
        NEW.status = 'documents_wanted', NEW.assigned_to_id, NEW.proposed_by_id, route.team_id,
        route.priority, NEW.submitted_at, began_on, NEW.awaited_days, paused_to, 0
    );
    RETURN NULL;
END $$;
CREATE TRIGGER objection_work AFTER INSERT OR UPDATE OF
    status, assigned_to_id, proposed_by_id, submitted_at, second_asked_at, awaited_days,
    documents_due_on, city, person_id ON objections_objection
    FOR EACH ROW EXECUTE FUNCTION portal_objection_work();
"""

OPEN_ALREADY = """
INSERT INTO portal_workitem (
    kind, ticket_id, matter, channel, city, person_id, is_awaiting, assigned_to_id,
    priority, received_at, clock_day, awaited_days, paused_until, warned
)
SELECT 'ticket', t.id, t.category, t.channel, coalesce(p.city, ''), t.person_id,
    t.status = 'awaiting_citizen', t.assigned_to_id, 3, t.received_at,
    (t.received_at AT TIME ZONE 'Asia/Riyadh')::date, 0,
    CASE WHEN t.status = 'awaiting_citizen'
        THEN (t.changed_at AT TIME ZONE 'Asia/Riyadh')::date + 14 END,
    0
FROM sawtak_ticket AS t LEFT JOIN beneficiaries_person AS p ON p.id = t.person_id
WHERE t.status IN ('new', 'in_progress', 'awaiting_citizen');
INSERT INTO portal_workitem (
    kind, objection_id, matter, channel, city, person_id, is_awaiting, assigned_to_id,
    proposed_by_id, priority, received_at, clock_day, awaited_days, paused_until, warned
)
SELECT 'objection', o.id, CASE WHEN o.payment_id IS NULL THEN 'result' ELSE 'payment' END,
    CASE o.channel WHEN 'online' THEN 'web' WHEN 'paper' THEN 'letter' ELSE o.channel END,
    o.city, o.person_id, o.status = 'documents_wanted', o.assigned_to_id, o.proposed_by_id, 3,
    o.submitted_at,
    (coalesce(o.second_asked_at, o.submitted_at) AT TIME ZONE 'Asia/Riyadh')::date,
    o.awaited_days, CASE WHEN o.status = 'documents_wanted' THEN o.documents_due_on END, 0
FROM objections_objection AS o
WHERE o.status IN ('submitted', 'under_review', 'documents_wanted');
"""

STEPS_STAY = """
CREATE FUNCTION portal_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is kept as it was made', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER work_event_fixed BEFORE UPDATE OR DELETE ON portal_workevent
    FOR EACH ROW EXECUTE FUNCTION portal_kept();
"""

GONE = """
DROP TRIGGER work_event_fixed ON portal_workevent;
DROP FUNCTION portal_kept();
DROP TRIGGER objection_work ON objections_objection;
DROP FUNCTION portal_objection_work();
DROP TRIGGER ticket_work ON sawtak_ticket;
DROP FUNCTION portal_ticket_work();
DROP FUNCTION portal_route(text, text, text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0020_work")]

    operations = [
        migrations.RunSQL(OPEN_ALREADY, migrations.RunSQL.noop),
        migrations.RunSQL(ROUTE + TICKETS + OBJECTIONS + STEPS_STAY, GONE),
    ]
