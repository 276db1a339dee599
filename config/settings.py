"""Settings. What differs between installations comes from the environment (`.env.example`)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.read("DEBUG", env.boolean, False)
SECRET_KEY = env.read("SECRET_KEY", str)
MASTER_KEY = env.read("MASTER_KEY", env.key_of_32_bytes)
OLD_MASTER_KEY = env.read("OLD_MASTER_KEY", env.key_of_32_bytes, None)  # while it is rotated: rewrap_keys

# Where people find us. A firm's host is its slug before this host.
PUBLIC_URL = env.read("PUBLIC_URL", env.web_address, "http://localhost:8000")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "localhost"
ALLOWED_HOSTS = [PUBLIC_HOST, f".{PUBLIC_HOST}"]
LOCAL_DIR = env.read("LOCAL_DIR", Path, None)

# Apps whose tables lie in `public`, and apps whose tables each firm has in its own schema.
SHARED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "tenants", "billing"]
TENANT_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "outbox",
    "accounts",
    "clients",
    "documents",
    "cases",
    "intake",
    "payments",
    "messaging",
    "reviews",
    "scheduling",
    "invoices",
    "minutes",
    "progress",
    "circle",
]
INSTALLED_APPS = [
    *SHARED_APPS,
    *[app for app in TENANT_APPS if app not in SHARED_APPS],
    "django.contrib.staticfiles",
    "django.contrib.messages",
    "django.forms",
    "web",
    "desk",
    "portal",
    "lobby",
    "api",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "template_partials",
    "csp",
]
TENANT_MODEL, TENANT_DOMAIN_MODEL = "tenants.Firm", "tenants.Domain"
TENANT_DB_ALIAS = "admin"
PG_EXTRA_SEARCH_PATHS = ["extensions"]

_database = env.read("DATABASE_URL", env.database)
_admin = env.read("DATABASE_ADMIN_URL", env.database, _database)
DATABASES = {
    # The app's own login: it stands nowhere until a firm is chosen.
    "default": {
        "ENGINE": "tenants.backend",
        **_database,
        "WALLED": True,
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**_database["OPTIONS"], "server_side_binding": True},
    },
    # Makes roles and schemas and runs migrations; nothing else uses it.
    "admin": {"ENGINE": "tenants.backend", **_admin, "WALLED": False, "TEST": {"MIRROR": None}},
}
DATABASE_ROUTERS = ["tenants.routing.FirmRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.read("REDIS_URL", env.redis_url)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "tenants.caching.firm_key",
    }
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "tenants.sweep", "schedule": 15.0, "options": {"expires": 14.0}},
    "subscriptions": {"task": "billing.nightly", "schedule": 3600.0, "options": {"expires": 3500.0}},
}
CELERY_TIMEZONE = "UTC"

MIDDLEWARE = [
    "tenants.middleware.ServerHealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tenants.middleware.FirmMiddleware",
    "accounts.middleware.SessionMiddleware",
    "web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.MessagesMiddleware",
    "accounts.middleware.PersonMiddleware",
    "web.middleware.VisitMiddleware",
    "web.access.AccessMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "web.context.shell",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
]

# `__Host-` keeps a sibling firm's host from setting these; browsers take them on http://*.localhost too.
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "web.views.csrf_failure"
LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_SECURE = True

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if PUBLIC_URL.startswith("https") else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PUBLIC_URL.startswith("https") else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'", PUBLIC_URL.replace("://", "://*.")],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Gathered by a deployment; the local set-up serves from the sources.
STATIC_ROOT = None if LOCAL_DIR else BASE_DIR / ".local" / "static"
# Papers of families, sealed by us before they are written: a local folder, or s3://bucket/folder?region=….
FILES_DIR = env.read("FILES_DIR", Path, BASE_DIR / ".local" / "files")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "files": env.read("FILES_URL", env.files, {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": FILES_DIR, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700,
        },
    }),
}  # fmt: skip
# An upload stays in memory until it is sealed: nothing readable touches the disk.
FILE_UPLOAD_HANDLERS = ["web.uploads.InMemory"]
# Where ClamAV's daemon listens; without it papers are not scanned, and the pages say so.
CLAMD = env.read("CLAMD", env.socket, None)
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# Who may read /metrics from elsewhere; without it, programs on this machine alone.
METRICS_TOKEN = env.read("METRICS_TOKEN", str, "")

# Providers: the official clients always make the call; these say where and as whom.
TWILIO_API_BASE = env.read("TWILIO_API_BASE", env.base_address, None)
TWILIO_ACCOUNT_SID = env.read("TWILIO_ACCOUNT_SID", str, "")
TWILIO_AUTH_TOKEN = env.read("TWILIO_AUTH_TOKEN", str, "")
# Numbers of the platform that firms are given, one each, when they open.
TWILIO_NUMBERS = env.read("TWILIO_NUMBERS", env.phones, [])
# What one segment of a text costs with the carriers' fees, in hundredths of a US cent: shown before sending.
TEXT_PRICE = env.read("TEXT_PRICE", env.whole_number, 115)
STRIPE_API_BASE = env.read("STRIPE_API_BASE", env.base_address, None)
STRIPE_API_KEY = env.read("STRIPE_API_KEY", str, "")
STRIPE_WEBHOOK_SECRET = env.read("STRIPE_WEBHOOK_SECRET", str, "")
# Stripe gives each endpoint its own: this one is of the endpoint for connected accounts.
STRIPE_CONNECT_WEBHOOK_SECRET = env.read("STRIPE_CONNECT_WEBHOOK_SECRET", str, STRIPE_WEBHOOK_SECRET)
# What firms can subscribe to, as a file of data; without a Stripe key nothing is gated.
PLANS_FILE = env.read("PLANS_FILE", Path, BASE_DIR / "billing" / "plans.toml")
# Where rooms for talks by video are: any service that opens a room at an address, as Jitsi does.
MEETING_BASE = env.read("MEETING_BASE", env.web_address, "https://meet.jit.si")
STANDINS_CONTROL = env.read("STANDINS_CONTROL", env.base_address, None)

# Both providers on this machine: the local set-up, where /outbox/ shows what left.
IS_LOCAL = bool(STANDINS_CONTROL) and all(
    urlsplit(base or "").hostname in {"127.0.0.1", "localhost", "::1"}
    for base in (TWILIO_API_BASE, STRIPE_API_BASE, STANDINS_CONTROL)
)

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = 10
EMAIL_FROM = env.read(
    "EMAIL_FROM", str, f"no-reply@{PUBLIC_HOST if '.' in PUBLIC_HOST else 'roundtable.example'}"
)
EMAIL_IS_ON = bool(_mail := env.read("EMAIL_URL", env.mail, {}))
EMAIL_HOST = _mail.get("EMAIL_HOST", "")
EMAIL_PORT = _mail.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["web.api.MayDeclared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "web.api.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "web.api.answer_error",
    "UNAUTHENTICATED_USER": "accounts.models.Nobody",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Roundtable API",
    "DESCRIPTION": _("Practice management for special-education advocacy firms."),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "DeadlineStatusEnum": "cases.models.deadlines.Status",
        "PointStatusEnum": "reviews.models.Status",
        "SchoolKindEnum": "clients.models.schools.School.Kind",
        "PaidByHandEnum": "payments.forms.HAND_CHOICES",
        "CaseKindEnum": "cases.models.Kind",
        "ConflictDecisionEnum": "intake.models.ConflictReport.Decision",
        "MeetingKindEnum": "cases.models.MeetingKind",
        "EntryKindEnum": "cases.models.EntryKind",
        "DocumentKindEnum": "documents.models.Kind",
        "ExpenseKindEnum": "invoices.models.ExpenseKind",
        "InvoiceLineKindEnum": "invoices.models.LineKind",
        "LanguageEnum": LANGUAGES,
        "LanguageCodeEnum": [("en", "en"), ("es", "es")],
        "MissedKindEnum": "minutes.models.MissedKind",
        "PointSettingEnum": "progress.models.Setting",
        "SessionSettingEnum": "minutes.models.Setting",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["out"], "level": "WARNING"},
    "loggers": {"roundtable": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
SILENCED_SYSTEM_CHECKS = [
    "security.W004",
    "fields.W342",
]
