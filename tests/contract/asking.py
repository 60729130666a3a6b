"""One run of schemathesis over HTTP: what it is told of us, and what it found."""

import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.engine import events, from_schema

Known = dict[str, list[str]]
"""Values that stand for something, by where they are sent: `path.demand_id`, `body.member_ids[*]`."""
SEED = 20261124
USUALLY = 0.7
"""How often a value that stands for something is sent, where there is one."""
LONGEST_ADDRESS = 60_000
"""What is longer is refused by the HTTP server itself, which knows no problem documents."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
)


@dataclass
class Found:
    """What was asked, and what was answered wrongly."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    """How often each operation was answered each status."""
    wrong: dict[str, str] = field(default_factory=dict)
    """By operation and check the first wrong answer, told so that it can be asked again."""
    seconds: float = 0.0
    in_time: bool = True

    @property
    def requests(self) -> int:
        """How many requests were answered."""
        return self.statuses.total()

    def asked(self) -> set[str]:
        """The operations that were answered at least once."""
        return {operation for operation, _ in self.statuses}

    def succeeded(self) -> set[str]:
        """The operations that did at least once what they are for."""
        return {operation for operation, status in self.statuses if status < 300}

    def add(self, other: "Found") -> None:
        """Take in what another run found."""
        self.statuses += other.statuses
        self.wrong = other.wrong | self.wrong
        self.seconds += other.seconds
        self.in_time &= other.in_time


@dataclass(frozen=True)
class Asker:
    """Who asks whom, and how much of it."""

    url: str
    known: Known
    seconds: float
    """After so long the rest is left out, and `Found.in_time` says so."""
    examples: int = 8
    """Generated requests for each operation, well formed and malformed ones."""
    edges: bool = False
    """Whether every edge of every field is tried instead, one at a time."""

    def ask(self, document: dict[str, Any], token: str | None, *, without: Collection[str]) -> Found:
        """Ask every operation of a document but some."""
        config = schemathesis.Config.from_dict(self._config(token, without))
        stream = from_schema(schemathesis.openapi.from_dict(document, config=config)).execute()
        found, began = Found(), time.monotonic()
        for event in stream:
            match event:
                case events.ScenarioFinished():
                    _note(found, event)
                case events.NonFatalError():
                    found.wrong[f"{event.label}, {type(event.value).__name__}"] = str(event.value)
                case events.FatalError():
                    raise event.exception
            if found.in_time and time.monotonic() - began > self.seconds:
                found.in_time = False
                stream.stop()
        found.seconds = time.monotonic() - began
        return found

    def _config(self, token: str | None, without: Collection[str]) -> dict[str, Any]:
        generation = {"max-examples": self.examples, "deterministic": True, "no-shrink": True, "database": "none"}
        known = {where: values for where, values in self.known.items() if values}
        return {
            "base-url": self.url,
            "seed": SEED,
            "continue-on-failure": True,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "checks": {"enabled": False} | {name: {"enabled": True} for name in CHECKS},
            "generation": {"mode": "all", **generation},
            "phases": {
                "examples": {"enabled": False},
                "coverage": {"enabled": self.edges},
                "fuzzing": {"enabled": not self.edges},
                "stateful": {"enabled": False},
            },
            "operations": [{"include-name": list(without), "enabled": False}],
            "dictionaries": {where: {"values": values} for where, values in known.items()},
            "parameters": {where: {"dictionary": where, "probability": USUALLY} for where in known},
        }


def _note(found: Found, event: events.ScenarioFinished) -> None:
    recorder = event.recorder
    for interaction in recorder.interactions.values():
        if interaction.response is not None:
            found.statuses[recorder.label, interaction.response.status_code] += 1
    for case_id, checks in recorder.checks.items():
        asked = recorder.interactions.get(case_id)
        too_long = asked is not None and len(asked.request.uri) > LONGEST_ADDRESS
        for check in checks:
            if (info := check.failure_info) is not None and not too_long:
                said = f"{info.failure.title}: {info.failure.message}\n{info.code_sample}"
                found.wrong.setdefault(f"{recorder.label}, {check.name}", said)


def operations_of(document: dict[str, Any]) -> dict[str, Any]:
    """All operations by their names, as `POST /api/v1/demands`."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
