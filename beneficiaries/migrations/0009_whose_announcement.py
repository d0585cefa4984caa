"""Which run announced a row: two of one cycle may have the same day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("beneficiaries", "0008_closing_results")]

    operations = [
        migrations.AddField(
            model_name=model,
            name="announcement",
            field=models.BigIntegerField(blank=True, null=True),
        )
        for model in ("eligibilityresult", "paymentline")
    ]
