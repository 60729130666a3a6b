"""What a person sees and says of themselves."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import Caller
from app.kit import events
from app.kit.errors import InvalidRequest
from app.members import queries
from app.members.events import MemberEvent
from app.members.schemas import MeOut, ProfileIn, me_out
from app.regions import queries as regions
from app.regions.errors import UnknownRegion
from app.regions.models import Level

HOMES = frozenset({Level.COMMUNITY, Level.VILLAGE, Level.GRID, Level.BUILDING})
"""A home is where a desk is, or nearer: a demand without a region goes there."""


async def me(session: AsyncSession, caller: Caller) -> MeOut:
    """The caller with their roles and who they are on the roster."""
    account = await access.account(session, caller.account_id)
    member = await queries.member(session, account.member_id) if account.member_id else None
    return me_out(account, caller, member)


async def change(session: AsyncSession, caller: Caller, said: ProfileIn) -> MeOut:
    """Change what was said: a field that was left out stays, null clears it."""
    account = await access.locked_account(session, caller.account_id)
    if said.home_region_code is not None:
        await _check_home(session, said.home_region_code)
    for name in said.model_fields_set:
        setattr(account, name, getattr(said, name))
    home = account.home_region_code or ""
    events.record(session, MemberEvent.PROFILE_CHANGED, subject=account.id, region_code=home, actor=account.id)
    return await me(session, caller)


async def _check_home(session: AsyncSession, code: str) -> None:
    region = await regions.region(session, code)
    if region is None:
        raise UnknownRegion("home_region_code")
    if region.level not in HOMES:
        raise InvalidRequest.field(
            "home_region_code", "home_level", "须精确到社区或村", "must be a community, a village or nearer"
        )
