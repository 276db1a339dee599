from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import audit
from accounts.models import AuditEntry
from tests.world import NOW, key


def lines(action):
    return AuditEntry.objects.filter(action=action)


def verify(slug="harbor"):
    said = StringIO()
    try:
        call_command("verify_audit", slug, stdout=said)
    except CommandError as problem:
        return said.getvalue() + str(problem)
    return said.getvalue()


def test_every_line_is_chained_to_the_one_before(olivia, ana):
    first = audit.record("a.b", by=olivia, at=NOW)
    second = audit.record("c.d", by=ana, at=NOW, about=ana, count=3)

    assert second.before == first.digest
    assert (second.actor_name, second.about_kind, second.about) == ("Ana Reyes", "user", str(ana.pk))
    assert verify().endswith("lines, all in order.\n")


@pytest.mark.parametrize(
    "change",
    ["actor_name = 'Somebody'", "detail = '{}'", "at = at + interval '1 ms'", "network = '10.0.0.1'"],
)
@pytest.mark.commits
def test_a_line_altered_by_the_admin_is_named(firms, change):
    """Committed, since the admin's is another connection; then put back as it was."""
    from accounts.models import User
    from tenants.migrating import admin, admin_in
    from tenants.places import within

    firm = firms["birch"].firm
    with within(firm):
        row = audit.record("x.y", by=User.objects.get(pk=key("olivia")), at=NOW, network="192.0.2.1", n=1)
        audit.record("x.z", by=None, at=NOW)
        before = AuditEntry.objects.filter(pk=row.pk).values("actor_name", "detail", "at", "network").get()
    assert verify("birch").endswith("all in order.\n")

    with admin_in(firm.schema_name):
        with admin().cursor() as cursor:
            cursor.execute(f"UPDATE accounts_auditentry SET {change} WHERE id = %s", [row.pk])
        said = verify("birch")
        AuditEntry.objects.using("admin").filter(pk=row.pk).update(**before)

    assert f"line {row.pk} of 2026-11-24 19:00:00 UTC (x.y) does not fit" in said
    assert said.count("does not fit") == 1
    assert verify("birch").endswith("all in order.\n")


def test_a_line_taken_out_is_noticed(olivia):
    kept = [audit.record("a.b", by=olivia, at=NOW, n=n) for n in range(3)]
    rows = [row for row in AuditEntry.objects.order_by("id") if row.pk != kept[1].pk]

    before, bad = "", []
    for row in rows:
        if row.before != before:
            bad.append(row.pk)
        before = row.digest
    assert bad == [kept[2].pk]


def test_reads_of_records_are_lines(visitor, ana, mateo, clock):
    visitor.as_(ana).get(f"/students/{mateo.pk}/")
    visitor.get(f"/contacts/{key('contact luz')}/")

    assert list(lines("student.read").values_list("actor", "about", "at")) == [(ana.pk, str(mateo.pk), NOW)]
    assert list(lines("contact.read").values_list("actor", "about")) == [(ana.pk, str(key("contact luz")))]


def test_reading_the_log_is_a_line_and_the_lines_name_no_child(visitor, olivia, ana, mateo, clock):
    visitor.as_(ana).get(f"/students/{mateo.pk}/")
    page = visitor.as_(olivia).get("/access-log/").content.decode()

    assert lines("log.read").filter(actor=olivia.pk).count() == 1
    assert "Read: student" in page
    assert not any("Mateo" in str(vars(line)) for line in AuditEntry.objects.all())


def test_a_refused_read_is_no_read(visitor, marcus, mateo, clock):
    assert visitor.as_(marcus).get(f"/students/{mateo.pk}/").status_code == 404

    assert not lines("student.read").exists()


def test_the_log_of_a_firm_that_is_not_there(firms):
    assert "No firm has the address" in verify("nowhere")
