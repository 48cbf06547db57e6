"""Logs that hold nothing about a client: an error's place and kind, never its words, which may quote a row."""

import logging
import traceback
from collections.abc import Mapping
from types import TracebackType


class PlaceOnly(logging.Formatter):
    """A traceback without the exception's message: "Key (email)=(…) already exists" would name a person."""

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        kind, error, place = ei
        if kind is None:
            return ""
        frames = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(place)]
        cause = error.__cause__ if error else None
        return "\n".join([*frames, kind.__qualname__ + (f" from {type(cause).__qualname__}" if cause else "")])


class FailedTasks(logging.Filter):
    """Celery writes a failed task's exception and arguments into its line; keep the task's name and the kind."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, Mapping) and "exc" in record.args:
            kind = record.exc_info[0].__qualname__ if record.exc_info and record.exc_info[0] else "an error"
            record.msg, record.args = f"Task {record.args.get('name')} [{record.args.get('id')}] met {kind}", ()
        return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"failed_tasks": {"()": FailedTasks}},
    "formatters": {
        "line": {"()": PlaceOnly, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["failed_tasks"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "lwg_intake": {"level": "INFO"},
        "celery": {"level": "WARNING"},
        # The demo's broker listens on a socket: that its address names no host is not worth a warning.
        "kombu.connection": {"level": "ERROR"},
    },
}
