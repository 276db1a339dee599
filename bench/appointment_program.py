"""Run by django-appointment's own Python: times one staff member's month and counts its queries."""

import datetime
import json
import os
import random
import time
from urllib.parse import parse_qsl, urlsplit

import django
from django.conf import settings

at = urlsplit(os.environ["DATABASE_ADMIN_URL"])
options = dict(parse_qsl(at.query))
SCHEMA = "django_appointment"
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages", "phonenumber_field", "appointment"],
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": at.path.lstrip("/"), "USER": at.username or "",
        "PASSWORD": at.password or "", "HOST": options.get("host") or at.hostname or "", "PORT": str(at.port or ""),
        "OPTIONS": {"options": f"-c search_path={SCHEMA}"},
    }},
    USE_TZ=True, TIME_ZONE="UTC", SECRET_KEY="bench", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    ROOT_URLCONF="appointment.urls", Q_CLUSTER={"orm": "default"}, USE_DJANGO_Q_FOR_EMAILS=False,
)  # fmt: skip
django.setup()

from appointment.models import Appointment, AppointmentRequest, Service, StaffMember, WorkingHours
from appointment.services import get_available_slots_for_staff
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

with connection.cursor() as cursor:
    cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    cursor.execute(f"CREATE SCHEMA {SCHEMA}")
call_command("migrate", verbosity=0)
user = get_user_model().objects.create_user("staff")
client = get_user_model().objects.create_user("client")
service = Service.objects.create(name="Call", duration=datetime.timedelta(minutes=20))
staff = StaffMember.objects.create(user=user, slot_duration=30, appointment_buffer_time=0)
staff.services_offered.add(service)
for day in range(7):
    WorkingHours.objects.create(
        staff_member=staff, day_of_week=day, start_time=datetime.time(9), end_time=datetime.time(17)
    )
today = datetime.date.today() + datetime.timedelta(days=1)
rng = random.Random(7)
slots = [(day, half) for day in range(30) for half in range(16)]
for day, half in rng.sample(slots, int(os.environ["BOOKINGS"])):
    start = datetime.datetime.combine(today, datetime.time(9)) + datetime.timedelta(
        days=day, minutes=30 * half
    )
    request = AppointmentRequest(date=start.date(), start_time=start.time(), end_time=(start + datetime.timedelta(minutes=20)).time(), service=service, staff_member=staff)  # fmt: skip
    AppointmentRequest.objects.bulk_create([request])
    Appointment.objects.bulk_create(
        [
            Appointment(
                client=client, appointment_request=request, phone="", address="", id_request=str(request.pk)
            )
        ]
    )


def month():
    return [
        get_available_slots_for_staff(date, staff, (date.weekday() + 1) % 7, service)
        for date in (today + datetime.timedelta(days=n) for n in range(30))
    ]


with CaptureQueriesContext(connection) as queries:
    month()
took = []
for _ in range(3):
    began = time.perf_counter()
    month()
    took.append((time.perf_counter() - began) * 1000)
print(json.dumps({"ms": sorted(took)[1], "queries": len(queries)}))
