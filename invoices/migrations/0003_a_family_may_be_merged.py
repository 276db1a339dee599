from django.db import migrations

# Merging two files of one family moves its invoices to the one that stays; whose they are is all that may change.
GRANT = """
DO $$ BEGIN
  EXECUTE format('GRANT UPDATE (family_id) ON invoices_invoice TO %I', current_schema());
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0002_papers_only_grow")]
    operations = [migrations.RunSQL(GRANT, migrations.RunSQL.noop)]
