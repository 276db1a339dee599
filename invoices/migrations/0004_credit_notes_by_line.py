import django.db.models.deletion
import web.ids
from django.db import migrations, models

# As all papers: written and read by the firm's own role, never changed or removed.
REVOKE = """
DO $$ BEGIN
  EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON invoices_creditnoteline FROM %I', current_schema());
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0003_a_family_may_be_merged"),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditNoteLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("amount", models.PositiveIntegerField()),
                ("frees", models.BooleanField(default=False)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="invoices.invoiceline",
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="invoices.creditnote",
                    ),
                ),
            ],
            options={
                "ordering": ["note", "line__position"],
                "constraints": [
                    models.UniqueConstraint(fields=("note", "line"), name="credit_note_names_a_line_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("frees", True)), fields=("line",), name="line_freed_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="credited_line_is_something"
                    ),
                ],
            },
        ),
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
    ]
