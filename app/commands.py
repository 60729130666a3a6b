"""The commands that work on the database, also beside a running server: `yihu seed`, `staff`, `keys` and `ledger`."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import granting
from app.access.models import Role
from app.activities import verifying as activities_verifying
from app.demands import verifying as demands_verifying
from app.kit import db, log, resealing
from app.kit.db import Base
from app.kit.errors import AppError
from app.kit.sheets import Report
from app.ledger import summary_queries
from app.ledger import verifying as ledger_verifying
from app.ledger.standings import FOLLOWER
from app.ledger.verifying import Finding
from app.policies import importing
from app.regions import reading, seeding
from app.settings import Settings, database_url, keyring

Result = TypeVar("Result")
DataDir = Annotated[Path | None, typer.Option(help="Holds the embedded database and the secret key.")]
NO_TABLES = "42P01"

seed = typer.Typer(no_args_is_help=True, help="Load what everything else refers to.")
staff = typer.Typer(no_args_is_help=True, help="Who may do what.")
keys = typer.Typer(no_args_is_help=True, help="The secret key.")
ledger = typer.Typer(no_args_is_help=True, help="Hours, points and what is summed up from them.")
SHOWN = 20
"""Differences of one summary that are printed; the rest are counted."""


def read_settings(**options: Any) -> Settings:
    """Options where given, else the environment; ends the program where they make no sense."""
    try:
        settings = Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            typer.echo(f"YIHU_{name}: {problem['msg']}", err=True)
        raise typer.Exit(2) from None
    log.configure(output=settings.log_format, level=settings.log_level)
    return settings


@seed.command("regions")
def seed_regions(
    file: Annotated[Path, typer.Argument(help="CSV: code, level, name, parent_code.")],
    data_dir: DataDir = None,
) -> None:
    """Load regions; lines that cannot be one are named and left out, and the exit code is then 1."""
    settings = read_settings(data_dir=data_dir)
    with plain_refusals(settings):
        table = reading.read_file(file)
        columns = BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        console = Console(stderr=True)
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("regions", total=len(table.rows))

            def show(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            report = transact(settings, lambda session: seeding.seed(session, table, show))
    _say(report)


@seed.command("calendar")
def seed_calendar(
    file: Annotated[Path, typer.Argument(help="CSV: day, region (empty is everywhere), kind, name.")],
    data_dir: DataDir = None,
) -> None:
    """Load holidays and make-up workdays; lines that are no day are named and left out, and the exit code is then 1."""
    settings = read_settings(data_dir=data_dir)
    with plain_refusals(settings):
        days = importing.read_file(file)
        report = transact(settings, lambda session: importing.seed(session, days))
    _say(report)


@seed.command("holidays")
def seed_holidays(
    years: Annotated[list[int], typer.Argument(help="Such as 2025 2026.")], data_dir: DataDir = None
) -> None:
    """Load the official holidays and make-up workdays of some years, as the package chinesecalendar has them."""
    settings = read_settings(data_dir=data_dir)
    with plain_refusals(settings):
        days = importing.official(years)
        report = transact(settings, lambda session: importing.seed(session, days))
    _say(report)


def _say(report: Report) -> NoReturn:
    """Tell what became of a file, line by line where one was refused; the exit code is then 1."""
    for line, reason in report.refused:
        typer.echo(f"第 {line} 行 line {line}: {reason.zh} {reason.en}", err=True)
    typer.echo(
        f"新增 loaded {report.loaded}, 更新 updated {report.updated}, "
        f"未变 unchanged {report.unchanged}, 未载入 refused {len(report.refused)}"
    )
    raise typer.Exit(1 if report.refused else 0)


@staff.command("add")
def add_staff(
    username: Annotated[str, typer.Option(help="3 to 64 visible ASCII characters.")],
    role: Annotated[Role, typer.Option()],
    region: Annotated[str | None, typer.Option(help="A region's code; an admin without one is everywhere.")] = None,
    organization: Annotated[uuid.UUID | None, typer.Option(help="Whose liaison.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read one line; without it you are asked.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Let somebody sign in with a password and give them a role, beside those they have."""
    settings = read_settings(data_dir=data_dir)
    everywhere = role == Role.ADMIN and organization is None
    region_code = "" if region is None and everywhere else region
    with plain_refusals(settings):
        password = _password(from_stdin=password_stdin)

        def add(session: AsyncSession) -> Awaitable[object]:
            return granting.add_staff(
                session,
                username=username,
                password=password,
                role=role,
                region_code=region_code,
                organization_id=organization,
            )

        transact(settings, add)
    scope = organization or region_code or "everywhere"
    typer.echo(f"{username} 可登录 may sign in: {role} {scope}")


