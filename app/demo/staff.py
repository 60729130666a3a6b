"""The demo's staff: an administrator, an observer, desks at every level, and the units' liaisons."""

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import granting
from app.access.granting import Scope
from app.access.models import Account, Role
from app.access.signing_in import hasher
from app.kit import clock
from app.kit.db import new_id

PASSWORD = "yihu-demo"  # noqa: S105 - everybody may know it: production refuses the demo
ADMIN, OBSERVER = "demo-admin", "demo-observer"


@dataclass(frozen=True, slots=True)
class Post:
    """A username with the one role that it has."""

    username: str
    scope: Scope


def desk(region_code: str) -> str:
    """The username of a region's desk."""
    return f"demo-desk-{region_code}"


def liaison(name: str) -> str:
    """The username of a unit's liaison."""
    return f"demo-liaison-{name}"


def posts(desks: Iterable[str], units: Mapping[str, uuid.UUID]) -> list[Post]:
    """Everybody: `desks` are region codes, `units` the organizations by their liaisons' names."""
    return [
        Post(ADMIN, Scope(Role.ADMIN, region_code="")),
        Post(OBSERVER, Scope(Role.OBSERVER, region_code="")),
        *(Post(desk(code), Scope(Role.DISPATCHER, region_code=code)) for code in desks),
        *(Post(liaison(name), Scope(Role.LIAISON, organization_id=unit)) for name, unit in units.items()),
    ]


async def appoint(session: AsyncSession, wanted: Iterable[Post]) -> None:
    """Let them all sign in with the one password, which is hashed once."""
    hashed, now = await asyncio.to_thread(hasher.hash, PASSWORD), clock.now()
    accounts = {
        post: Account(id=new_id(), username=post.username, password_hash=hashed, created_at=now) for post in wanted
    }
    session.add_all(accounts.values())
    await session.flush()  # the grants refer to them
    for post, account in accounts.items():
        await granting.grant(session, account.id, post.scope, actor=None)
