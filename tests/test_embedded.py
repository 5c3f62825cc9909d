"""The embedded services: shared, restarted, ended with the last member, and up again after any death."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import asyncpg
import pytest
import redis

from releaseray.embedded import EmbeddedFailed, Urls, running
from releaseray.embedded import redis as embedded_redis
from tests.processes import alive, processes, the, wait_until

MEMBER = """
import sys
from pathlib import Path
from releaseray.embedded import running
with running(Path(sys.argv[1])) as urls:
    print(urls.database_url, urls.redis_url, flush=True)
    sys.stdin.read()
"""
ORPHANS = """
import asyncio, os, sys
from pathlib import Path
from releaseray.embedded import child, place, postgres, redis
child._LIBC = None  # a system that cannot tie a child to its parent's life
here = place.Place.of(Path(sys.argv[1]))
lock = place.try_lock(here.services_lock)
async def start():
    await asyncio.gather(postgres.Postgres(here, lock).start(), redis.Redis(here, lock).start())
    os._exit(9)
asyncio.run(start())
"""


class Member:
    """Another process that uses the services."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-c", MEMBER, str(data_dir)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def urls(self) -> Urls:
        assert self.process.stdout
        return Urls(*self.process.stdout.readline().split())

    def leave(self) -> None:
        self.process.communicate(timeout=30)

    def die(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose database is made, which takes a second, and which nobody uses."""
    path = tmp_path_factory.mktemp("made") / "data"
    with running(path):
        pass
    return path


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of that directory; nothing may run on it when the test has ended."""
    path = tmp_path / "data"
    subprocess.run(["cp", "-a", made, path], check=True)
    yield path
    wait_until(lambda: not processes(path))


@pytest.fixture
def new_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory that does not exist yet."""
    path = tmp_path / "new"
    yield path
    wait_until(lambda: not processes(path))


def sql(urls: Urls, statement: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(urls.database_url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


@contextlib.contextmanager
def cache(urls: Urls) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(urls.redis_url, decode_responses=True) as client:
        yield client


def test_what_is_written_is_there_after_a_restart(new_dir: Path) -> None:
    with running(new_dir) as urls, cache(urls) as client:
        sql(urls, "CREATE TABLE kept AS SELECT 7 AS number")
        client.set("kept", "yes")
    assert not processes(new_dir)
    with running(new_dir) as urls, cache(urls) as client:
        assert sql(urls, "SELECT number FROM kept") == 7
        assert client.get("kept") == "yes"
        settings = cast(dict[str, str], client.config_get())
        assert (settings["maxmemory-policy"], settings["port"]) == ("noeviction", "0")
        assert sql(urls, "SHOW listen_addresses") == ""


def test_the_services_stay_until_the_last_member_leaves(data_dir: Path) -> None:
    first = Member(data_dir)
    first.urls()
    with running(data_dir) as urls:
        first.leave()
        assert sql(urls, "SELECT 1") == 1
        beside = Member(data_dir)
        assert beside.urls() == urls
        beside.die()
        assert sql(urls, "SELECT 1") == 1
    assert not processes(data_dir)


def test_members_that_start_at_once_share_one_set_of_services(new_dir: Path) -> None:
    members = [Member(new_dir) for _ in range(4)]
    assert len({member.urls() for member in members}) == 1
    assert len([p for p in processes(new_dir) if p.name() == "redis-server"]) == 1
    for member in members:
        member.leave()


def test_a_member_killed_with_9_takes_the_services_along(data_dir: Path) -> None:
    member = Member(data_dir)
    member.urls()
    member.die()
    wait_until(lambda: not processes(data_dir))
    with running(data_dir) as urls:
        assert sql(urls, "SELECT 1") == 1


@pytest.mark.parametrize("victim", ["keeper", "postgres", "redis-server"])
def test_whatever_is_killed_with_9_the_next_start_works(data_dir: Path, victim: str) -> None:
    member = Member(data_dir)
    member.urls()
    the(victim, data_dir).kill()
    member.die()
    with running(data_dir) as urls, cache(urls) as client:
        assert sql(urls, "SELECT 1") == 1
        assert client.ping()


@pytest.mark.parametrize("victim", ["keeper", "postgres", "redis-server"])
def test_a_service_that_dies_is_started_again(data_dir: Path, victim: str) -> None:
    with running(data_dir) as urls, cache(urls) as client:
        the(victim, data_dir).kill()

        away = (OSError, asyncpg.PostgresError, asyncpg.InternalClientError, redis.ConnectionError)

        def back() -> bool:
            with contextlib.suppress(*away):
                return sql(urls, "SELECT 1") == 1 and bool(client.ping())
            return False

        wait_until(back)


def test_orphans_are_ended_before_the_next_start(data_dir: Path) -> None:
    subprocess.run([sys.executable, "-c", ORPHANS, str(data_dir)], check=False, timeout=60)
    orphan = the("redis-server", data_dir)
    with running(data_dir) as urls:
        assert not alive([orphan])
        assert sql(urls, "SELECT 1") == 1


def test_a_stale_pid_file_that_names_a_stranger_neither_hinders_nor_hurts(data_dir: Path) -> None:
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data_dir}/postgres\n0\n5432\n\n\n\nready\n")
    with running(data_dir) as urls:
        assert sql(urls, "SELECT 1") == 1


def test_a_first_start_that_was_cut_short_is_begun_again(new_dir: Path) -> None:
    half_made = new_dir / "postgres.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    with running(new_dir) as urls:
        assert sql(urls, "SELECT 1") == 1


@pytest.mark.parametrize("name", ["d" * 120, "a folder with spaces, ümlauts & more"])
def test_any_data_directory_will_do(tmp_path: Path, name: str) -> None:
    with running(tmp_path / name) as urls, cache(urls) as client:
        assert sql(urls, "SELECT 1") == 1
        assert client.ping()


def test_ctrl_c_at_the_terminal_reaches_no_service(data_dir: Path) -> None:
    member = Member(data_dir)
    member.urls()
    sessions = {os.getsid(process.pid) for process in processes(data_dir) if process.pid != member.process.pid}
    assert os.getsid(member.process.pid) not in sessions
    member.leave()


@pytest.mark.parametrize("impossible", ["/proc/releaseray", "/dev/null/releaseray"])
def test_a_directory_that_cannot_be_written_is_one_clear_line(impossible: str) -> None:
    with pytest.raises(EmbeddedFailed, match="RELEASERAY_DATA_DIR") as failure, running(Path(impossible)):
        pass
    assert "\n" not in failure.value.message


def test_a_full_disk_is_one_clear_line(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releaseray.embedded.place.LEAST_FREE_BYTES", 1 << 60)
    with pytest.raises(EmbeddedFailed, match="MB are free on the disk"), running(data_dir):
        pass


def test_a_data_directory_of_another_user_is_refused(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    me = os.getuid()
    monkeypatch.setattr("os.getuid", lambda: me + 1)
    with pytest.raises(EmbeddedFailed, match="made by another user"), running(data_dir):
        pass


def test_a_database_that_cannot_start_says_why(data_dir: Path) -> None:
    (data_dir / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedFailed, match=r"PostgreSQL cannot start: .*FATAL"), running(data_dir):
        pass


def test_a_machine_without_redis_is_told_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EmbeddedFailed, match="redis-server is on PATH"):
        embedded_redis.find_server()


def test_a_redis_on_path_wins_unless_it_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = tmp_path / "redis-server"
    server.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    server.write_text("#!/bin/sh\necho Redis server v=7.0.15 sha=0\n")
    assert embedded_redis.find_server() == server
    server.write_text("#!/bin/sh\necho Redis server v=5.0.7 sha=0\n")
    assert embedded_redis.find_server() != server


def test_a_keeper_told_to_end_stops_its_services_and_a_member_that_goes_on_gets_new_ones(data_dir: Path) -> None:
    with running(data_dir) as urls, cache(urls) as client:
        before = the("redis-server", data_dir)
        client.set("kept", "yes")
        the("keeper", data_dir).send_signal(signal.SIGTERM)
        wait_until(lambda: not alive([before]) and bool(processes(data_dir)) and the_value(client) == "yes")


def the_value(client: redis.Redis) -> object:
    with contextlib.suppress(redis.RedisError):
        return client.get("kept")
    return None
