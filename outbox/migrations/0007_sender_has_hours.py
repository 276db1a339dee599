from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0006_sender_has_a_pace"),
    ]

    operations = [
        migrations.AddField(
            model_name="sender",
            name="hours_from",
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sender",
            name="hours_to",
            field=models.TimeField(blank=True, null=True),
        ),
    ]
