import logging
from io import StringIO

from lwg_intake.logs import FailedTasks, PlaceOnly


def logged(write) -> str:
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(PlaceOnly("%(message)s"))
    handler.addFilter(FailedTasks())
    log = logging.Logger("a log")
    log.addHandler(handler)
    write(log)
    return out.getvalue()


def fail() -> None:
    raise ValueError("Key (email)=(ana@example.com) already exists")


def test_a_failure_keeps_its_place_and_not_its_words() -> None:
    def write(log: logging.Logger) -> None:
        try:
            fail()
        except ValueError:
            log.exception("Internal Server Error: %s", "/clients/7/")

    said = logged(write)
    assert "ana@example.com" not in said
    assert "/clients/7/" in said and "test_logs.py" in said and " fail" in said and said.endswith("ValueError\n")


def test_a_failed_task_keeps_its_name_and_not_its_words() -> None:
    def write(log: logging.Logger) -> None:
        try:
            fail()
        except ValueError as error:
            context = {"name": "send", "id": "1", "exc": repr(error), "args": "('ana',)", "traceback": "ana"}
            log.error("Task %(name)s[%(id)s] raised: %(exc)s\n%(traceback)s", context, exc_info=True)

    said = logged(write)
    assert "ana" not in said
    assert said.startswith("Task send [1] met ValueError")
