"""Filing a paper with the child it is about, when it lies with another one, or with the family as a whole."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from clients.models import Student
from documents import asking
from documents.models import Document
from reviews import reading
from reviews.deciding import NotYet
from reviews.models import Comparison, PlanInForce, Review, State, StructuredIEP


def move(document: Document, *, to: Student, by: User, at: datetime) -> None:
    """The paper, what was read of it and its reviews are this student's from now on; doing it twice is once.

    What it settled is asked for again, and another family does not see it before it is shared with them. A paper
    that lay with no child is read now. Raises NotYet where the family has read a review of it, or its goals are a plan.
    """
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document.pk)
        before = document.student
        if before == to:
            return
        reviews = Review.objects.filter(version__document=document)
        if reviews.filter(state=State.SENT).exists():
            raise NotYet(_("A review of this paper was sent to the family. Please remove it here, and add it where it belongs."))  # fmt: skip
        if PlanInForce.objects.filter(review__in=reviews).exists():
            raise NotYet(_("Its goals and services were taken as a plan. Please remove it here, and add it where it belongs."))  # fmt: skip
        if before is not None:
            asking.reopen(document, at=at)
        family = before.family_id if before else document.family_id
        document.student, document.family = to, None
        document.shared = document.shared and family == to.family_id
        document.save(update_fields=["student", "family", "shared"])
        audit.record("document.moved", by=by, at=at, about=document, student=str(to.pk))
        Comparison.objects.filter(earlier__version__document=document).delete()
        Comparison.objects.filter(later__version__document=document).delete()
        for review in reviews:
            review.student, review.assigned_to = to, reading.advocate_of(to)
            review.save(update_fields=["student", "assigned_to"])
        for row in StructuredIEP.objects.filter(version__document=document):
            row.other_name, row.child_confirmed_by = reading.other_name(row.data, to), None
            row.save(update_fields=["other_name", "child_confirmed_by"])
        version = document.shown
        if (
            version is not None
            and not version.is_clip
            and document.kind in reading.KINDS
            and not reviews.exists()
        ):
            version.document = document
            reading.begin(version, at=at)
