"""No statement is put together from text: what PostgreSQL reads as SQL was written by us and never holds a value."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import app

HOME = Path(app.__file__).parent
READS_SQL = {"text", "literal_column", "DDL", "exec_driver_sql", "prepare", "execute", "executemany"} | {
    *("fetch", "fetchrow", "fetchval", "cursor", "scalar", "scalars", "stream", "stream_scalars"),
}
"""Functions and methods, by their last name, whose first argument is a statement or a piece of one."""
ONLY_LITERALS = {"text", "literal_column", "DDL", "exec_driver_sql"}
"""Those that take nothing but SQL: a variable is refused too, unless the module says what is in it."""
STATES = "an index must name the states as the lifecycle does; they are an enum's members, put in at import"
EXCEPTIONS = {
    ("demands/models.py", "text(f\"mode = 'open' AND state IN ({listed(OPEN_STATES)}) AND claimed < slots\")"): STATES,
    ("activities/models.py", "text(STANDING)"): STATES,
    ("enrollments/models.py", "text(f'state IN ({listed(LIVE)})')"): STATES,
    ("enrollments/models.py", "text(f'is_primary AND {IS_LIVE.text}')"): STATES,
}


def built(node: ast.expr | None, known: dict[str, bool]) -> bool:
    """Whether an expression is text that is put together; `known` says it of the module's names."""
    match node:
        case ast.JoinedStr():
            return True
        case ast.BinOp(op=ast.Mod() | ast.Add(), left=left, right=right):
            return any(_is_text(side, known) or built(side, known) for side in (left, right))
        case ast.Call(func=ast.Attribute(value=value, attr="format" | "join" | "replace" | "format_map")):
            return _is_text(value, known) or built(value, known)
        case ast.Name(id=name):
            return known.get(name, False)
    return False


def _is_text(node: ast.expr | None, known: dict[str, bool]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in known
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def names(tree: ast.Module) -> dict[str, bool]:
    """The names that a module gives to text, and whether any of it is put together."""
    known: dict[str, bool] = {}
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                if built(value, known) or _is_text(value, known):
                    known[name] = known.get(name, False) or built(value, known)
            case ast.AugAssign(target=ast.Name(id=name)) if name in known:
                known[name] = True
    return known


def aliases(tree: ast.Module) -> dict[str, str]:
    """What is imported under another name."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {one.asname: one.name for node in imports for one in node.names if one.asname}


def offences(source: str) -> Iterator[str]:
    """Calls that are given a statement which is put together."""
    tree = ast.parse(source)
    known, renamed = names(tree), aliases(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        called = renamed.get(called, called)
        given = next(iter(node.args), node.keywords[0].value if node.keywords else None)
        if called not in READS_SQL or given is None:
            continue
        unknown = called in ONLY_LITERALS and not _is_text(given, known)
        if unknown or built(given, known):
            yield ast.unparse(node)


def test_no_statement_is_put_together_from_text() -> None:
    found = {
        (str(file.relative_to(HOME)), offence) for file in HOME.rglob("*.py") for offence in offences(file.read_text())
    }
    assert found == set(EXCEPTIONS), "bind the value, or say in EXCEPTIONS why nothing from outside can get there"


@pytest.mark.parametrize(
    "line",
    [
        'session.execute(text(f"SELECT {name}"))',
        'text("SELECT %s" % name)',
        'text("SELECT " + name)',
        'text("a" + name + "b")',
        'text("SELECT {}".format(name))',
        'text(", ".join(names))',
        'text("SELECT 1".replace("1", name))',
        "text(name)",
        "text(text=name)",
        'from sqlalchemy import text as sql\nsql(f"{name}")',
        "sqlalchemy.text(statement_for(name))",
        'connection.execute(f"SELECT {name}")',
        'await connection.fetch("SELECT " + name)',
        "literal_column(f'{name}.xmin')",
        "literal_column(name)",
        'connection.exec_driver_sql("SELECT %s" % name)',
        'query = f"SELECT {name}"\nconnection.fetchval(query)',
        'query: str = "SELECT {}".format(name)\nconnection.execute(query)',
        'query = "SELECT 1 WHERE "\nquery += name\nconnection.execute(query)',
        'query = "SELECT 1"\nquery = query + name\ntext(query)',
        'if query := f"{name}":\n    connection.fetch(query)',
    ],
)
def test_every_way_to_put_one_together_is_found(line: str) -> None:
    assert list(offences(line))


@pytest.mark.parametrize(
    "line",
    [
        "session.execute(select(Thing).where(Thing.name == name))",
        'text("SELECT :name")',
        'UNATTACHED = "subject_id IS NULL"\ntext(UNATTACHED)',
        'connection.fetch("SELECT $1", name)',
        "session.scalar(statement)",
        "file.read_text()",
    ],
)
def test_what_binds_its_values_is_let_be(line: str) -> None:
    assert not list(offences(line))
