from django.db import migrations

# unaccent() is only stable, because its dictionary could be exchanged; ours is not, so that indexes may use it.
FORWARDS = r"""
CREATE FUNCTION fold(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT extensions.unaccent('extensions.unaccent'::regdictionary, lower(words)) $$;
CREATE INDEX student_by_name ON clients_student USING gin (fold(((given_name || ' ') || family_name)) extensions.gin_trgm_ops);
CREATE INDEX contact_by_name ON clients_contact USING gin (fold(name) extensions.gin_trgm_ops);
CREATE INDEX point_by_digits ON clients_contactpoint USING gin (value extensions.gin_trgm_ops);
CREATE INDEX case_by_words ON cases_case USING gin (to_tsvector('simple', fold(((about || ' ') || next_step))));
CREATE INDEX meeting_by_words ON cases_meeting USING gin (to_tsvector('simple', fold(((place || ' ') || agenda))));
CREATE INDEX entry_by_words ON cases_timelineentry USING gin (to_tsvector('simple', fold(text)));
"""
BACKWARDS = """
DROP INDEX entry_by_words; DROP INDEX meeting_by_words; DROP INDEX case_by_words;
DROP INDEX point_by_digits; DROP INDEX contact_by_name; DROP INDEX student_by_name;
DROP FUNCTION fold(text);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("clients", "0002_schools_papers_details")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
