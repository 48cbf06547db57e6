import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lwg_intake.embedded import Cluster, EmbeddedError
from lwg_intake.embedded.places import SYSTEM_FOLDER, Account, places

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0

# Uses the cluster of the folder in its first argument, says so, and leaves when its input ends.
USER = """
import sys
from pathlib import Path
from lwg_intake.embedded import Cluster, EmbeddedError
try:
    with Cluster(Path(sys.argv[1]), durable="durable" in sys.argv).running() as cluster:
        with cluster.connect("lwg") as there:
            there.execute("SELECT pg_advisory_lock(1)")
            there.execute("CREATE TABLE IF NOT EXISTS note (words text)")
            there.execute("INSERT INTO note VALUES ('written')")
        print(cluster.server_pid(), flush=True)
        sys.stdin.read()
except EmbeddedError as error:
    sys.exit(str(error))
"""


@pytest.fixture
def home(tmp_path: Path, homes: list[Path]) -> Path:
    homes.append(tmp_path / "home")
    return homes[-1]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, homes: list[Path]) -> Path:
    """A folder whose first start is over; every test that takes it leaves it as sound as it was."""
    homes.append(tmp_path_factory.mktemp("made") / "home")
    with Cluster(homes[-1], durable=False).running() as cluster, cluster.connect("lwg") as there:
        there.execute("CREATE TABLE note (words text)")
    return homes[-1]


@pytest.fixture
def used(made: Path, home: Path) -> Path:
    """A copy of it, to be damaged: making a database takes longer than all else here."""
    subprocess.run(["cp", "-a", made, home], check=True)
    if SYSTEM_FOLDER in places(home).base.parents:
        subprocess.run(["cp", "-a", places(made).base, places(home).base], check=True)
    return home


def use(home: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(home), *words], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def said(user: subprocess.Popen[str]) -> int:
    """The server's number, as a user of it says it."""
    line = user.stdout.readline()
    assert line, user.stderr.read()
    return int(line)


def notes(home: Path) -> int:
    with Cluster(home, durable=False).running() as cluster, cluster.connect("lwg") as there:
        return there.execute("SELECT count(*) FROM note").fetchone()[0]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "postgres" in Path(f"/proc/{pid}/cmdline").read_text()


def test_starts_and_stops(made: Path) -> None:
    with Cluster(made).running() as cluster:
        pid = cluster.server_pid()
        with cluster.connect("lwg") as there:
            assert there.execute("SELECT lower('ÉÇ'), current_user").fetchone() == ("éç", "lwg")
            with there.transaction(force_rollback=True):
                there.execute("CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent; CREATE EXTENSION fuzzystrmatch")
            assert there.execute("SHOW listen_addresses").fetchone() == ("",)
    assert not alive(pid)


def test_only_its_own_user_can_read_it(made: Path) -> None:
    with Cluster(made, durable=False).running() as cluster:
        there = cluster.places
        assert [oct(path.stat().st_mode & 0o777) for path in (there.base, there.data, there.socket)] == ["0o700"] * 3
        assert oct(there.passfile.stat().st_mode & 0o777) == "0o600"
        with pytest.raises(Exception, match="password"):
            import psycopg

            psycopg.connect(host=str(there.socket), user="lwg", dbname="lwg", password="guessed", passfile="/dev/null")


def test_the_last_one_out_stops_it(made: Path) -> None:
    first, second = use(made), None
    try:
        pid = said(first)
        second = use(made)
        assert said(second) == pid
        first.communicate()
        assert alive(pid)
        second.communicate()
        assert not alive(pid)
    finally:
        end(first, second)


def test_many_may_start_it_at_once(home: Path) -> None:
    users = [use(home) for _ in range(5)]
    try:
        pids = {said(user) for user in users}
        assert len(pids) == 1
        for user in users:
            user.communicate()
        assert not alive(pids.pop())
        assert notes(home) == 5
    finally:
        end(*users)


def test_a_killed_user_leaves_a_server_that_the_next_one_uses_and_stops(made: Path) -> None:
    first = use(made)
    pid = said(first)
    first.kill()
    first.wait()
    assert alive(pid)
    with Cluster(made, durable=False).running() as cluster:
        assert cluster.server_pid() == pid
    gone_by = time.monotonic() + 5
    while alive(pid) and time.monotonic() < gone_by:
        time.sleep(0.05)
    assert not alive(pid)


