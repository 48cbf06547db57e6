"""The one settings file, on a PostgreSQL of the tests' own."""

import os
import sys
from pathlib import Path

# With DATABASE_URL the tests use that server; everything else is as in the demo.
TEST_DATABASE_URL = os.environ.setdefault("LWG_TEST_DATABASE_URL", os.environ.pop("DATABASE_URL", ""))
os.environ.setdefault("LWG_HOME", str(Path(__file__).resolve().parent.parent / "var" / "test"))
# Two runs at once must not use one database; the workers of one run share this with the process that started them.
TEST_RUN = os.environ.setdefault("LWG_TEST_RUN", str(os.getpid()))
# Nor one database of the bench, which makes the one that is migrated and empty: the others are copies of it.
os.environ["LWG_BENCH_DATABASE"] = f"test_lwg_{TEST_RUN}_bench"
# Where a person keeps no bytecode beside the sources, the tests keep it in a folder of their own, from the first module
# on: they start some forty programs, each of which would otherwise compile Django anew.
if sys.dont_write_bytecode:
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(Path(os.environ["LWG_HOME"]).absolute() / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from lwg_intake import environment  # noqa: E402
from lwg_intake.settings import *  # noqa: E402, F403
from lwg_intake.settings import DATABASES, STORAGES  # noqa: E402

if TEST_DATABASE_URL:
    DATABASES["default"], DATABASE_OWNER = environment.database(TEST_DATABASE_URL), {}
DATABASES["default"]["TEST"] = {"NAME": f"test_lwg_{TEST_RUN}"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Pages name static files as they lie in the sources.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Each of the tests' thousands of browsers would otherwise read all static files before its first page.
WHITENOISE_AUTOREFRESH = True
