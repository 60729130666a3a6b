"""The command `yihu`: reads options and settings, and calls what does the work."""

from typing import Annotated

import typer
import uvloop

from app import roster_commands, supervisor
from app import worker as background
from app.commands import DataDir, keys, ledger, read_settings, seed, staff
from app.demo import commands, seeding
from app.kit import migrate
from app.settings import app_role, database_url, keyring

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
database = typer.Typer(no_args_is_help=True, help="The database.")
cli.add_typer(database, name="db")
cli.add_typer(seed, name="seed")
cli.add_typer(staff, name="staff")
cli.add_typer(keys, name="keys")
cli.add_typer(ledger, name="ledger")
cli.command()(commands.tour)
cli.command("import")(roster_commands.take_over)
cli.command("roster-template")(roster_commands.template)


def main() -> None:
    """Run the command line."""
    cli()


@cli.callback()
def about() -> None:
    """一呼百应: residents file demands, branches dispatch them, Party members claim them."""


@cli.command()
def serve(
    host: Annotated[str, typer.Option(envvar="YIHU_HOST")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="YIHU_PORT", min=0, max=65_535)] = 8000,
    data_dir: DataDir = None,
    demo: Annotated[bool | None, typer.Option("--demo/--no-demo", help="Generated people to try it with.")] = None,
    workers: Annotated[int, typer.Option(envvar="YIHU_WORKERS", min=1, help="HTTP processes.")] = 1,
) -> None:
    """Start everything and serve until Ctrl-C."""
    settings = read_settings(data_dir=data_dir, demo=demo)
    prepare = seeding.prepare if settings.demo else None
    raise typer.Exit(supervisor.serve(settings, host=host, port=port, workers=workers, prepare=prepare))


@cli.command()
def worker() -> None:
    """The background worker alone, where serve runs without it."""
    uvloop.run(background.run(read_settings()))


@database.command()
def upgrade(data_dir: DataDir = None) -> None:
    """Run the migrations that are missing; serve does so at every start."""
    settings = read_settings(data_dir=data_dir)
    migrate.upgrade(database_url(settings, "owner"), app_role(settings), keyring(settings))
