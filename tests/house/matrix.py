"""Who may open which route: a row for each route of a firm's host. A route without a row fails.

Letters are roles: O owner, D administrator, A advocate, S assistant, B billing, F family, G school
guest; `*` means everyone, signed in or not. A row names the methods it answers.
"""

from __future__ import annotations

STAFF = "ODASB"
WORKS_WITH_FAMILIES = "ODAS"
RUNS_THE_FIRM = "OD"
SIGNED_IN = "ODASBFG"

GET, POST = "GET", "POST"

# route name -> (methods, who)
MATRIX: dict[str, tuple[set[str], str]] = {
    # anyone
    "front": ({GET}, "*"), "book": ({GET}, "*"), "book-time": ({GET}, "*"), "book-details": ({GET, POST}, "*"),
    "booking-manage": ({GET}, "*"), "booking-change": ({GET, POST}, "*"), "booking-call-off": ({POST}, "*"),
    "booking-calendar": ({GET}, "*"),
    "sign-in": ({GET, POST}, "*"), "sign-in-code": ({GET, POST}, "*"), "staff-sign-in": ({GET, POST}, "*"),
    "second-step": ({GET, POST}, "*"), "second-step-setup": ({GET, POST}, "*"), "forgotten": ({GET, POST}, "*"),
    "new-password": ({GET, POST}, "*"), "confirm-email": ({GET}, "*"), "email-confirmation": ({POST}, "*"),
    "welcome": ({POST}, "*"), "invitation": ({GET, POST}, "*"),
    "help": ({GET}, "*"), "privacy": ({GET}, "*"), "terms": ({GET}, "*"), "accessibility": ({GET}, "*"),
    "language": ({POST}, "*"), "theme": ({POST}, "*"), "shortcuts": ({POST}, "*"), "offline": ({GET}, "*"),
    "service-worker": ({GET}, "*"), "logo": ({GET}, "*"), "brand": ({GET}, "*"), "api-schema": ({GET}, "*"),
    "outbox": ({GET}, "*"), "outbox-answer": ({POST}, "*"), "kit": ({GET}, "*"),
    # whoever is signed in
    "sign-out": ({POST}, SIGNED_IN), "profile": ({GET, POST}, SIGNED_IN), "other-sessions-end": ({POST}, SIGNED_IN),
    # staff
    "today": ({GET}, STAFF),
    "students": ({GET}, WORKS_WITH_FAMILIES), "student": ({GET}, WORKS_WITH_FAMILIES),
    "contact": ({GET}, WORKS_WITH_FAMILIES), "contact-confirmation": ({POST}, WORKS_WITH_FAMILIES),
    "contact-joining": ({POST}, WORKS_WITH_FAMILIES),
    "bookings": ({GET}, WORKS_WITH_FAMILIES), "booking": ({GET}, WORKS_WITH_FAMILIES),
    "booking-new": ({GET, POST}, WORKS_WITH_FAMILIES), "booking-staff-call-off": ({POST}, WORKS_WITH_FAMILIES),
    "hours": ({GET, POST}, "ODA"), "token-new": ({GET, POST}, "ODA"), "token-revocation": ({POST}, "ODA"),
    "services": ({GET}, RUNS_THE_FIRM), "service": ({GET, POST}, RUNS_THE_FIRM), "service-new": ({GET, POST}, RUNS_THE_FIRM),
    "staff": ({GET}, RUNS_THE_FIRM), "staff-member": ({GET, POST}, RUNS_THE_FIRM),
    "staff-deactivation": ({POST}, RUNS_THE_FIRM), "invitation-new": ({GET, POST}, RUNS_THE_FIRM),
    "invitation-withdrawal": ({POST}, RUNS_THE_FIRM), "access-log": ({GET}, RUNS_THE_FIRM),
    "firm-settings": ({GET, POST}, RUNS_THE_FIRM), "confirmation-mail": ({POST}, RUNS_THE_FIRM),
    "documents": ({GET}, WORKS_WITH_FAMILIES), "document": ({GET}, WORKS_WITH_FAMILIES),
    "document-state": ({GET}, WORKS_WITH_FAMILIES), "document-details": ({GET, POST}, WORKS_WITH_FAMILIES),
    "version-new": ({GET, POST}, WORKS_WITH_FAMILIES), "document-password": ({POST}, WORKS_WITH_FAMILIES),
    "document-removal": ({GET, POST}, WORKS_WITH_FAMILIES), "document-original": ({GET}, WORKS_WITH_FAMILIES),
    "papers": ({GET}, WORKS_WITH_FAMILIES), "paper-new": ({GET, POST}, WORKS_WITH_FAMILIES),
    "request-new": ({GET, POST}, WORKS_WITH_FAMILIES), "request-call-off": ({POST}, WORKS_WITH_FAMILIES),
    "files-health": ({GET}, RUNS_THE_FIRM),
    "reviews": ({GET}, WORKS_WITH_FAMILIES), "review": ({GET}, WORKS_WITH_FAMILIES),
    "review-state": ({GET}, WORKS_WITH_FAMILIES), "review-point": ({POST}, WORKS_WITH_FAMILIES),
    "review-point-new": ({POST}, WORKS_WITH_FAMILIES), "review-values": ({GET, POST}, WORKS_WITH_FAMILIES),
    "review-setting": ({POST}, WORKS_WITH_FAMILIES), "review-child": ({POST}, WORKS_WITH_FAMILIES),
    "review-sign-off": ({POST}, "ODA"), "review-send": ({POST}, "ODA"), "review-revision": ({POST}, "ODA"),
    "review-acceptance": ({POST}, "ODA"), "review-preview": ({GET}, WORKS_WITH_FAMILIES),
    "review-report": ({GET}, WORKS_WITH_FAMILIES), "review-question-answer": ({POST}, WORKS_WITH_FAMILIES),
    "review-start": ({POST}, WORKS_WITH_FAMILIES), "plan": ({GET}, WORKS_WITH_FAMILIES),
    "comparison": ({GET}, WORKS_WITH_FAMILIES), "comparison-new": ({POST}, WORKS_WITH_FAMILIES),
    "comparison-match": ({POST}, WORKS_WITH_FAMILIES), "comparison-offer": ({POST}, WORKS_WITH_FAMILIES),
    "comparison-pdf": ({GET}, WORKS_WITH_FAMILIES),
    # files: whoever is signed in may ask; the rows decide
    "document-copy": ({GET}, SIGNED_IN), "document-part": ({GET}, SIGNED_IN), "file": ({GET}, SIGNED_IN),
    "picture": ({GET}, SIGNED_IN),
    # families, guests
    "portal-papers": ({GET}, "F"), "portal-paper-new": ({GET, POST}, "F"), "portal-paper": ({GET}, "F"),
    "portal-paper-state": ({GET}, "F"), "portal-paper-password": ({POST}, "F"), "portal-request": ({GET, POST}, "F"),
    "portal-reviews": ({GET}, "F"), "portal-review": ({GET}, "F"), "portal-review-ask": ({POST}, "F"),
    "portal-review-report": ({GET}, "F"),
    "portal": ({GET}, "F"), "guest": ({GET}, "G"),
    # the API, with a key; the methods a key may use are asked in tests/api
    "api-service-list": ({GET}, "ODAS"), "api-service-detail": ({GET}, "ODAS"), "api-service-availability": ({GET}, "ODAS"),
    "api-booking-list": ({GET, POST}, "ODAS"), "api-booking-detail": ({GET}, "ODAS"),
    "api-document-list": ({GET, POST}, "ODAS"), "api-document-detail": ({GET}, "ODAS"),
    "api-document-pages": ({GET}, "ODAS"), "api-document-copy": ({GET}, "ODAS"),
    "api-paper-request-list": ({GET, POST}, "ODAS"), "api-paper-request-detail": ({GET}, "ODAS"),
    "api-paper-request-call-off": ({POST}, "ODAS"),
    "api-review-list": ({GET}, "ODAS"), "api-review-detail": ({GET}, "ODAS"), "api-review-add-point": ({POST}, "ODAS"),
    "api-review-decide": ({POST}, "ODAS"), "api-review-reading": ({GET}, "ODAS"), "api-review-correct": ({POST}, "ODAS"),
    "api-plan-list": ({GET}, "ODAS"), "api-plan-detail": ({GET}, "ODAS"),
    "api-comparison-list": ({GET, POST}, "ODAS"), "api-comparison-detail": ({GET}, "ODAS"),
    "api-booking-move": ({POST}, "ODAS"), "api-booking-call-off": ({POST}, "ODAS"),
}  # fmt: skip

ROLES = {"O": "olivia", "D": "ada", "A": "ana", "S": "bo", "B": "bea", "F": "luz", "G": "gus", "-": ""}