def test_nothing_is_lost_when_the_server_is_killed(made: Path) -> None:
    before = notes(made)
    first = use(made, "durable")
    pid = said(first)
    end(first)
    # Who comes while it is dying finds a server that still takes connections, and answers none.
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(0.5, os.kill, (pid, signal.SIGKILL)).start()
    assert notes(made) == before + 1


def test_a_number_that_now_belongs_to_another_program_is_not_believed(made: Path) -> None:
    with Cluster(made, durable=False).running() as cluster:
        note = cluster.places.data / "postmaster.pid"
        left = note.read_text()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        note.write_text(left.replace(left.split()[0], str(stranger.pid), 1))
        if AS_ROOT:
            owner = cluster.places.account
            os.chown(note, owner.uid, owner.gid)
        assert cluster.server_pid() is None
        with Cluster(made, durable=False).running() as again:
            assert again.server_pid() != stranger.pid
        assert stranger.poll() is None
    finally:
        end(stranger)


def test_an_unusual_path(tmp_path: Path, homes: list[Path]) -> None:
    homes.append(tmp_path / ("deep/" * 30 + "with space, comma and 'quote' é"))
    with Cluster(homes[-1], durable=False).running() as cluster, cluster.connect("lwg") as there:
        assert there.execute("SELECT 1").fetchone() == (1,)
        assert cluster.places.socket.stat().st_mode & 0o077 == 0


def test_a_home_removed_and_made_again_starts_empty(used: Path) -> None:
    with Cluster(used, durable=False).running() as cluster, cluster.connect("lwg") as there:
        there.execute("CREATE TABLE old ()")
    subprocess.run(["rm", "-rf", used], check=True)
    with Cluster(used, durable=False).running() as cluster, cluster.connect("lwg") as there:
        assert there.execute("SELECT to_regclass('old')").fetchone() == (None,)


def test_a_first_start_that_was_killed_is_done_again(used: Path) -> None:
    cluster = Cluster(used, durable=False)
    with cluster.running():
        pass
    base = cluster.places
    base.data.rename(base.base / "data.new")
    with cluster.running(), cluster.connect("lwg") as there:
        assert there.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder.write_text("a file"), "not a folder|Not a directory"),
        (lambda folder: folder.symlink_to("/proc/nowhere"), "No such file|not a folder|File exists"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path, make, says: str) -> None:
    make(tmp_path / "home")
    with pytest.raises(EmbeddedError, match=says) as refused, Cluster(tmp_path / "home").running():
        pass
    assert "LWG_HOME" in str(refused.value) and "\n" not in str(refused.value)


def test_a_read_only_folder_is_one_sentence() -> None:
    # /proc refuses new folders to everybody, root too.
    with pytest.raises(EmbeddedError, match="Set LWG_HOME to a folder"), Cluster(Path("/proc/lwg")).running():
        pass


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    (home / "postgres").mkdir(mode=0o777)
    (home / "postgres").chmod(0o777)
    os.chmod(tmp_path, 0o755)
    base = places(home).base
    if base != home / "postgres":
        home, base = Path("/tmp") / f"lwg-test-{os.getpid()}", Path("/tmp") / f"lwg-test-{os.getpid()}" / "postgres"
        base.mkdir(parents=True)
        base.chmod(0o777)
    try:
        with pytest.raises(EmbeddedError, match="not a private folder"), Cluster(home).running():
            pass
    finally:
        subprocess.run(["rm", "-rf", home], check=True)


def test_root_runs_it_as_somebody_else_and_widens_nothing(made: Path) -> None:
    if not AS_ROOT:
        assert places(made).account.uid == os.geteuid()
        return
    with Cluster(made, durable=False).running() as cluster:
        assert SYSTEM_FOLDER in cluster.places.base.parents
        assert Path(f"/proc/{cluster.server_pid()}").stat().st_uid != 0
    assert oct(made.parent.stat().st_mode & 0o777) == "0o700"
    assert Account(65534, 65534).can_enter(made.parent) is False


def end(*processes: subprocess.Popen | None) -> None:
    for process in processes:
        if process and process.poll() is None:
            process.kill()
            process.wait()
