"""What the demo firm knows of schools, custody and signed papers."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.models import User
from clients import about, agreements
from clients.models import (
    AgreementTemplate,
    Contact,
    ContactPoint,
    District,
    DistrictName,
    Guardianship,
    School,
    SchoolPerson,
    Signature,
    Student,
    StudentName,
)

ABOUT_MATEO = {
    "strengths": "Le encantan los dinosaurios y los mapas. Ayuda a su hermana sin que se lo pidan.",
    "helps": "Instrucciones cortas, de una en una. Dibujos. Sentarse cerca de la maestra.",
    "triggers": "El ruido del comedor. Los cambios sin aviso. Leer en voz alta delante de todos.",
    "calming": "Cinco minutos en un lugar tranquilo. Respirar contando hasta cuatro.",
    "works": "Leer juntos por la noche, él una página y yo otra.",
    "goals": "Que lea un libro solo este año y que quiera ir a la escuela.",
}


def seed(luz: Contact, ngozi: Contact, *, ana: User, at: datetime) -> None:
    """Districts, schools, a second household with a block, an agreement and a release, a page about Mateo."""
    lakeside = District.objects.create(name="Lakeside School District 4", state="MT", phone="+14065550180")
    DistrictName.objects.create(district=lakeside, name="SD4")
    millbrook = District.objects.create(name="Millbrook Unified", state="MT")
    school = School.objects.create(name="Lakeside Elementary", district=lakeside, kind=School.Kind.ELEMENTARY)
    middle = School.objects.create(
        name="Millbrook Middle School", district=millbrook, kind=School.Kind.MIDDLE
    )
    SchoolPerson.objects.create(school=school, name="Karen Whitfield", role="Principal", email="kwhitfield@lakeside.example")  # fmt: skip
    SchoolPerson.objects.create(district=lakeside, name="Tom Aldridge", role="Special education director", phone="+14065550181")  # fmt: skip
    mateo, ada = Student.objects.get(given_name="Mateo"), Student.objects.get(given_name="Ada")
    year = at.year - 9
    Student.objects.filter(pk=mateo.pk).update(
        born_on=date(year, 3, 14), district=lakeside, school=school, pronunciation="mah-TEH-oh", home_language="Español",
        disability="Le cuesta leer; el médico dice dislexia",
    )  # fmt: skip
    StudentName.objects.create(student=mateo, family_name="Rivera Campos")
    Student.objects.filter(pk=ada.pk).update(born_on=date(year - 3, 9, 2), district=millbrook, school=middle, home_language="English, Igbo")  # fmt: skip
    Contact.objects.filter(pk=luz.pk).update(interpreter="Español", street="12 Pine St", city="Lakeside", state="MT", postal_code="59922")  # fmt: skip
    father = Contact.objects.create(
        family=mateo.family, name="Diego Campos", language="es", confirmed_at=at, street="8 Mill Rd", city="Millbrook",
        state="MT", postal_code="59925",
    )  # fmt: skip
    ContactPoint.objects.create(contact=father, kind="phone", value="+14065550119", safe=False)
    Guardianship.objects.create(
        contact=father, student=mateo, relation="father", lives_with=False, may_see=False,
        blocked_from=(at - timedelta(days=90)).date(),
    )  # fmt: skip
    about.save(mateo, ABOUT_MATEO, by=luz.user or ana, language="es", at=at - timedelta(days=20))
    luz.refresh_from_db()
    agreement = AgreementTemplate.objects.get(kind=AgreementTemplate.Kind.AGREEMENT)
    signed = agreements.send(agreement, contact=luz, student=mateo, by=ana, at=at - timedelta(days=40))
    agreements.sign(
        signed, name="Luz Rivera", drawn="M40 140 L90 40 L110 150 L160 90 L210 130 L260 60 L300 140", how=Signature.How.LINK,
        proof="luz@family.example", by=None, at=at - timedelta(days=39), network="203.0.113.20", agent="Safari, iPhone",
    )  # fmt: skip
    release = AgreementTemplate.objects.get(kind=AgreementTemplate.Kind.RELEASE)
    agreements.send(
        release, contact=luz, student=mateo, by=ana, at=at - timedelta(days=1),
        release={"scope": ["records", "talk"], "recipient": "Lakeside Elementary", "expires_on": agreements.expires_by_default(at.date())},
    )  # fmt: skip
