"""The demo's programs: started together, watched, stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

STOP_SECONDS = 40
# Linux: the number of "send me this signal when my parent dies".
PARENT_DEATH_SIGNAL = 1


class Stopped(BaseException):
    """Somebody pressed Ctrl-C or ended the program politely."""


class ChildDied(Exception):
    """One of the programs ended by itself. The text says which, and its last words."""


@dataclass(frozen=True)
class Child:
    """A program that runs for the demo, with what it writes in a file of its own. Others talk to one that `serves`."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    serves: bool = False

    def check(self) -> None:
        """Raises ChildDied when it no longer runs."""
        code = self.process.poll()
        if code is not None:
            lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
            words = "\n  ".join(lines[-5:]) or "it wrote nothing"
            raise ChildDied(f"The {self.name} ended by itself ({code}). Its last words, from {self.log}:\n  {words}")


def start(name: str, words: Sequence[str], environment: dict[str, str], logs: Path, *, serves: bool = False) -> Child:
    """Start a program that does not hear the terminal's Ctrl-C, and does not outlive this one."""
    logs.mkdir(mode=0o700, exist_ok=True)
    log = logs / f"{name.replace(' ', '-')}.log"
    with open(log, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        process = subprocess.Popen(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
            preexec_fn=_end_with_parent,
        )  # fmt: skip
    return Child(name, process, log, serves)


def stop(children: Sequence[Child]) -> None:
    """Ask each to end, the first started last; after a while make it.

    One that serves ends after the others: a worker that finds its broker gone looks for it until it is made to end.
    """
    for serves in (False, True):
        _stop([child for child in children if child.serves is serves])


def _stop(children: Sequence[Child]) -> None:
    for child in reversed(children):
        if child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in reversed(children):
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()


def watch(children: Sequence[Child]) -> None:
    """Wait for ever. Raises ChildDied as soon as one ends."""
    while True:
        for child in children:
            child.check()
        time.sleep(0.5)


@contextmanager
def heeding_signals() -> Iterator[None]:
    """Inside, Ctrl-C and a polite end raise Stopped, once: what then stops is left in peace."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def heed(number: int, frame: FrameType | None) -> None:
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, heed) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)
