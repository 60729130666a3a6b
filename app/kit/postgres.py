"""Starts and stops the embedded PostgreSQL: a child of ours, on a private socket, that ends when we end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from app.kit import children, pgplace
from app.kit.pgplace import DATABASE, MAJOR, PORT, ROLES, EmbeddedPostgresError, Role, User, url

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "Role", "url"]

INITDB = [
    f"--username={ROLES['owner']}",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--auth-local=trust",
    "--auth-host=reject",
    "--data-checksums",
    "--no-instructions",
]
FIRST_SQL = f"""\
CREATE ROLE {ROLES["app"]} LOGIN;
CREATE DATABASE {DATABASE} OWNER {ROLES["owner"]};
"""
"""One statement a line, as the single-user mode reads them."""

HELD = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "wal_compression": "pglz",
    "jit": "off",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgres-%a.log",
    "log_file_mode": "0600",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_min_messages": "log",  # what happens to the server; failed statements may quote what people wrote
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
"""What we hold to; the rest (`shared_buffers`, `max_connections`) is the operator's, in `postgresql.conf`."""

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
"""All that PostgreSQL sees of ours: PGPORT and the like would change it, secrets are not its business."""

ACCEPTING, REJECTING = 0, 1
"""What `pg_isready` answers while the server works, and while it starts or stops."""

STALE = ("lock file", "shared memory block")
"""What PostgreSQL says while the remains of a killed one are still there."""
STALE_SECONDS = 15.0
RECOVERY_SECONDS = 600.0
FAST, IMMEDIATE, KILL = (signal.SIGINT, 60.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)
LOG_DAYS = 6


