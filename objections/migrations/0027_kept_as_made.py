"""One function for all rows that are kept as they were made."""

from django.db import migrations

# The arguments of a trigger name the columns that may still change; without any none may. The rows
# of decisions, corrections and reviews have rules of their own beside it and keep their functions.
KEPT = """
CREATE FUNCTION objections_kept_as_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR TG_NARGS = 0
       OR to_jsonb(NEW) - TG_ARGV::text[] IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV::text[]
    THEN
        RAISE EXCEPTION 'a row of % is kept as it was made and not edited', TG_TABLE_NAME
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
NOT_KEPT = "DROP FUNCTION objections_kept_as_made();"

# Trigger, its table, the function it had, and what may change.
TRIGGERS = (
    ("back_pay_fixed", "backpayline", "objections_back_pay_fixed", ()),
    (
        "extension_fixed",
        "windowextension",
        "objections_extension_fixed",
        ("reached", "revived", "told", "finished_at"),
    ),
    ("exemption_fixed", "filingexemption", "objections_kept", ()),
    ("late_attempt_fixed", "lateattempt", "objections_kept", ()),
    ("correction_amount_kept", "correctionamount", "objections_kept", ()),
)


def _trigger(name, table, function, columns):
    named = ", ".join(f"'{column}'" for column in columns)
    return f"""
DROP TRIGGER {name} ON objections_{table};
CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON objections_{table}
    FOR EACH ROW EXECUTE FUNCTION {function}({named});
"""


def _all(*, is_new):
    return "".join(
        _trigger(name, table, "objections_kept_as_made" if is_new else old, columns * is_new)
        for name, table, old, columns in TRIGGERS
    )


# A second look is open until it is ended, and then as it was.
LOOKS = """
DROP TRIGGER second_look_fixed ON objections_secondlook;
CREATE TRIGGER second_look_fixed BEFORE UPDATE OR DELETE ON objections_secondlook
    FOR EACH ROW EXECUTE FUNCTION objections_kept_as_made('state', 'ended_at');
CREATE TRIGGER second_look_ended BEFORE UPDATE ON objections_secondlook
    FOR EACH ROW WHEN (OLD.state <> 'open') EXECUTE FUNCTION objections_kept_as_made();
"""
LOOKS_AS_BEFORE = """
DROP TRIGGER second_look_ended ON objections_secondlook;
DROP TRIGGER second_look_fixed ON objections_secondlook;
CREATE TRIGGER second_look_fixed BEFORE UPDATE OR DELETE ON objections_secondlook
    FOR EACH ROW EXECUTE FUNCTION objections_second_look_fixed();
"""


class Migration(migrations.Migration):

    dependencies = [("objections", "0026_new_document")]

    operations = [
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.RunSQL(_all(is_new=True), _all(is_new=False)),
        migrations.RunSQL(LOOKS, LOOKS_AS_BEFORE),
    ]
