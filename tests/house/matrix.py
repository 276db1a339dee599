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
    "mail-stop": ({GET, POST}, "*"), "language": ({POST}, "*"), "theme": ({POST}, "*"), "shortcuts": ({POST}, "*"), "offline": ({GET}, "*"),
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
    "messages": ({GET}, WORKS_WITH_FAMILIES), "thread": ({GET, POST}, WORKS_WITH_FAMILIES),
    "text-size": ({POST}, WORKS_WITH_FAMILIES), "thread-pdf": ({GET}, WORKS_WITH_FAMILIES),
    "thread-assignment": ({POST}, WORKS_WITH_FAMILIES), "thread-snooze": ({POST}, WORKS_WITH_FAMILIES),
    "thread-unread": ({POST}, WORKS_WITH_FAMILIES), "thread-settlement": ({POST}, WORKS_WITH_FAMILIES),
    "thread-consent": ({POST}, WORKS_WITH_FAMILIES), "thread-contact": ({POST}, WORKS_WITH_FAMILIES),
    "texts": ({GET, POST}, RUNS_THE_FIRM), "text-wording": ({GET, POST}, RUNS_THE_FIRM),
    "calls": ({GET}, WORKS_WITH_FAMILIES),
    "sender": ({GET, POST}, RUNS_THE_FIRM), "sender-check": ({POST}, RUNS_THE_FIRM),
    "mail-stop-lift": ({POST}, RUNS_THE_FIRM),
    "check-ins": ({GET}, WORKS_WITH_FAMILIES), "check-in-new": ({POST}, WORKS_WITH_FAMILIES),
    "health": ({GET, POST}, RUNS_THE_FIRM),
    "stop-decision": ({POST}, WORKS_WITH_FAMILIES), "contact-messages": ({GET}, WORKS_WITH_FAMILIES),
    # files: whoever is signed in may ask; the rows decide
    "document-copy": ({GET}, SIGNED_IN), "document-part": ({GET}, SIGNED_IN), "file": ({GET}, SIGNED_IN),
    "picture": ({GET}, SIGNED_IN),
    "student-new": ({GET, POST}, WORKS_WITH_FAMILIES), "student-edit": ({GET, POST}, WORKS_WITH_FAMILIES),
    "student-name": ({POST}, WORKS_WITH_FAMILIES), "student-merge": ({POST}, WORKS_WITH_FAMILIES),
    "student-about": ({GET}, WORKS_WITH_FAMILIES), "student-about-pdf": ({GET}, WORKS_WITH_FAMILIES),
    "student-papers": ({GET}, WORKS_WITH_FAMILIES), "merge-undo": ({POST}, WORKS_WITH_FAMILIES),
    "contact-new": ({GET, POST}, WORKS_WITH_FAMILIES), "contact-edit": ({GET, POST}, WORKS_WITH_FAMILIES),
    "contact-point": ({POST}, WORKS_WITH_FAMILIES), "contact-point-safety": ({POST}, WORKS_WITH_FAMILIES),
    "contact-name": ({POST}, WORKS_WITH_FAMILIES), "contact-merge": ({POST}, WORKS_WITH_FAMILIES),
    "guardianship": ({GET, POST}, WORKS_WITH_FAMILIES),
    "release-new": ({GET, POST}, WORKS_WITH_FAMILIES), "release-end": ({POST}, WORKS_WITH_FAMILIES),
    "agreement": ({GET}, WORKS_WITH_FAMILIES), "agreement-pdf": ({GET}, WORKS_WITH_FAMILIES),
    "agreement-withdrawal": ({POST}, WORKS_WITH_FAMILIES),
    "districts": ({GET}, WORKS_WITH_FAMILIES), "district-new": ({GET, POST}, WORKS_WITH_FAMILIES),
    "district": ({GET}, WORKS_WITH_FAMILIES), "district-edit": ({GET, POST}, WORKS_WITH_FAMILIES),
    "district-person": ({POST}, WORKS_WITH_FAMILIES), "school-new": ({GET, POST}, WORKS_WITH_FAMILIES),
    "school": ({GET}, WORKS_WITH_FAMILIES), "school-edit": ({GET, POST}, WORKS_WITH_FAMILIES),
    "school-person": ({POST}, WORKS_WITH_FAMILIES), "school-person-leaving": ({POST}, WORKS_WITH_FAMILIES),
    "templates": ({GET}, RUNS_THE_FIRM), "template-new": ({GET, POST}, RUNS_THE_FIRM), "template": ({GET, POST}, RUNS_THE_FIRM),
    "intake": ({GET}, WORKS_WITH_FAMILIES), "intake-finished": ({GET}, WORKS_WITH_FAMILIES),
    "inquiry-new": ({GET, POST}, WORKS_WITH_FAMILIES), "inquiry": ({GET}, WORKS_WITH_FAMILIES),
    "inquiry-edit": ({GET, POST}, WORKS_WITH_FAMILIES), "inquiry-check": ({POST}, WORKS_WITH_FAMILIES),
    "inquiry-agreement": ({POST}, WORKS_WITH_FAMILIES), "inquiry-case": ({POST}, WORKS_WITH_FAMILIES),
    "inquiry-refusal": ({POST}, WORKS_WITH_FAMILIES), "inquiry-questions": ({POST}, WORKS_WITH_FAMILIES),
    "conflict-decision": ({POST}, WORKS_WITH_FAMILIES),
    "question-lists": ({GET}, RUNS_THE_FIRM), "question-list-new": ({GET, POST}, RUNS_THE_FIRM),
    "question-list": ({GET, POST}, RUNS_THE_FIRM), "question-list-preview": ({GET}, RUNS_THE_FIRM),
    "question-new": ({GET, POST}, RUNS_THE_FIRM), "question": ({GET, POST}, RUNS_THE_FIRM),
    "question-move": ({POST}, RUNS_THE_FIRM), "question-retirement": ({POST}, RUNS_THE_FIRM),
    # by a link in a family's own message
    "sign-start": ({GET}, "*"), "sign-code": ({POST}, "*"), "sign-paper": ({GET, POST}, "*"), "sign-pdf": ({GET}, "*"),
    "answers": ({GET, POST}, "*"),
    # families, guests
    "portal-forms": ({GET}, "F"), "portal-paper-to-sign": ({GET, POST}, "F"), "portal-form-pdf": ({GET}, "F"),
    "portal-about": ({GET, POST}, "F"), "portal-about-print": ({GET}, "F"), "portal-about-pdf": ({GET}, "F"),
    "portal-details": ({GET, POST}, "F"), "portal-texts": ({POST}, "F"), "portal-who": ({GET}, "F"),
    "portal-papers": ({GET}, "F"), "portal-paper-new": ({GET, POST}, "F"), "portal-paper": ({GET}, "F"),
    "portal-paper-state": ({GET}, "F"), "portal-paper-password": ({POST}, "F"), "portal-request": ({GET, POST}, "F"),
    "portal-messages": ({GET, POST}, "F"),
    "portal": ({GET}, "F"), "guest": ({GET}, "G"),
    # the API, with a key; the methods a key may use are asked in tests/api
    "api-service-list": ({GET}, "ODAS"), "api-service-detail": ({GET}, "ODAS"), "api-service-availability": ({GET}, "ODAS"),
    "api-booking-list": ({GET, POST}, "ODAS"), "api-booking-detail": ({GET}, "ODAS"),
    "api-document-list": ({GET, POST}, "ODAS"), "api-document-detail": ({GET}, "ODAS"),
    "api-document-pages": ({GET}, "ODAS"), "api-document-copy": ({GET}, "ODAS"),
    "api-paper-request-list": ({GET, POST}, "ODAS"), "api-paper-request-detail": ({GET}, "ODAS"),
    "api-paper-request-call-off": ({POST}, "ODAS"),
    "api-thread-list": ({GET}, "ODAS"), "api-thread-detail": ({GET}, "ODAS"), "api-thread-entries": ({GET}, "ODAS"),
    "api-thread-messages": ({POST}, "ODAS"),
    "api-booking-move": ({POST}, "ODAS"), "api-booking-call-off": ({POST}, "ODAS"),
}  # fmt: skip

ROLES = {"O": "olivia", "D": "ada", "A": "ana", "S": "bo", "B": "bea", "F": "luz", "G": "gus", "-": ""}
