"""Places as tests make them."""

from typing import Any

from tests.client import Client
from tests.demands.world import COMMUNITY, ok


async def a_place(desk: Client, **said: Any) -> dict[str, Any]:
    """A place of our community at which people report in, unless something else is said."""
    made: dict[str, Any] = await ok(desk.post("/places", {"region_code": COMMUNITY, "purpose": "enroll", **said}), 201)
    return made
