"""What corrections add to a payment, beside what was paid."""


from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0010_extensions'),
    ]

    operations = [
        migrations.AddField(
            model_name='paymentline',
            name='added_sar',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=2, default=Decimal('0'), max_digits=10, verbose_name='added by corrections, in riyals'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(('added_sar', 0), models.Q(('added_sar__gt', 0), ('announcement__isnull', False), ('announcement__lt', 0)), _connector='OR'), name='payment_added_by_a_correction'),
        ),
    ]
