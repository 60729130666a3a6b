"""One JSON object a line, whoever logs, and no word of what people wrote."""

import json
import subprocess
import sys
from typing import Any

import pytest

PHONE = "13800000009"
START = "from app.kit import log; log.configure(output={output!r}, level={level!r}); logger = log.get();"


def logged(program: str, *, output: str = "json", level: str = "info") -> str:
    """What a process writes to stderr that logs as we do."""
    script = START.format(output=output, level=level) + "\n" + program
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    return ran.stderr


def lines(program: str, **how: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged(program, **how).split("\n") if line]


def test_a_line_is_an_event_with_fields() -> None:
    (line,) = lines("logger.info('demand.claimed', demand_id=5, name='点单')")
    assert line.pop("at").endswith("Z")
    assert line == {"event": "demand.claimed", "level": "info", "demand_id": 5, "name": "点单"}


def test_the_lines_of_a_request_carry_its_trace() -> None:
    first, second, third = lines(
        "log.start_trace('t1'); logger.info('a'); import logging; logging.getLogger('lib').warning('b')\n"
        "log.start_trace('t2'); logger.info('c')"
    )
    assert (first["trace_id"], second["trace_id"], third["trace_id"]) == ("t1", "t1", "t2")


def test_libraries_warnings_and_long_texts_make_one_line_each() -> None:
    found = lines(
        "import logging, warnings\n"
        "logging.getLogger('uvicorn.error').info('two\\nlines %s', 5)\n"
        "warnings.warn('old')\n"
        "logger.warning('text', text='a\\nb\\u2028c')\n"
        "logger.info('odd', value=object())"
    )
    assert [line["level"] for line in found] == ["info", "warning", "warning", "info"]
    assert found[0]["event"] == "two\nlines 5"
    assert "old" in found[1]["event"]
    assert found[2]["text"] == "a\nb\u2028c"


FAIL = f"""
def inner():
    int("{PHONE}x")
def outer():
    try:
        inner()
    except ValueError as error:
        raise KeyError("{PHONE}") from error
try:
    outer()
except KeyError:
    %s
"""


def test_an_exception_is_told_by_type_and_place_and_not_by_message() -> None:
    (ours,) = lines(FAIL % "logger.exception('failed')")
    (library,) = lines(FAIL % "import logging; logging.getLogger('lib').exception('failed')")
    for line in (ours, library):
        told = line["exception"]
        assert told.index("builtins.KeyError") < told.index("caused by builtins.ValueError")
        assert "in outer" in told
        assert "in inner" in told
        assert PHONE not in told
        assert "exc_info" not in line


def test_an_exception_of_the_system_has_its_number_and_one_of_the_database_its_state() -> None:
    (system,) = lines("try: open('/nowhere/13800000009')\nexcept OSError: logger.exception('failed')")
    (database,) = lines(
        "import asyncpg\ntry: raise asyncpg.UniqueViolationError('13800000009')\n"
        "except Exception as error: logger.error('failed', exc_info=error)"
    )
    assert system["exception"].startswith("builtins.FileNotFoundError [2]\n")
    assert database["exception"].startswith("asyncpg.exceptions.UniqueViolationError [23505]\n")
    assert PHONE not in system["exception"] + database["exception"]


def test_an_exception_that_is_its_own_cause_ends() -> None:
    (line,) = lines(
        "try:\n    raise ValueError\nexcept ValueError as error:\n    error.__cause__ = error\n"
        "    logger.error('failed', exc_info=error)"
    )
    assert line["exception"].count("ValueError") == 1


ASK = f"""
import threading, httpx2
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *arguments):
        pass
server = HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.handle_request).start()
assert httpx2.get(f"http://127.0.0.1:{{server.server_port}}/?secret={PHONE}").status_code == 200
server.server_close()
logger.info("asked")
"""


@pytest.mark.parametrize("level", ["info", "debug"])
def test_addresses_that_are_asked_are_not_logged(level: str) -> None:
    told = logged(ASK, level=level)
    assert "asked" in told
    assert PHONE not in told


def test_a_level_leaves_out_what_is_below_it() -> None:
    assert lines("logger.info('quiet'); logger.error('loud')", level="error")[0]["event"] == "loud"


def test_a_person_reads_the_console_format() -> None:
    told = logged("logger.info('demand.claimed', demand_id=5)", output="console")
    assert "demand.claimed" in told
    assert "demand_id=5" in told


def test_the_console_format_tells_no_messages_either() -> None:
    told = logged(FAIL % "logger.exception('failed')", output="console")
    assert "KeyError" in told
    assert PHONE not in told
