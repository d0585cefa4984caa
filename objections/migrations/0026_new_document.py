"""The same again needs a new document, by whatever door it comes (docs/adr/0026)."""

from django.db import migrations, models

# At the end of the transaction: what staff enter gets its documents after its row. A decision puts
# no objection out of draft, and a second look none either; what was filed before is left alone.
NEEDED = """
CREATE FUNCTION objections_new_document_needed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.channel = 'phone' AND NEW.promised_document <> '' THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM objections_objection AS before
        WHERE (before.result_id = NEW.result_id OR before.payment_id = NEW.payment_id)
          AND before.id <> NEW.id
          AND before.status IN ('accepted', 'partly_accepted', 'rejected')
    ) AND NOT EXISTS (
        SELECT FROM objections_objectiondocument AS own
        JOIN documents_document AS file ON file.id = own.document_id
        WHERE own.objection_id = NEW.id AND own.removed_at IS NULL AND file.state <> 'refused'
          AND file.sha256 NOT IN (
              SELECT seen.sha256
              FROM objections_objection AS before
              JOIN objections_objectiondocument AS link ON link.objection_id = before.id
              JOIN documents_document AS seen ON seen.id = link.document_id
              WHERE (before.result_id = NEW.result_id OR before.payment_id = NEW.payment_id)
                AND before.id <> NEW.id
                AND before.status IN ('accepted', 'partly_accepted', 'rejected')
                AND (link.removed_at IS NULL OR link.removed_at > before.submitted_at)
          )
    ) THEN
        RAISE EXCEPTION 'the same was decided: it needs a new document'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER objection_entered_with_new_document
    AFTER INSERT ON objections_objection DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.status = 'submitted')
    EXECUTE FUNCTION objections_new_document_needed();
CREATE CONSTRAINT TRIGGER objection_submitted_with_new_document
    AFTER UPDATE OF status ON objections_objection DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.status IN ('draft', 'stopped') AND NEW.status = 'submitted')
    EXECUTE FUNCTION objections_new_document_needed();
"""
NOT_NEEDED = """
DROP TRIGGER objection_submitted_with_new_document ON objections_objection;
DROP TRIGGER objection_entered_with_new_document ON objections_objection;
DROP FUNCTION objections_new_document_needed();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("documents", "0002_scan_and_pages"),
        ("objections", "0025_payment_corrections"),
    ]

    operations = [
        migrations.AddField(
            model_name="objection",
            name="promised_document",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=80
            ),
        ),
        migrations.RunSQL(NEEDED, NOT_NEEDED),
    ]
