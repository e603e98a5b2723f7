"""The one list of decisions, in reading order; what an operator may change comes from the environment."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from openalgo import logs
from openalgo.env import Environment
from openalgo.firststart import DATABASE_NAME
from security import redaction

env = Environment(os.environ)

# Where things are
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.data_dir
DEBUG = env.choice("DEBUG", ("off", "on")) == "on"

# Names this server answers to. Empty PUBLIC_BASE_URL: `serve` fills in http://localhost:<port>.
DEFAULT_PORT = 5000
PUBLIC_BASE_URL = env.text("PUBLIC_BASE_URL").rstrip("/")
_public = urlsplit(PUBLIC_BASE_URL)
if PUBLIC_BASE_URL and (_public.scheme not in ("http", "https") or not _public.hostname or _public.path):
    raise ImproperlyConfigured("PUBLIC_BASE_URL must be http(s)://host[:port] without a path.")
HTTPS = _public.scheme == "https"
ALLOWED_HOSTS = [
    *([_public.hostname] if _public.hostname else []),
    *env.words("ALLOWED_HOSTS"),
    "localhost",
    "127.0.0.1",
    "[::1]",
]
ADMIN_PATH = env.text("ADMIN_PATH", "admin/").strip("/") + "/"

# Secrets, all generated at first start
SECRET_KEY = env.secret("SECRET_KEY")
PASSWORD_PEPPERS = env.ring("PASSWORD_PEPPERS")
KEY_PEPPERS = env.ring("KEY_PEPPERS")
AUDIT_KEYS = env.ring("AUDIT_KEYS")
redaction.hide(env.secrets())  # from log and trails, whatever text they turn up in

# Who calls, and who may not
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
CLIENT_IP_HEADER = env.text("CLIENT_IP_HEADER", "none").lower() or "none"
BANS = env.choice("BANS", ("on", "off")) == "on"
RATE_LIMITS = env.choice("RATE_LIMITS", ("standard", "active", "off"))

# How requests run
THREADS = env.number("THREADS", 4, at_least=1)
BODY_LIMIT = 1024 * 1024  # bytes
UPLOADS = ("/security/exchange/",)  # there a file of that size comes with a form around it
FILE_FORMS = UPLOADS  # forms in parts; each part has a header that takes milliseconds to read, so nowhere else are there any
UPLOAD_LIMIT = BODY_LIMIT + 64 * 1024
STRANGERS_FORMS = ("/login/", "/setup/")  # anybody may send them, and a mebibyte of escapes takes half a second to read
STRANGERS_FORM_LIMIT = 16 * 1024
BODY_DEADLINE = 15.0  # seconds
SEND_DEADLINE = 15.0  # seconds in which a client must take some of a long answer
BACKGROUND_THREADS = 5
TRAFFIC_TRAIL = True  # bench measures without

INSTALLED_APPS = [
    "daphne",
    "openalgo.adminconfig.OpenAlgoAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "csp",
    "django_ratelimit",
    "ninja",
    "security",
    "accounts",
    "apiauth",
    "brokers",
    "openalgo",
]

MIDDLEWARE = [
    "security.middleware.Ban",
    "security.middleware.Watch",
    "django.middleware.security.SecurityMiddleware",
    "security.policy_header.ContentSecurityPolicy",
    "security.middleware.Armour",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "security.middleware.Limits",  # its view hook goes before CSRF's: a form without a token is charged too
    "accounts.middleware.Authentication",
    "accounts.middleware.LoginRequired",  # and so does this one: a stranger's form is read by open pages alone
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "security.middleware.Readable",
]

ROOT_URLCONF = "openalgo.urls"
ASGI_APPLICATION = "openalgo.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "openalgo.pages.known",
                "security.outlook.outlook",
                "brokers.views.frame.mode",
            ],
        },
    },
]

# Engines. SQLite takes its write lock at BEGIN: read-then-write in a deferred transaction fails under load.
DATABASE_URL = env.text("DATABASE_URL")
REDIS_URL = env.text("REDIS_URL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
os.environ.setdefault("SQLITE_TMPDIR", str(DATA_DIR))  # what it stages or sorts may outgrow a container's /tmp
if DATABASE_URL:
    DATABASES = {"default": env.database("DATABASE_URL")}
    if "postgresql" not in DATABASES["default"]["ENGINE"]:
        raise ImproperlyConfigured("DATABASE_URL must be postgres://…; leave it empty for SQLite.")
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": THREADS + BACKGROUND_THREADS + 4, "timeout": 10}}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / DATABASE_NAME,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            },
            "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
        }
    }

# Caches. The counters have one of their own: with the default 300 entries a stranger could push a victim's out.
_LOCAL = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": _LOCAL, "LOCATION": "default"},
    "ratelimits": {"BACKEND": "security.counters.Counters", "LOCATION": "ratelimits", "OPTIONS": {"MAX_ENTRIES": 200_000}},
}
if REDIS_URL:
    CACHES["ratelimits"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "ratelimits",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
RATELIMIT_USE_CACHE = "ratelimits"
RATELIMIT_HASH_ALGORITHM = "security.counters.Named"

# People, sessions, cookies
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["accounts.hashers.PepperedArgon2"]
PASSWORD_COST = {"passes": 2, "memory": 19 * 1024}  # KiB: some 22 ms
PASSWORD_FORMS = ("/login/", "/account/password/", "/setup/", "/sudo/")  # what is sent there waits in a queue of its own
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "accounts.sessions"
SESSION_EXPIRY_TIME = env.clock_time("SESSION_EXPIRY_TIME", "03:30")
SESSION_TIMEZONE = env.zone("SESSION_TIMEZONE", "Asia/Kolkata")
SESSION_IDLE = 12 * 3600  # seconds
_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}sessionid"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_PREFIX}csrftoken"
CSRF_FAILURE_VIEW = "openalgo.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL] if PUBLIC_BASE_URL else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# The page's armour
SECURE_SSL_REDIRECT = HTTPS
# Programs do not follow redirects, and a health check stays inside: a plain-http bind is loopback or the proxy's own network.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^api/", r"^v1/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
CORS_ALLOWED_ORIGINS = [origin for origin in env.words("CORS_ALLOWED_ORIGINS") if origin.lower() != "off"]
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "x-api-key"]
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT

# Static files: found where the apps keep them, no collecting step
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# The paper market's clock
PAPER_CLOCK = env.text("PAPER_CLOCK")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

LOGGING = logs.CONFIG

SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: a neighbour's host is not ours to bind
    "security.W021",  # HSTS preload: a public promise only the owner of the domain can make
    "django_ratelimit.E003",  # counters in local memory: one process is the default; REDIS_URL shares them
    "django_ratelimit.W001",  # Django's own Redis cache counts atomically; the package's list predates it
]
