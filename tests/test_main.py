"""The service as a whole: its routes, its documentation, and the order in which it refuses."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.dependencies import CallerRoute
from app.access.models import Role
from app.kit.http import TransactionalRoute
from tests.client import ANSWER, API, Client, refusal
from tests.factories import COMMUNITY, a_caller, a_region

PUBLIC = {
    ("POST", "/auth/wechat"),
    ("POST", "/auth/password"),
    ("POST", "/auth/refresh"),
    ("GET", "/lifecycle"),
    ("GET", "/privacy/documents"),
    ("GET", "/files/links/{token}"),
    ("GET", "/meta"),
    ("GET", "/demand-categories"),
    ("GET", "/regions"),
    ("GET", "/regions/{code}"),
    ("GET", "/receipts/{code}"),
    ("GET", "/calendars/regions/{code}"),
    ("GET", "/calendars/links/{token}"),
    ("GET", "/certified/{code}"),
}
"""What anybody may ask without signing in; a route that belongs here is added on purpose."""
OUTSIDE_THE_API = {"/healthz", "/readyz", "/version", "/docs", "/docs/oauth2-redirect", "/openapi.json", "/desk", "/q"}
ABSENT = "018f0000-0000-7000-8000-000000000000"


def routes(application: FastAPI) -> Iterator[tuple[str, str, RouteContext]]:
    """Method, path below the API and route of everything that is served under it."""
    for context in iter_route_contexts(application.routes):
        path = context.path or ""
        if path.startswith(API):
            for method in context.methods or set():
                yield method, path.removeprefix(API), context


def test_everything_served_is_known_here(application: FastAPI) -> None:
    paths = {context.path for context in iter_route_contexts(application.routes)}
    outside = {path for path in paths if not (path or "").startswith(API)}
    assert outside == OUTSIDE_THE_API | {"/static-offline-docs"}


def test_every_route_of_the_api_is_one_transaction(application: FastAPI) -> None:
    found = list(routes(application))
    assert len(found) > 50
    for method, path, context in found:
        assert isinstance(context.original_route, TransactionalRoute), f"{method} {path}"


def test_no_dependency_outlives_its_request(application: FastAPI) -> None:
    """The exit code of a yield dependency runs after the answer left: nothing may be committed there."""
    for method, path, context in routes(application):
        waiting = [context.dependant]
        while waiting:
            dependant = waiting.pop()
            waiting += dependant.dependencies
            assert not inspect.isgeneratorfunction(dependant.call), f"{method} {path}"
            assert not inspect.isasyncgenfunction(dependant.call), f"{method} {path}"


def test_every_route_needs_somebody_signed_in_but_those_listed(application: FastAPI) -> None:
    public = {
        (method, path)
        for method, path, context in routes(application)
        if not isinstance(context.original_route, CallerRoute)
    }
    assert public == PUBLIC


async def test_every_route_that_is_not_listed_answers_401(application: FastAPI, client: Client) -> None:
    for method, path, _ in routes(application):
        if (method, path) not in PUBLIC:
            answer = await client.http.request(method, API + re.sub(r"{\w+}", ABSENT, path), content=b"{")
            assert refusal(answer) == (401, "token_invalid"), f"{method} {path}"


def test_no_route_is_a_patch(application: FastAPI) -> None:
    """wx.request cannot send it."""
    assert {method for method, _, _ in routes(application)} == {"GET", "POST", "PUT", "DELETE"}


async def test_the_openapi_document_describes_every_refusal(client: Client) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    assert set(schemas["Problem"]["required"]) == {"type", "title", "status", "detail", "code", "trace_id"}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation["responses"]["default"]["content"]
            assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}, (
                f"{method} {path}"
            )
            assert "422" not in operation["responses"]


async def test_every_reference_of_the_openapi_document_leads_somewhere(client: Client) -> None:
    document = (await client.get("/openapi.json")).json()
    seen = set(references(document))
    assert "#/components/schemas/ProblemField" in seen
    for reference in seen:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def references(part: Any) -> Iterator[str]:
    """Every `$ref` in a part of the document."""
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "$ref" and isinstance(value, str))
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


async def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(client: Client) -> None:
    document = (await client.get("/openapi.json")).json()
    operations = [each for path in document["paths"].values() for each in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert [each["operationId"] for each in operations if not each.get("description")] == []


async def test_the_documentation_needs_no_internet(client: Client) -> None:
    page = (await client.get("/docs")).text
    assert "://" not in page
    assert '"validatorUrl": null' in page
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(assets) == 3
    for asset in assets:
        assert asset.startswith("/")
        served = await client.http.get(asset)
        assert served.status_code == 200
        assert len(served.content) > 1_000
        if asset.endswith(".css"):
            assert not re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", served.text)


@pytest.fixture
async def desk(session: AsyncSession, client: Client) -> Client:
    """The dispatcher of the community."""
    await a_region(session)
    return await a_caller(session, client, "desk", Role.DISPATCHER, region_code=COMMUNITY)


async def test_requests_are_refused_in_the_order_401_422_404_403_409(client: Client, desk: Client) -> None:
    filer, stranger = await client.signed_in("filer"), await client.signed_in("stranger")
    filed = (await filer.post("/demands", {"description": "水管漏水", "region_code": COMMUNITY})).json()
    assert (await desk.post(f"/demands/{filed['id']}/reject", {"reason": "重复"})).status_code == 200

    async def reopen(who: Client, demand_id: str, body: bytes = b'{"reason": "x"}') -> ANSWER:
        headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
        path = f"{API}/demands/{demand_id}/reopen"
        headers["Content-Type"] = "application/json"
        return await who.http.post(path, content=body, headers=headers)

    for demand_id in (filed["id"], ABSENT, "no-uuid"):
        for body in (b"{", b'{"reason": 5}', b'{"reason": "x"}'):
            assert refusal(await reopen(client, demand_id, body)) == (401, "token_invalid")
        for who in (filer, stranger, desk):
            for body in (b"{", b'{"reason": 5}', b'{"reason": "x", "more": 1}'):
                assert refusal(await reopen(who, demand_id, body)) == (422, "invalid_request")
    for who, demand_id in ((filer, ABSENT), (desk, "no-uuid"), (stranger, filed["id"])):
        assert refusal(await reopen(who, demand_id)) == (404, "not_found")
    assert refusal(await reopen(filer, filed["id"])) == (403, "forbidden")
    assert refusal(await reopen(desk, filed["id"])) == (409, "action_not_allowed")
