"""What breaks out of a statement that was put together from text, and a watch on the statements that are sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text

from tests.authorization.stage import Stage

MARK = "zq7k"
"""Stands in nearly every payload and in nothing of ours: where a statement holds it, a value became SQL."""
LONGEST = 30
"""The shortest limit of a field of free text; every payload fits."""
PATIENCE = "10s"
"""A statement that runs so long is cut off and answered 5xx; what sleeps as a payload says would run a minute."""

BARE = (
    *("'", "''", "'''", '"', '""', "\\", "\\\\", "\\'", "`", ";", "--", "/*", "*/", "#", "$$", "$1", ":x", "::", "?"),
    *("%", "%%", "_", "__", "%_%", "%s", "{}", "{0}", "(", ")", "[", "]", "@@", "||", "||''", "=", "&", "|", "!", "*"),
    *("’", "‘’", "＇", "ʼ", "´", "＂", "»'", "¿'", "；", "－－"),
)
"""Too short or too common to be told from our own SQL: what is answered must be what is answered to a word."""
MARKED = (
    *("' OR 'zq7k'='zq7k", "zq7k' OR 1=1--", "zq7k' OR '1'='1'/*", '" OR "zq7k"="zq7k', "zq7k') OR ('1'='1", "zq7k\\"),
    *(
        "zq7k' OR TRUE--",
        "zq7k%' OR '1'='1",
        "zq7k') OR 1=1--",
        "zq7k')) OR 1=1--",
        "1 OR 1=1 --zq7k",
        "zq7k' AND 1=0--",
    ),
    *(
        "zq7k'; SELECT 1--",
        "zq7k; DROP TABLE demands",
        "';DELETE FROM events--zq7k",
        "zq7k';COMMIT;--",
        "zq7k';ROLLBACK--",
    ),
    *(
        "';SELECT pg_sleep(60)--zq7k",
        "'||pg_sleep(60)||'zq7k",
        "zq7k' OR pg_sleep(60)>''--",
        "1;SELECT pg_sleep(60)--zq7k",
    ),
    *(
        "' UNION SELECT NULL--zq7k",
        "' UNION SELECT 1,2,3--zq7k",
        "zq7k' UNION ALL SELECT 1--",
        "' EXCEPT SELECT 1--zq7k",
    ),
    *(
        "'||(SELECT version())||'zq7k",
        "'||current_user||'zq7k",
        "zq7k'||chr(39)||'",
        "'||$$zq7k$$||'",
        "$$zq7k$$",
        "$q$zq7k$q$",
    ),
    *(
        "E'\\x27zq7k",
        "U&'\\0027zq7k",
        "zq7k\\' OR 1=1--",
        "zq7k\\\\' OR 1=1--",
        "\\x27 OR 1=1--zq7k",
        "%27 OR 1=1--zq7k",
    ),
    *(
        "zq7k’ OR ’1’=’1",
        "zq7kʼ OR ʼ1ʼ=ʼ1",
        "zq7k＇ OR 1=1－－",
        "zq7k\u0301' OR 1=1--",
        "zq7k\u202e' OR 1=1--",
        "zq7k\ufeff'--",
    ),
    *(
        "zq7k/**/OR/**/1=1",
        "zq7k'/**/OR/**/1=1--",
        "zq7k'\tOR\t1=1--",
        "zq7k'\nOR 1=1\n--",
        "zq7k'\rOR 1=1--",
        "zq7k:name",
    ),
    *(
        "%zq7k%",
        "_zq7k_",
        "zq7k%s%(x)s",
        "zq7k ORDER BY 1",
        "zq7k,(SELECT 1)",
        "zq7k DESC; SELECT 1",
        "zq7k LIMIT 1 OFFSET 1",
    ),
    *(
        "CASE WHEN 1=1 THEN 1 END zq7k",
        "zq7k' AND 1::int=1--",
        "CAST('zq7k' AS int)",
        "xmin::text||'zq7k'",
        "$1zq7k",
        "zq7k{x}",
    ),
)
NUL = ("zq7k\0", "\0zq7k' OR 1=1--", "zq7k'\0--")
"""Text that PostgreSQL cannot hold, in front of which a filter written in C stops to read."""


class Watch:
    """What was sent to PostgreSQL while it was watched."""

    def __init__(self) -> None:
        self.statements = 0
        self.tainted: set[str] = set()

    def look(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """Notes a statement that holds what only a payload says."""
        self.statements += 1
        if MARK in statement.lower() or "pg_sleep" in statement.lower():
            self.tainted.add(statement)


@contextmanager
def watched(stage: Stage) -> Iterator[Watch]:
    """Every statement of the stage's only connection."""
    watch, connection = Watch(), stage.connection.sync_connection
    event.listen(connection, "before_cursor_execute", watch.look)
    try:
        yield watch
    finally:
        event.remove(connection, "before_cursor_execute", watch.look)


async def lose_patience(stage: Stage) -> None:
    """Until the end of the scene no statement may run long."""
    await stage.connection.execute(
        text("SELECT set_config('statement_timeout', :patience, true)"), {"patience": PATIENCE}
    )
