"""What carries tasks from the web server to the worker in the demo. It starts empty: the outbox is the record."""

import os
import shutil
import time
from pathlib import Path

import redis
from django.conf import settings
from pgmq.install import get_embedded_install_sql

from lwg_intake.desk.demo.children import Child, start, stop
from lwg_intake.embedded import APPLICATION, Cluster
from lwg_intake.embedded.places import Account, private_folder, socket_folder

READY_SECONDS = 5


def start_broker(home: Path, cluster: Cluster, logs: Path) -> tuple[list[Child], dict[str, str]]:
    """Redis or Valkey where one is on the PATH, else a queue inside PostgreSQL: its programs, and the environment."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program:
        child, address = _redis(program, home, logs)
        if child:
            return [child], {"LWG_BROKER_URL": address}
    cluster.drop_database(settings.QUEUE_DATABASE)
    cluster.create_database(settings.QUEUE_DATABASE, APPLICATION)
    with cluster.connect(settings.QUEUE_DATABASE, APPLICATION) as connection:
        connection.execute(get_embedded_install_sql().encode())
    return [], {"LWG_BROKER_URL": "pgmq://localhost"}


def _redis(program: str, home: Path, logs: Path) -> tuple[Child | None, str]:
    me = Account(os.geteuid(), os.getegid())
    folder = socket_folder(home / "broker", me)
    private_folder(folder, me)
    socket = folder / "redis.sock"
    words = [program, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--dir", str(folder)]
    child = start("broker", [*words, "--save", "", "--appendonly", "no"], dict(os.environ), logs, serves=True)
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and child.process.poll() is None:
        try:
            with redis.Redis(unix_socket_path=str(socket)) as client:
                client.ping()
            return child, f"redis+socket://{socket}"
        except redis.RedisError:
            time.sleep(0.05)
    stop([child])
    return None, ""
