"""Questions asked of every table, signal and task, so that a new one is asked the day it comes (STYLE, RELIABILITY)."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.dispatch import Signal
from django.urls import get_resolver

from clients.models import Contact
from config.celery import app
from tenants.tasks import FIRM_TASKS
from web.access import routes
from web.forms import ModelForm

ROOT = Path(__file__).resolve().parents[2]
OURS = [
    model
    for config in apps.get_app_configs()
    if config.name in {*settings.TENANT_APPS, *settings.SHARED_APPS} and not config.name.startswith("django.")
    for model in config.get_models(include_auto_created=True)
]
FIELDS = [(model, field) for model in OURS for field in model._meta.local_fields]
# A moment or a day by another name, where the office says it so.
MOMENTS = re.compile(r"(_at|_until|_since|_date|^at|^since|^until|^last_login)$")
DAYS = re.compile(r"(_on|^on|^blocked_from|^week)$")
# Minor units of a currency, or hundredths of a per cent.
MONEY = re.compile(
    r"(^|_)(amount|price|fee|tax|total|subtotal|credit|threshold|excess|rate|discount|balance|asked)(_|$)"
)
# A row that a page opens only through the row it hangs on, whose `visible_to` decides.
BEHIND_ANOTHER = {
    "clients.StudentName", "clients.Guardianship", "clients.CareTeamMember", "clients.RightsTransfer", "clients.SharingChoice",
    "intake.Response", "reviews.PlanInForce", "scheduling.Series", "invoices.Timer", "circle.Reader",
}  # fmt: skip


def label(model, field=None):
    return model._meta.label + (f".{field.name}" if field else "")


def test_there_is_something_to_ask():
    assert len(OURS) > 150


def test_moments_and_days_say_so_in_their_names():
    moments = {label(m, f) for m, f in FIELDS if isinstance(f, models.DateTimeField) and not MOMENTS.search(f.name)}  # fmt: skip
    days = {label(m, f) for m, f in FIELDS if type(f) is models.DateField and not DAYS.search(f.name)}

    assert (moments, days) == (set(), set())


def test_money_is_a_whole_number():
    wrong = {label(m, f) for m, f in FIELDS if MONEY.search(f.name) and isinstance(f, (models.FloatField, models.DecimalField))}  # fmt: skip
    asked = {f.name for _m, f in FIELDS if MONEY.search(f.name) and isinstance(f, models.IntegerField)}

    assert wrong == set()
    assert asked >= {"amount", "price", "total", "tax", "rate"}


def test_no_row_of_a_firm_points_into_public_nor_the_other_way():
    """A firm's schema can be moved to another database; a key over the border could not."""

    def is_shared(model):
        return apps.get_app_config(model._meta.app_label).name in settings.SHARED_APPS

    assert {
        label(m, f)
        for m, f in FIELDS
        if f.is_relation and isinstance(f.related_model, type) and is_shared(m) != is_shared(f.related_model)
    } == set()


def test_what_an_address_names_is_a_uuid_or_a_secret():
    """Numbers that count up would tell how many there are, and be the same at every firm."""
    numbered = {
        item.name
        for _path, item in routes(get_resolver("config.urls").url_patterns)
        for key, converter in item.pattern.converters.items()
        if type(converter).__name__ == "IntConverter" and key not in {"number", "index", "year", "month"}
    }
    assert numbered == set()
    assert {label(m) for m in OURS if label(m) in PUBLIC and not isinstance(m._meta.pk, models.UUIDField)} == set()  # fmt: skip


PUBLIC = {
    "tenants.Firm", "accounts.User", "accounts.Invitation", "accounts.ApiToken", "clients.Family", "clients.Contact", "clients.Student",
    "clients.Guardianship", "scheduling.Service", "scheduling.Booking", "outbox.Message", "documents.Document", "cases.Case",
}  # fmt: skip


def test_every_row_about_a_student_says_who_may_see_it():
    about = {label(m): m for m, f in FIELDS if f.name == "student" and f.is_relation}
    blind = {name for name, m in about.items() if not hasattr(m._default_manager.all(), "visible_to")}

    assert blind == BEHIND_ANOTHER
    assert len(about) > 30


def test_every_background_task_carries_its_firm_or_is_the_platforms():
    app.loader.import_default_modules()
    tasks = {name for name in app.tasks if not name.startswith("celery.") and not name.startswith("tests.")}

    assert tasks - set(FIRM_TASKS) == {"tenants.sweep", "billing.nightly"}


def sources():
    outside = {"tests", ".venv", ".local", "build"}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).parts
        if not outside & set(parts):
            yield path


def test_no_task_waits_for_its_time_in_redis():
    """What is due at a time is a row of the due-work index."""
    late = re.compile(r"\b(countdown|eta)=")
    assert late.search("task.apply_async(countdown=5)")
    assert [path.name for path in sources() if late.search(path.read_text(encoding="utf-8"))] == []


def test_signals_are_few_and_told_of():
    found = set()
    for path in ROOT.glob("*/signals.py"):
        module = __import__(f"{path.parent.name}.signals", fromlist=["x"])
        found |= {f"{path.parent.name}.signals.{name}" for name, value in vars(module).items() if isinstance(value, Signal)}  # fmt: skip
    elsewhere = [str(path) for path in sources() if re.search(r"= Signal\(", path.read_text(encoding="utf-8")) and path.name != "signals.py"]  # fmt: skip
    told = set(re.findall(r"^\| `([a-z]+\.signals\.\w+)`", (ROOT / "docs/architecture.md").read_text(), re.M))

    assert (found, elsewhere) == (told, [])
    assert 3 < len(found) < 10


@pytest.mark.parametrize("name", ["utils", "helpers", "services", "misc", "common"])
def test_a_module_is_named_after_its_work(name):
    """Services in `reader` are those of an IEP."""
    assert {str(path.relative_to(ROOT)) for path in sources() if path.stem == name} <= {"reader/services.py"}


def forms_below(form):
    for below in form.__subclasses__():
        yield below
        yield from forms_below(below)


def named_in(condition):
    """The fields that a rule speaks of, each with how."""
    for part in condition.children:
        if isinstance(part, models.Q):
            yield from named_in(part)
        else:
            yield tuple(part[0].split("__", 1))
            if isinstance(part[1], models.F):
                yield (part[1].name,)


def test_each_rule_of_a_table_that_a_form_can_break_has_a_sentence():
    """But for “one of these”, which a field of choices asks before."""
    assert get_resolver("config.urls").url_patterns  # brings every module of forms
    asked, wordless = set(), set()
    for form in forms_below(ModelForm):
        if form._meta.model is None or form.__module__.startswith("tests."):
            continue
        for rule in form._meta.model._meta.constraints:
            if not isinstance(rule, models.CheckConstraint):
                continue
            named = list(named_in(rule.condition))
            reached = {name for name, *_how in named} & set(form.base_fields)
            if not reached or all(how == ["in"] for _name, *how in named):
                continue
            asked.add(rule.name)
            if rule.name not in form.rules:
                wordless.add((form.__name__, rule.name))

    assert asked >= {"contact_hours_end_within_ours", "closure_ends_after_it_starts"}
    assert wordless == set()


def test_a_rule_without_a_sentence_is_never_told_by_its_name(harbor):
    class Bare(ModelForm):
        class Meta:
            model = Contact
            fields = ("hours_from",)

    form = Bare({"hours_from": "06:00"})

    assert form.non_field_errors() == ["These entries do not go together. Please look at them again."]
