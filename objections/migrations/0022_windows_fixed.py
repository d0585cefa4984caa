"""What moves a last filing day is never edited, and an exemption is that of its own row."""

from __future__ import annotations

from django.db import migrations

# An extension says how far its drafts follow; of the other two nothing changes.
FIXED = """
CREATE FUNCTION objections_extension_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR
        (NEW.cycle_id, NEW.track, NEW.previous_last_day, NEW.last_day, NEW.reason,
         NEW.extended_by_id, NEW.extended_at, NEW.submission)
        IS DISTINCT FROM
        (OLD.cycle_id, OLD.track, OLD.previous_last_day, OLD.last_day, OLD.reason,
         OLD.extended_by_id, OLD.extended_at, OLD.submission)
    THEN
        RAISE EXCEPTION 'an extension is kept as it was made' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER extension_fixed BEFORE UPDATE OR DELETE ON objections_windowextension
    FOR EACH ROW EXECUTE FUNCTION objections_extension_fixed();

CREATE FUNCTION objections_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is kept as it was made', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER exemption_fixed BEFORE UPDATE OR DELETE ON objections_filingexemption
    FOR EACH ROW EXECUTE FUNCTION objections_kept();
CREATE TRIGGER late_attempt_fixed BEFORE UPDATE OR DELETE ON objections_lateattempt
    FOR EACH ROW EXECUTE FUNCTION objections_kept();

ALTER TABLE objections_filingexemption
    ADD CONSTRAINT exemption_of_result UNIQUE (id, result_id),
    ADD CONSTRAINT exemption_of_payment UNIQUE (id, payment_id);
ALTER TABLE objections_objection
    ADD CONSTRAINT objection_exempted_for_result FOREIGN KEY (exemption_id, result_id)
        REFERENCES objections_filingexemption (id, result_id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT objection_exempted_for_payment FOREIGN KEY (exemption_id, payment_id)
        REFERENCES objections_filingexemption (id, payment_id) DEFERRABLE INITIALLY DEFERRED;
"""

NOT_FIXED = """
ALTER TABLE objections_objection
    DROP CONSTRAINT objection_exempted_for_payment,
    DROP CONSTRAINT objection_exempted_for_result;
ALTER TABLE objections_filingexemption
    DROP CONSTRAINT exemption_of_payment,
    DROP CONSTRAINT exemption_of_result;
DROP TRIGGER late_attempt_fixed ON objections_lateattempt;
DROP TRIGGER exemption_fixed ON objections_filingexemption;
DROP FUNCTION objections_kept();
DROP TRIGGER extension_fixed ON objections_windowextension;
DROP FUNCTION objections_extension_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [("objections", "0021_quality")]

    operations = [migrations.RunSQL(FIXED, NOT_FIXED)]
