"""A verified phone turns an account into the roster member who has it; where several do, a desk decides."""

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access import queries as access
from app.access.caller import DISPATCHERS, Caller
from app.access.models import Account
from app.kit import clock, events
from app.kit.db import new_id
from app.kit.errors import ActionNotAllowed, InvalidRequest, NotFound
from app.members import looking, queries
from app.members.events import MemberEvent
from app.members.models import BindingRequest, Member
from app.members.schemas import BindingOut, binding_out
from app.policies import service as policies
from app.policies.defaults import Binding, Key
from app.regions import codes


async def bind(session: AsyncSession, caller: Caller, phone: str, name: str | None) -> None:
    """Keep a verified phone and become the one member who has it, whoever was that member before.

    With no such member the account is none; with several it waits for a desk, unless it is one of them.
    """
    account = await access.locked_account(session, caller.account_id)
    account.phone = phone
    home = account.home_region_code or ""
    events.record(session, MemberEvent.PHONE_VERIFIED, subject=account.id, region_code=home, actor=caller.account_id)
    candidates = await _candidates(session, phone, name)
    await _withdraw(session, account)
    if account.member_id in [one.id for one in candidates]:
        return
    if len(candidates) == 1:
        await _become(session, account, candidates[0].id, caller.account_id)
        return
    await _leave(session, account, caller.account_id)
    if candidates:
        _ask_desk(session, account, candidates)


async def _candidates(session: AsyncSession, phone: str, name: str | None) -> list[Member]:
    """The members with a phone, and with the name where their region's rule asks for it too."""
    found = []
    for member in await queries.members_with_phone(session, phone):
        rule = await policies.value(session, Key.MEMBER_BINDING, member.home_region_code)
        if rule == Binding.PHONE or member.name == name:
            found.append(member)
    return found


async def _become(session: AsyncSession, account: Account, member_id: uuid.UUID, actor: uuid.UUID | None) -> None:
    member = await queries.locked_member(session, member_id)
    if member.merged_into_id:
        member = await queries.locked_member(session, member.merged_into_id)
    holder = await queries.locked_holder(session, member.id)
    if holder is not None:
        await _leave(session, holder, actor)
    await _leave(session, account, actor)
    await session.flush()  # the member must be free before somebody else becomes them
    account.member_id = member.id
    account.home_region_code = account.home_region_code or member.home_region_code
    _tell(session, MemberEvent.BOUND, member, account, actor)


async def _leave(session: AsyncSession, account: Account, actor: uuid.UUID | None) -> None:
    """Stop being a member, if the account is one."""
    member = await queries.member(session, account.member_id) if account.member_id else None
    if member is not None:
        account.member_id = None
        _tell(session, MemberEvent.UNBOUND, member, account, actor)


async def leave_roster(session: AsyncSession, account: Account) -> None:
    """Stop being a member and waiting to become one; the roster keeps its row."""
    await _withdraw(session, account)
    await _leave(session, account, None)


def _tell(session: AsyncSession, kind: MemberEvent, member: Member, account: Account, actor: uuid.UUID | None) -> None:
    region_code = member.home_region_code
    events.record(session, kind, subject=member.id, region_code=region_code, actor=actor, account_id=account.id)


async def _withdraw(session: AsyncSession, account: Account) -> None:
    """What an account waited for is settled by binding a phone again."""
    for request in await queries.pending_of(session, account.id):
        request.decided_at = clock.now()
        kind, code = MemberEvent.BINDING_WITHDRAWN, request.region_code
        events.record(session, kind, subject=request.id, region_code=code, actor=account.id, account_id=account.id)


def _ask_desk(session: AsyncSession, account: Account, candidates: Sequence[Member]) -> None:
    request = BindingRequest(
        id=new_id(),
        account_id=account.id,
        member_ids=[member.id for member in candidates],
        region_code=codes.common(member.home_region_code for member in candidates),
        requested_at=clock.now(),
    )
    session.add(request)
    kind, region_code = MemberEvent.BINDING_REQUESTED, request.region_code
    events.record(session, kind, subject=request.id, region_code=region_code, actor=account.id, account_id=account.id)


async def decide(
    session: AsyncSession, caller: Caller, binding_id: uuid.UUID, member_id: uuid.UUID | None
) -> BindingOut:
    """Say which of the candidates an account is, or that it is none of them; decided once."""
    account_id = await queries.account_of_binding(session, caller, binding_id)
    if account_id is None:
        raise NotFound
    account = await access.locked_account(session, account_id)  # bindings change under their account's lock
    request = await queries.binding(session, binding_id)
    caller.require(DISPATCHERS, request.region_code)
    if request.decided_at is not None:
        raise ActionNotAllowed
    if member_id is not None and member_id not in request.member_ids:
        raise InvalidRequest.field("member_id", "candidate", "不是候选党员", "is not one of the candidates")
    request.decided_at = clock.now()
    if member_id is not None:
        await _become(session, account, member_id, caller.account_id)
    events.record(
        session,
        MemberEvent.BINDING_DECIDED,
        subject=request.id,
        region_code=request.region_code,
        actor=caller.account_id,
        account_id=account.id,
        member_id=member_id,
    )
    candidates = await queries.members(session, request.member_ids)
    looking.note(session, caller, request.region_code, len(candidates))
    return binding_out(request, account, list(candidates.values()))
