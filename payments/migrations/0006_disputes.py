from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0005_money_in"),
    ]

    operations = [
        migrations.AlterField(
            model_name="payment",
            name="account",
            field=models.CharField(
                choices=[
                    ("operating_cash", "The firm’s own money"),
                    ("trust_cash", "Client money in the bank"),
                    ("stripe", "On its way at Stripe"),
                    ("disputed", "Taken back by a bank, not decided yet"),
                    ("receivable", "Owed by families"),
                    ("trust_held", "Held for families"),
                    ("family_credit", "Families’ credit"),
                    ("earned", "Earned"),
                    ("tax_owed", "Tax owed"),
                    ("write_off", "Written off"),
                    ("fees", "Fees"),
                ],
                default="earned",
                max_length=20,
            ),
        ),
    ]
