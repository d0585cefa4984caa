"""What people ask most, as data that staff edit and that a search finds."""

import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    """The help articles."""

    dependencies = [
        ('saudi', '0002_days_off_and_equal_folding'),
        ('sawtak', '0007_ticket_rating'),
    ]

    operations = [
        migrations.CreateModel(
            name='HelpArticle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(editable=False, max_length=24, unique=True)),
                ('question_ar', models.CharField(max_length=120, verbose_name='question in Arabic')),
                ('question_en', models.CharField(max_length=120, verbose_name='question in English')),
                ('short_ar', models.TextField(validators=[django.core.validators.MaxLengthValidator(400)], verbose_name='short answer in Arabic')),
                ('short_en', models.TextField(validators=[django.core.validators.MaxLengthValidator(400)], verbose_name='short answer in English')),
                ('body_ar', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(3000)], verbose_name='more in Arabic')),
                ('body_en', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(3000)], verbose_name='more in English')),
                ('keywords_ar', models.CharField(blank=True, max_length=300, verbose_name='other Arabic words')),
                ('keywords_en', models.CharField(blank=True, max_length=300, verbose_name='other English words')),
                ('categories', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=14), blank=True, default=list, size=None, verbose_name='types of request')),
                ('order', models.PositiveSmallIntegerField(default=50, verbose_name='place in the list')),
                ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='offered')),
                ('edited_on', models.DateField(verbose_name='last edited')),
                ('asked_words', models.GeneratedField(db_persist=True, expression=models.Func(models.Func(models.F('question_ar'), models.F('keywords_ar'), models.F('question_en'), models.F('keywords_en'), arg_joiner=" || ' ' || ", template='saudi_fold(%(expressions)s)'), models.Value('(^|[^0-9a-zء-ۿ])(?:[وفبك]?ال|لل)(?=[ء-ۿ]{3})'), models.Value('\\1'), models.Value('g'), function='regexp_replace'), output_field=models.TextField())),
                ('said_words', models.GeneratedField(db_persist=True, expression=models.Func(models.Func(models.F('short_ar'), models.F('body_ar'), models.F('short_en'), models.F('body_en'), arg_joiner=" || ' ' || ", template='saudi_fold(%(expressions)s)'), models.Value('(^|[^0-9a-zء-ۿ])(?:[وفبك]?ال|لل)(?=[ء-ۿ]{3})'), models.Value('\\1'), models.Value('g'), function='regexp_replace'), output_field=models.TextField())),
            ],
            options={
                'verbose_name': 'help article',
                'verbose_name_plural': 'help articles',
                'ordering': ['order', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[a-z][a-z0-9_-]*$')), name='help_article_has_code'), models.CheckConstraint(condition=models.Q(models.Q(('question_ar', ''), _negated=True), models.Q(('question_en', ''), _negated=True), models.Q(('short_ar', ''), _negated=True), models.Q(('short_en', ''), _negated=True)), name='help_article_says_both_languages'), models.CheckConstraint(condition=models.Q(models.Q(('body_ar', ''), ('body_en', '')), models.Q(models.Q(('body_ar', ''), _negated=True), models.Q(('body_en', ''), _negated=True)), _connector='OR'), name='help_article_more_in_both_languages')],
            },
        ),
    ]