@ledger.callback()
def about_ledger() -> None:
    """Hours, points and what is summed up from them."""


@ledger.command("verify")
def verify_ledger(data_dir: DataDir = None) -> None:
    """Recompute every summary and compare, also beside a running server; the exit code is 1 where one differs."""
    settings = read_settings(data_dir=data_dir)
    with plain_refusals(settings):
        findings, waiting = transact(settings, _verify)
    for found in findings:
        said = f"不一致 differ: {len(found.differences)}" if found.differences else "一致 agree"
        typer.echo(f"{found.summary.zh} {found.summary.en}: {said}")
        for line in found.differences[:SHOWN]:
            typer.echo(f"  {line}", err=True)
    if waiting:
        typer.echo(f"排行待计入的事件 events that the standings have not had yet: {waiting}")
    raise typer.Exit(1 if any(found.differences for found in findings) else 0)


async def _verify(session: AsyncSession) -> tuple[list[Finding], int]:
    await summary_queries.freeze(session)
    findings = [*await ledger_verifying.verify(session), *await demands_verifying.verify(session)]
    findings += await activities_verifying.verify(session)
    return findings, await summary_queries.behind(session, FOLLOWER)


@keys.callback()
def about_keys() -> None:
    """The secret key that signs tokens and seals personal data."""


@keys.command("reseal")
def reseal(data_dir: DataDir = None) -> None:
    """Seal anew what a key of YIHU_RETIRED_SECRET_KEYS sealed; may be stopped and run again."""
    settings = read_settings(data_dir=data_dir)

    def show(table: str, done: int) -> None:
        typer.echo(f"{table}: {done}")

    with plain_refusals(settings):
        count = _connected(
            settings, lambda sessions: resealing.reseal(sessions, Base.metadata, keyring(settings), show)
        )
    typer.echo(f"已重新加密 sealed anew: {count}")


def _password(*, from_stdin: bool) -> str:
    if not from_stdin:
        asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked
    line: bytes = typer.get_binary_stream("stdin").readline()
    return line.decode().rstrip("\r\n")


def transact(settings: Settings, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Do `work` in one transaction, which may take longer than a request's."""

    async def transact(sessions: db.Sessions) -> Result:
        async with db.transaction(sessions) as session:
            return await work(session)

    return _connected(settings, transact)


def _connected(settings: Settings, work: Callable[[db.Sessions], Awaitable[Result]]) -> Result:
    """Do `work` as the app role."""

    async def connected() -> Result:
        engine = db.connect(
            database_url(settings, "app"),
            pool_size=1,
            keyring=keyring(settings),
            pool_timeout_ms=settings.pool_timeout_ms,
            lock_timeout=str(settings.lock_timeout_ms),
            application_name="yihu command",
        )
        try:
            return await work(db.sessions(engine))
        finally:
            await engine.dispose()

    return asyncio.run(connected())


@contextmanager
def plain_refusals(settings: Settings) -> Iterator[None]:
    """End the program with one line where something is refused or the database cannot be used."""
    try:
        yield
    except AppError as refusal:
        _end(f"{refusal.detail.zh} {refusal.detail.en}")
    except UnicodeDecodeError:
        _end("密码不是 UTF-8 the password is not UTF-8")
    except DBAPIError as error:
        hint = " (yihu db upgrade)" if db.sqlstate(error) == NO_TABLES else ""
        _end(f"数据库出错 the database refuses: {_first_line(error.orig)}{hint}")
    except OSError as error:  # nobody listens, which SQLAlchemy does not wrap
        where = make_url(database_url(settings, "app")).render_as_string(hide_password=True)
        hint = " (yihu serve)" if settings.embedded else ""
        _end(f"连不上数据库 cannot connect to {where}: {_first_line(error)}{hint}")


def _first_line(error: BaseException | None) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _end(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1) from None
