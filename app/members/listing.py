"""Members and pending bindings as staff and liaisons see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import STAFF, Caller
from app.kit.errors import Forbidden
from app.kit.pagination import Page, PageRequest, page
from app.members import looking, queries
from app.members.models import BindingRequest, Member
from app.members.schemas import BindingOut, MemberOut, MembersWanted, binding_out, member_out
from app.organizations import queries as organizations


async def members(session: AsyncSession, caller: Caller, wanted: MembersWanted) -> Page[MemberOut]:
    """One page of the members in the caller's regions and organizations; the others are not listed."""
    if not (caller.is_staff or caller.is_liaison):
        raise Forbidden
    spoken_for = await organizations.paths(session, caller.organization_ids)
    asked = await organizations.paths(session, [wanted.organization_id]) if wanted.organization_id else None
    statement = queries.listed(wanted, asked).where(queries.visible_to(caller, spoken_for))
    rows, cursor = await page(session, statement, [Member.home_region_code, Member.id], wanted)
    how = {"organization_id": wanted.organization_id, "searched": wanted.q is not None}
    looking.note(session, caller, wanted.region or "", len(rows), **how)
    return Page(items=[member_out(row[0]) for row in rows], next_cursor=cursor)


async def waiting_bindings(session: AsyncSession, caller: Caller) -> int:
    """How many bindings wait in the caller's regions."""
    return await queries.count_pending(session, caller)


async def bindings(session: AsyncSession, caller: Caller, wanted: PageRequest) -> Page[BindingOut]:
    """One page of the bindings that wait in the caller's regions, oldest first."""
    caller.require(STAFF)
    statement = queries.pending().where(queries.decided_by(caller))
    rows, cursor = await page(session, statement, [BindingRequest.id], wanted)
    everybody = await queries.members(session, [one for row in rows for one in row[0].member_ids])
    shown = []
    for request, account, *_ in rows:
        candidates = [everybody[one] for one in request.member_ids if one in everybody]
        shown.append(binding_out(request, account, candidates))
        looking.note(session, caller, request.region_code, len(candidates))
    return Page(items=shown, next_cursor=cursor)
