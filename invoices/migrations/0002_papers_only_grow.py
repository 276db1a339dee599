from django.db import migrations

# The firm's own role writes papers and reads them; it never changes or removes one. Corrections are papers too.
REVOKE = """
DO $$ BEGIN
  EXECUTE format(
    'REVOKE UPDATE, DELETE, TRUNCATE ON invoices_invoice, invoices_invoiceline, invoices_creditnote, invoices_writeoff FROM %I',
    current_schema()
  );
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]
    operations = [migrations.RunSQL(REVOKE, migrations.RunSQL.noop)]
