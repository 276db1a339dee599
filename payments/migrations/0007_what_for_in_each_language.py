from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0006_disputes"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="names",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
