"""`yihu import` and `yihu roster-template`: rosters from a file, also beside a running server."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands import DataDir, plain_refusals, read_settings, transact
from app.kit.errors import Text
from app.kit.sheets import UnreadableFile
from app.kit.workbooks.opening import Opener
from app.rosters import importing, taking
from app.rosters.models import RosterKind, RowOutcome
from app.rosters.reach import EVERYWHERE
from app.rosters.rows import Row

SHOWN = 20
"""Refused rows that are printed; all of them stand in the workbook of --errors."""


def take_over(
    kind: Annotated[RosterKind, typer.Argument(help="What the rows are.")],
    file: Annotated[Path, typer.Argument(help=".xlsx, .xls or CSV (UTF-8 with BOM, GB18030).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    all_or_none: Annotated[bool, typer.Option("--all-or-none", help="Nothing, where one row is refused.")] = False,
    errors: Annotated[Path | None, typer.Option(help="Where to write the refused rows with their reasons.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Take over a roster in one transaction; refused rows are named and left out, and the exit code is then 1."""
    settings = read_settings(data_dir=data_dir)
    with plain_refusals(settings):
        rows = asyncio.run(_read(kind, file))
        console = Console(stderr=True)
        columns = BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(kind, total=len(rows))

            async def show(done: int) -> None:
                bar.update(task, completed=done)

            async def take(session: AsyncSession) -> bool:
                if dry_run:
                    await taking.judge(session, EVERYWHERE, kind, rows)
                    return False
                return await taking.take(session, EVERYWHERE, kind, rows, None, show, all_or_none=all_or_none)

            taken = transact(settings, take)
        refused = [row for row in rows if row.outcome == RowOutcome.REFUSED]
        if errors and refused:
            errors.write_bytes(importing.error_book(kind, refused))
    _say(rows, refused, taken=taken)


async def _read(kind: RosterKind, file: Path) -> list[Row]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise UnreadableFile(Text(f"无法读取 {file}", f"{file} cannot be read: {error.strerror}")) from error
    with source:
        _, pages = await Opener().open(source, taking.SHEETS[kind].columns)
    return [row for page in pages for row in taking.rows_of(kind, page)]


def _say(rows: list[Row], refused: list[Row], *, taken: bool) -> None:
    for row in refused[:SHOWN]:
        typer.echo(f"第 {row.line} 行 line {row.line}: {row.reason}", err=True)
    found = taking.counts(rows)
    typer.echo(
        f"新增 new {found[RowOutcome.NEW]}, 更新 changed {found[RowOutcome.CHANGED]}, "
        f"未变 unchanged {found[RowOutcome.UNCHANGED]}, 有误 refused {len(refused)}"
        + ("" if taken else "；未写入 nothing was written")
    )
    raise typer.Exit(1 if refused else 0)


def template(
    kind: Annotated[RosterKind, typer.Argument(help="What the rows will be.")],
    file: Annotated[Path, typer.Argument(help="Where to write it, such as members.xlsx.")],
) -> None:
    """Write an empty workbook to fill in."""
    file.write_bytes(importing.template(kind))
    typer.echo(f"已写入 written: {file}")
