from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="language",
            field=models.CharField(db_default="en", default="en", max_length=5),
        ),
    ]
