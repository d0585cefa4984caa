"""What a colleague left open is ended with a reason; a known problem goes out of use and back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


KEPT = """
CREATE TRIGGER known_problem_event_fixed BEFORE UPDATE OR DELETE ON portal_knownproblemevent
    FOR EACH ROW EXECUTE FUNCTION portal_kept();
"""
GONE = "DROP TRIGGER known_problem_event_fixed ON portal_knownproblemevent"


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0035_ratings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='contact',
            options={'default_permissions': ('view',), 'permissions': [('take_contact', 'Can take calls, posts and letters'), ('end_contact', 'Can end a contact that a colleague left open')], 'verbose_name': 'contact', 'verbose_name_plural': 'contacts'},
        ),
        migrations.AlterModelOptions(
            name='knownproblem',
            options={'default_permissions': ('view',), 'permissions': [('withdraw_knownproblem', 'Can take known problems out of use and back')], 'verbose_name': 'known problem', 'verbose_name_plural': 'known problems'},
        ),
        migrations.AddField(
            model_name='contactevent',
            name='reason',
            field=models.CharField(blank=True, db_default='', max_length=200, verbose_name='why'),
        ),
        migrations.AddField(
            model_name='knownproblem',
            name='is_active',
            field=models.BooleanField(db_default=True, default=True, verbose_name='in use'),
        ),
        migrations.AlterField(
            model_name='contact',
            name='outcome',
            field=models.CharField(blank=True, choices=[('ticket', 'A new request was filed'), ('added', 'Added to an open request'), ('objection', 'An objection was filed'), ('answered', 'Answered at once'), ('broken_off', 'Broken off before the end'), ('left_open', 'Left open by whoever took it')], max_length=10, verbose_name='outcome'),
        ),
        migrations.AlterField(
            model_name='contactevent',
            name='step',
            field=models.CharField(choices=[('started', 'Began'), ('identified', 'The person was identified'), ('not_matched', 'What was given does not match'), ('ticket', 'A request was filed'), ('added', 'Words were added to a request'), ('objection', 'An objection was filed'), ('ended', 'Ended'), ('ended_for', 'Ended for a colleague')], max_length=12, verbose_name='what happened'),
        ),
        migrations.CreateModel(
            name='KnownProblemEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('step', models.CharField(choices=[('withdrawn', 'Taken out of use'), ('put_back', 'Put back into use')], max_length=9, verbose_name='what happened')),
                ('reason', models.CharField(max_length=200, verbose_name='why')),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('known', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='portal.knownproblem')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'events',
                'ordering': ['id'],
                'default_permissions': (),
            },
        ),
        migrations.RunSQL(KEPT, GONE),
    ]