class EmbeddedPostgres:
    """The PostgreSQL of one data folder; `process` is set while it is our child, not when it was adopted."""

    def __init__(self, data_dir: Path, *, fsync: bool = True, run_as: str | None = None) -> None:
        self.data_dir = data_dir
        self.fsync = fsync
        self.process: subprocess.Popen[bytes] | None = None
        self._run_as = run_as
        self._user: User | None = None
        self._home = data_dir
        self._programs = Path()
        self._adopted = False
        self._was_there = False

    def start(self) -> None:
        """Return once the database answers: adopt it where it runs, else start it, made anew on first use."""
        if self.poll() is None:
            return
        self.process, self._adopted = None, False
        try:
            self._settle()
            if self._adopt():
                self._adopted = self._was_there = True
                return
            if not self._cluster.exists():
                self._refuse_vanished()
                self._create()
            self._was_there = True
            pgplace.leave_note(self.data_dir, self._home)
            self._launch()
        except OSError as error:
            raise EmbeddedPostgresError(f"the embedded PostgreSQL cannot use {self.data_dir}: {error}") from error

    def stop(self) -> None:
        """Stop the database if it is ours, in an orderly way first; once is enough."""
        self._adopted = False
        if self.process is None:
            return
        children.end(self.process, (FAST, IMMEDIATE, KILL))
        self.process = None
        folder = pgplace.socket_folder(self._home)
        if folder.parent == pgplace.SHORT_FOLDERS:
            with suppress(OSError):  # not empty, or gone already
                folder.rmdir()

    def poll(self) -> int | None:
        """None while the database is up, like `Popen.poll`; -1 when one that is not our child is gone."""
        if self.process is not None:
            return self.process.poll()
        return None if self._adopted and self._connects() else -1

    def url(self, role: Role) -> str:
        """The address for asyncpg; for SQLAlchemy the scheme becomes `postgresql+asyncpg`."""
        return url(self.data_dir, role)

    @property
    def _cluster(self) -> Path:
        return pgplace.cluster(self._home)

    @property
    def _socket(self) -> Path:
        return pgplace.socket_folder(self._home) / f".s.PGSQL.{PORT}"

    def _settle(self) -> None:
        """Decide who runs it, where and by which programs."""
        pgplace.make_data_dir(self.data_dir)
        self._user = pgplace.choose_user(self._run_as, pgplace.cluster(pgplace.home(self.data_dir)))
        self._home = pgplace.choose_home(self.data_dir, self._user)
        self._programs = pgplace.programs(self._user)
        self._refuse_other_version()

    def _refuse_other_version(self) -> None:
        code, printed = self._run("postgres", "--version")
        if code != 0 or f"(PostgreSQL) {MAJOR}." not in printed:
            raise EmbeddedPostgresError(f"{self._programs}/postgres is not PostgreSQL {MAJOR}: {printed.strip()}")
        if not self._cluster.exists():
            return
        try:
            made_by = (self._cluster / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise EmbeddedPostgresError(f"{self._cluster} is not a PostgreSQL folder; move it away") from None
        if made_by != str(MAJOR):
            raise EmbeddedPostgresError(
                f"{self._cluster} was made by PostgreSQL {made_by}, this is {MAJOR}: "
                "dump it with the old programs and restore it into a new data folder"
            )

    def _refuse_vanished(self) -> None:
        """A folder that went away while we ran (a disk, a volume) is not replaced by an empty one."""
        if self._was_there:
            raise EmbeddedPostgresError(f"{self._cluster} is gone; bring it back before the next start")

    def _adopt(self) -> bool:
        """Whether the database runs already and stays; that of a killed `serve` is being stopped."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        calm = 0
        while calm < 2:
            state = self._is_ready()
            if state not in (ACCEPTING, REJECTING):
                return False
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"a PostgreSQL in {self._cluster} neither works nor stops")
            calm = calm + 1 if state == ACCEPTING else 0
            time.sleep(0.2)
        return True

    def _is_ready(self) -> int:
        """What `pg_isready` says; asked rather than a pid file, which a killed server leaves behind."""
        folder = str(pgplace.socket_folder(self._home))
        command = [
            str(self._programs / "pg_isready"),
            "-q",
            "-h",
            folder,
            "-p",
            str(PORT),
            "-U",
            ROLES["owner"],
        ]
        return subprocess.run(command, env=ENVIRONMENT, check=False).returncode  # noqa: S603 - ours

    def _connects(self) -> bool:
        """Whether somebody listens on the socket; cheap enough to ask every second."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self._socket))
            except OSError:
                return False
        return True

    def _create(self) -> None:
        """Make the cluster with its roles and its database; in its place it is whole or not at all."""
        for unfinished in self._home.glob("postgres.new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        new = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self._home))
        if self._user:
            os.chown(new, self._user.uid, self._user.gid)
        quick = [] if self.fsync else ["--no-sync"]
        self._must("initdb", "-D", new, *INITDB, *quick)
        alone: list[str | Path] = [
            "--single",
            "-D",
            new,
            "-c",
            "exit_on_error=on",
            "-c",
            f"fsync={_on(self.fsync)}",
            "template1",
        ]
        self._must("postgres", *alone, text=FIRST_SQL)
        new.rename(self._cluster)

    def _launch(self) -> None:
        """Start the server, again and again for 15 s while a killed one's remains are in its way."""
        pgplace.make_private(pgplace.socket_folder(self._home), self._user)
        self._sweep()
        deadline = time.monotonic() + STALE_SECONDS
        while said := self._try():
            stale = any(phrase in said for phrase in STALE)
            if not stale or time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL does not start in {self._cluster}:\n{said}")
            time.sleep(0.2)

    def _try(self) -> str:
        """Start the server once; answers nothing when it works, else what it said."""
        command: list[str | Path] = [self._programs / "postgres", "-D", self._cluster, *self._settings()]
        with tempfile.TemporaryFile() as said:
            self.process = children.spawn(
                command,
                on_death=signal.SIGINT,
                user=self._user.name if self._user else None,
                env=ENVIRONMENT,
                stdout=said,
                stderr=said,
            )
            try:
                if self._comes_up(self.process):
                    return ""
            except BaseException:
                self.stop()
                raise
            self.process = None
            said.seek(0)
            return said.read().decode(errors="replace") + self._newest_log()

    def _comes_up(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until the server works or has ended; after a crash it may recover for minutes."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        pause = 0.02
        while process.poll() is None:
            if self._connects() and self._is_ready() == ACCEPTING:
                return True
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL recovers for too long; see {self._cluster}/log")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)  # each question is a line in its log
        return False

    def _settings(self) -> Iterator[str]:
        folder = str(pgplace.socket_folder(self._home)).replace('"', '""')
        durable = dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), _on(self.fsync))
        for name, value in {**HELD, **durable, "unix_socket_directories": f'"{folder}"'}.items():
            yield from ("-c", f"{name}={value}")

    def _sweep(self) -> None:
        """Remove what a killed one left: a pid file whose number is another program's by now, old logs."""
        for lock in (self._cluster / "postmaster.pid", self._socket.with_name(f"{self._socket.name}.lock")):
            if lock.exists() and _is_another(lock.read_text().split("\n", 1)[0]):
                lock.unlink()
        oldest = time.time() - LOG_DAYS * 86_400
        for file in self._logs():
            if file.stat().st_mtime < oldest:
                file.unlink()

    def _logs(self) -> list[Path]:
        """PostgreSQL's log files, the newest first."""
        files = (self._cluster / "log").glob("postgres-*.log")
        return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)

    def _newest_log(self) -> str:
        """The last lines of the log: all that a server says once it has opened it."""
        return "\n".join(self._logs()[0].read_text(errors="replace").splitlines()[-5:]) if self._logs() else ""

    def _run(self, program: str, *arguments: str | Path, text: str = "") -> tuple[int, str]:
        user = self._user.name if self._user else None
        return children.run([self._programs / program, *arguments], user=user, env=ENVIRONMENT, text=text)

    def _must(self, program: str, *arguments: str | Path, text: str = "") -> None:
        code, printed = self._run(program, *arguments, text=text)
        if code != 0:
            raise EmbeddedPostgresError(f"{program} failed ({code}):\n{printed.strip()}")


def _is_another(pid: str) -> bool:
    """Whether a process of this number runs that is no PostgreSQL, as after the restart of a container."""
    try:
        return Path(f"/proc/{int(pid)}/comm").read_text().strip() != "postgres"
    except (ValueError, OSError):
        return False  # nobody's: PostgreSQL itself sees that


def _on(wanted: bool) -> str:
    return "on" if wanted else "off"
