from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_ledger_only_grows")]
    operations = [
        migrations.RemoveConstraint("refund", "one_refund_a_reason"),
        migrations.RemoveConstraint("charge", "charge_is_something"),
        migrations.RenameModel("Charge", "Payment"),
        migrations.RenameField("refund", "charge", "payment"),
        migrations.RenameField("refund", "reason", "cause"),
        migrations.RenameField("checkout", "ended_at", "settled_at"),
    ]
