"""Who sees whole mobiles and IBANs: a right each, others see them masked (docs/adr/0032)."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0012_deposit_day'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='person',
            options={'permissions': [('view_sensitive_reason', 'Can see sensitive reasons of a result'), ('view_mobile', 'Can see whole mobile numbers'), ('view_iban', 'Can see whole IBANs'), ('import_register', 'Can import the register and results')], 'verbose_name': 'person', 'verbose_name_plural': 'people'},
        ),
    ]
