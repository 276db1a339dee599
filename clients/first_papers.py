"""The papers a new firm begins with: plain words to change, in English and Spanish."""

from __future__ import annotations

from datetime import datetime

from clients.agreements import save_version
from clients.models import AgreementTemplate

AGREEMENT = """This paper says how {firm} and you, {family}, work together for {child}.

# What we do
- We read the papers from the school with you.
- We help you get ready for meetings, and we come along when we agree on it.
- We tell you what the law says, in plain words.

# What we do not do
- We are not attorneys, and we do not give legal advice.
- We cannot promise how the school will decide.

# What we ask of you
- Tell us about letters and meetings as soon as you hear of them.
- Tell us when your phone number or your address changes.

# Private
What you tell us stays with us. We share it only when you say so in writing, or when the law makes us.

# Ending
You can end this at any time. Tell us, and we send you your papers.
"""
AGREEMENT_ES = """Este documento dice cómo {firm} y usted, {family}, trabajan juntos por {child}.

# Lo que hacemos
- Leemos con usted los papeles de la escuela.
- Le ayudamos a preparar las reuniones y le acompañamos cuando lo acordamos.
- Le explicamos lo que dice la ley, con palabras sencillas.

# Lo que no hacemos
- No somos abogados y no damos consejo legal.
- No podemos prometer qué decidirá la escuela.

# Lo que le pedimos
- Avísenos de cartas y reuniones en cuanto las conozca.
- Avísenos cuando cambie su teléfono o su dirección.

# Privado
Lo que usted nos cuenta se queda con nosotros. Lo compartimos solo si usted lo permite por escrito o si la ley nos obliga.

# Para terminar
Usted puede terminar este acuerdo en cualquier momento. Avísenos y le enviamos sus papeles.
"""
RELEASE = """I, {family}, let {firm} and {recipient} do the following for {child}:

{scope}.

This permission ends on {until}. I can end it sooner at any time by telling {firm}. What was shared before that day stays shared.
"""
RELEASE_ES = """Yo, {family}, permito que {firm} y {recipient} hagan lo siguiente por {child}:

{scope}.

Este permiso termina el {until}. Puedo terminarlo antes en cualquier momento avisando a {firm}. Lo que se compartió antes de ese día queda compartido.
"""


def begin(*, at: datetime) -> None:
    """An agreement and a release, unless the firm has papers."""
    if AgreementTemplate.objects.exists():
        return
    Kind = AgreementTemplate.Kind
    for name, kind, title, body, title_es, body_es in (
        ("Agreement to work together", Kind.AGREEMENT, "Our agreement", AGREEMENT, "Nuestro acuerdo", AGREEMENT_ES),
        ("Permission to share", Kind.RELEASE, "Permission to share", RELEASE, "Permiso para compartir", RELEASE_ES),
    ):  # fmt: skip
        template = AgreementTemplate.objects.create(name=name, kind=kind)
        save_version(template, title=title, body=body, title_es=title_es, body_es=body_es, by=None, at=at)
