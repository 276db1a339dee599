from django.db import migrations

# The firm's own role adds entries and reads them; it never changes or removes one.
REVOKE = """
DO $$ BEGIN
  EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON payments_entry, payments_entryline FROM %I', current_schema());
END $$
"""
# At the end of a transaction each entry adds up to zero, whoever wrote it. It runs as its owner, since the role may be
# another by then; names are whole, and nobody but the owner can make any in this schema.
BALANCED = """
CREATE FUNCTION payments_entry_adds_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  off numeric;
BEGIN
  EXECUTE pg_catalog.format('SELECT pg_catalog.sum(amount) FROM %I.payments_entryline WHERE entry_id = $1', TG_TABLE_SCHEMA) INTO off USING NEW.entry_id;
  IF off <> 0 THEN
    RAISE EXCEPTION 'entry % of the ledger is off by %', NEW.entry_id, off USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE CONSTRAINT TRIGGER entry_adds_up AFTER INSERT OR UPDATE ON payments_entryline
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_entry_adds_up()
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_ledger")]
    operations = [
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
        migrations.RunSQL(BALANCED, "DROP FUNCTION payments_entry_adds_up()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER entry_adds_up ON payments_entryline"),
    ]
