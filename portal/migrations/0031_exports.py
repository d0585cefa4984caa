"""The record of what staff export, which nobody edits (docs/adr/0032)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# An export is on record for good: what it says is never edited, and of one that is over only the
# stored file is taken away.
FIXED = """
CREATE FUNCTION portal_export_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an export is kept on record' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.asked_by_id, NEW.asked_at, NEW.submission, NEW.list_key, NEW.format,
        NEW.language, NEW.query, NEW.narrowed_ar, NEW.narrowed_en)
       IS DISTINCT FROM
       (OLD.id, OLD.asked_by_id, OLD.asked_at, OLD.submission, OLD.list_key, OLD.format,
        OLD.language, OLD.query, OLD.narrowed_ar, OLD.narrowed_en)
       OR OLD.status = 'done' AND (
        (NEW.status, NEW.started_at, NEW.ended_at, NEW.rows, NEW.size_bytes, NEW.sha256)
        IS DISTINCT FROM
        (OLD.status, OLD.started_at, OLD.ended_at, OLD.rows, OLD.size_bytes, OLD.sha256)
        OR NEW.stored_name NOT IN ('', OLD.stored_name))
    THEN
        RAISE EXCEPTION 'the record of an export is not edited' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER export_fixed BEFORE UPDATE OR DELETE ON portal_export
    FOR EACH ROW EXECUTE FUNCTION portal_export_fixed();

CREATE FUNCTION portal_download_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a download is kept on record' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER download_fixed BEFORE UPDATE OR DELETE ON portal_exportdownload
    FOR EACH ROW EXECUTE FUNCTION portal_download_fixed();
"""
LOOSE = """
DROP TRIGGER download_fixed ON portal_exportdownload;
DROP FUNCTION portal_download_fixed();
DROP TRIGGER export_fixed ON portal_export;
DROP FUNCTION portal_export_fixed();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0030_answering_rights'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('waiting', 'Waits for a worker'), ('running', 'Under way'), ('done', 'Done'), ('refused', 'Refused'), ('failed', 'Failed'), ('broken_off', 'Broken off')], default='running', max_length=10, verbose_name='status')),
                ('phase', models.CharField(blank=True, choices=[('reading', 'reading rows'), ('checking', 'checking people and households'), ('writing', 'writing rows'), ('telling', 'preparing the SMS'), ('revealing', 'making it visible')], max_length=10, verbose_name='phase')),
                ('phase_rows', models.PositiveBigIntegerField(default=0)),
                ('phase_percent', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=1)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='asked for')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('refusal', models.CharField(blank=True, max_length=20, verbose_name='refused because')),
                ('refusal_detail', models.CharField(blank=True, max_length=200)),
                ('submission', models.UUIDField(blank=True, editable=False, null=True, unique=True)),
                ('list_key', models.CharField(max_length=20, verbose_name='list')),
                ('format', models.CharField(choices=[('xlsx', 'Excel (XLSX)'), ('csv', 'CSV')], max_length=4, verbose_name='format')),
                ('language', models.CharField(max_length=2)),
                ('query', models.CharField(blank=True, max_length=500)),
                ('narrowed_ar', models.CharField(blank=True, max_length=500)),
                ('narrowed_en', models.CharField(blank=True, max_length=500)),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('size_bytes', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('stored_name', models.CharField(blank=True, max_length=50)),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'permissions': [('export_ticket', 'Can export tickets'), ('export_objection', 'Can export objections'), ('export_workitem', 'Can export the queue of work'), ('export_calltask', 'Can export the calls'), ('export_message', 'Can export the list of SMS')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='ExportDownload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('export', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='downloads', to='portal.export')),
            ],
            options={
                'verbose_name': 'download of an export',
                'verbose_name_plural': 'downloads of exports',
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(fields=['asked_by', 'id'], name='export_own'),
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(condition=models.Q(('status__in', ['waiting', 'running'])), fields=['asked_at'], name='export_not_over'),
        ),
        migrations.AddIndex(
            model_name='export',
            index=models.Index(condition=models.Q(('stored_name', ''), _negated=True), fields=['ended_at'], name='export_kept'),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'done'), _negated=True), ('sha256__regex', '^[0-9a-f]{64}$'), _connector='OR'), name='export_done_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(('asked_by__isnull', False)), name='export_asked_by_somebody'),
        ),
        migrations.RunSQL(FIXED, LOOSE),
    ]
