"""Words of the tests: who reports in where."""

from typing import Any

from tests.client import Client
from tests.demands.world import COMMUNITY, ok

Body = dict[str, Any]


async def reported(who: Client, region_code: str = COMMUNITY, **more: Any) -> Body:
    """A report, confirmed or not."""
    return await ok(who.post("/enrollments", {"region_code": region_code, **more}), 201)


async def enrolled(who: Client, desk: Client, region_code: str = COMMUNITY, **more: Any) -> Body:
    """A report that the desk has confirmed."""
    made = await reported(who, region_code, **more)
    return await moved(desk, made, "confirm")


async def moved(who: Client, enrollment: Body, action: str, status: int = 200, **body: Any) -> Body:
    """The enrollment after a move of it."""
    return await ok(who.post(f"/enrollments/{enrollment['id']}/{action}", body), status)


async def seen(who: Client, enrollment: Body) -> Body:
    """The enrollment as somebody sees it now."""
    return await ok(who.get(f"/enrollments/{enrollment['id']}"))


async def refused(who: Client, enrollment: Body, action: str, **body: Any) -> str:
    """The code by which a move is refused."""
    answer = await who.post(f"/enrollments/{enrollment['id']}/{action}", body)
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["code"])


async def set_rule(who: Client, key: str, value: Any, region_code: str = "110107") -> None:
    """A rule set from the beginning of the year."""
    await ok(who.put(f"/policies/{key}", {"value": value, "region_code": region_code, "from": "2026-01-01"}))
