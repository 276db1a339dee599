from __future__ import annotations

from django.db import migrations, models

KINDS = [
    ("iep", "IEP"), ("504", "504 plan"), ("evaluation", "Evaluation"), ("progress_report", "Progress report"),
    ("prior_written_notice", "Prior written notice"), ("consent", "Consent"), ("letter", "Letter"),
    ("work_sample", "Schoolwork"), ("photo", "Photo"), ("clip", "Short clip"), ("other", "Something else"),
]  # fmt: skip


def known(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(("kind__in", [kind for kind, _ in KINDS])), name=name)


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_document_sender_alter_document_added_by_and_more")]

    operations = [
        migrations.RemoveConstraint(model_name="document", name="document_kind_is_known"),
        migrations.RemoveConstraint(model_name="request", name="request_kind_is_known"),
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(choices=KINDS, default="other", max_length=24, verbose_name="kind"),
        ),
        migrations.AlterField(
            model_name="request",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=24, verbose_name="kind"),
        ),
        migrations.AddConstraint(model_name="document", constraint=known("document_kind_is_known")),
        migrations.AddConstraint(model_name="request", constraint=known("request_kind_is_known")),
    ]
