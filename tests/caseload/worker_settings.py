"""A worker of the tests' own: on the database of the test that starts it, quick to take up what a killed one left."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES

DATABASES["default"]["NAME"] = os.environ["LWG_WORKER_DATABASE"]
CELERY_BROKER_TRANSPORT_OPTIONS |= {"visibility_timeout": 3, "unacked_restore_interval": 1}
CELERY_TASK_ANNOTATIONS = {"caseload.tasks.nightly_sweep": {"default_retry_delay": 1}}
