"""What the OpenAPI document says of every route: the list that no test here may fall short of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.main import API, create_app
from app.settings import Settings

NOWHERE = Settings(database_url="postgresql://nobody@nowhere/nothing", secret_key="x" * 40, data_dir=Path("/nowhere"))
"""Enough to make the application and its document; nothing is opened before a request comes."""

PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Route:
    """One method of one path, with the schemas of what it takes and gives."""

    method: str
    path: str
    """Without the prefix that all but the system's own share."""
    queries: frozenset[str]
    takes: str | None
    gives: frozenset[str]
    takes_keys: bool
    """Whether it is a POST outside of `/auth/`, which take an `Idempotency-Key`."""

    @property
    def name(self) -> str:
        """`POST /demands/{demand_id}/cancel`."""
        return f"{self.method} {self.path}"

    @property
    def parameter(self) -> str | None:
        """The name of the path's parameter; none of our paths has two."""
        found = PARAMETER.search(self.path)
        return found[1] if found else None


def _application() -> Any:
    return create_app(NOWHERE)


APPLICATION = _application()
DOCUMENT: dict[str, Any] = APPLICATION.openapi()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def references(node: Any) -> Iterator[str]:
    """The names of the schemas that a piece of the document refers to, directly or through others."""
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        match waiting.pop():
            case {"$ref": str(reference)}:
                name = reference.rsplit("/", 1)[1]
                if name not in seen:
                    seen.add(name)
                    waiting.append(SCHEMAS[name])
            case dict() as inner:
                waiting += inner.values()
            case list() as inner:
                waiting += inner
    return iter(seen)


def _routes() -> Iterator[Route]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            answers = {status: answer for status, answer in operation["responses"].items() if status != "default"}
            yield Route(
                method=method.upper(),
                path=path.removeprefix(API),
                queries=frozenset(one["name"] for one in operation.get("parameters", []) if one["in"] == "query"),
                takes=body["$ref"].rsplit("/", 1)[1] if body else None,
                gives=frozenset(references(answers)),
                takes_keys=method == "post" and not path.startswith(f"{API}/auth/"),
            )


ROUTES: dict[str, Route] = {route.name: route for route in _routes()}


def undocumented() -> set[str]:
    """The paths that the application serves besides those of the document."""
    found = set()
    for route in APPLICATION.routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            found.add(route.path)
        else:
            found |= {one.path for one in inner.routes if not getattr(one, "include_in_schema", False)}
    return found
