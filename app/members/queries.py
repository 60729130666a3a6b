"""Every select of members; `visible_to` is the one place that says whom a caller may see."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, Uuid, cast, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import BIT, Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Account
from app.kit.sealing import begins, finds
from app.members.models import BindingRequest, Engagement, Member, MemberMerge, Preference
from app.members.schemas import MembersWanted
from app.organizations.queries import below
from app.regions.queries import under


async def member(session: AsyncSession, member_id: uuid.UUID) -> Member | None:
    """One member."""
    return await session.scalar(select(Member).where(Member.id == member_id))


async def standing(session: AsyncSession, member_id: uuid.UUID) -> Member | None:
    """The entry that stands for a member, held so that it is not given up for another one meanwhile."""
    held = select(Member).where(Member.id == member_id).with_for_update(read=True, key_share=True)
    found = await session.scalar(held.execution_options(populate_existing=True))
    return await standing(session, found.merged_into_id) if found and found.merged_into_id else found


async def members(session: AsyncSession, ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, Member]:
    """Some members by their ids; those that are not there are left out."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    found = await session.scalars(select(Member).where(Member.id.in_(wanted)))
    return {one.id: one for one in found}


async def preference(session: AsyncSession, member_id: uuid.UUID) -> Preference | None:
    """What a member said for being asked well."""
    statement = select(Preference).where(Preference.member_id == member_id)
    return await session.scalar(statement.execution_options(populate_existing=True))


async def locked_member(session: AsyncSession, member_id: uuid.UUID) -> Member:
    """A member that is known to be there, held so that two accounts become them one after the other."""
    return (await session.scalars(select(Member).where(Member.id == member_id).with_for_update())).one()


async def members_with_phone(session: AsyncSession, phone: str) -> Sequence[Member]:
    """Everybody on a roster with this phone."""
    having = select(Member).where(finds(Member.phone_index, phone), Member.merged_into_id.is_(None))
    return (await session.scalars(having.order_by(Member.id))).all()


async def entries_of(session: AsyncSession, member_id: uuid.UUID) -> list[uuid.UUID]:
    """A member's id, and those of the entries that were merged into it."""
    merged = await session.scalars(select(Member.id).where(Member.merged_into_id == member_id).order_by(Member.id))
    return [member_id, *merged]


async def locked_pair(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Member]:
    """Some members, held in the order of their ids, so that two merges come one after the other."""
    statement = select(Member).where(Member.id.in_(ids)).order_by(Member.id).with_for_update()
    found = await session.scalars(statement.execution_options(populate_existing=True))
    return {one.id: one for one in found}


async def standing_merge(session: AsyncSession, member_id: uuid.UUID) -> MemberMerge | None:
    """What became of an entry that was merged and not kept apart again."""
    statement = select(MemberMerge).where(MemberMerge.member_id == member_id, MemberMerge.undone_at.is_(None))
    return await session.scalar(statement)


async def on_rosters(session: AsyncSession, organization_ids: Iterable[uuid.UUID]) -> Sequence[Member]:
    """Everybody on the rosters of some organizations, in the order of their coming."""
    wanted = select(Member).where(Member.organization_id.in_(set(organization_ids)))
    return (await session.scalars(wanted.order_by(Member.id))).all()


def visible_to(caller: Caller, organization_paths: Sequence[str]) -> ColumnElement[bool]:
    """Members at home in the caller's regions, or on the rosters at and below `organization_paths`."""
    on_rosters = Member.organization_id.in_(below(*organization_paths))
    return or_(under(Member.home_region_code, caller.reach()), on_rosters)


def listed(wanted: MembersWanted, organization_paths: Sequence[str] | None) -> Select[Member]:
    """The members of a list; `organization_paths` are those of the organization asked for, if any."""
    statement = select(Member).where(Member.merged_into_id.is_(None))
    if wanted.region:
        statement = statement.where(under(Member.home_region_code, [wanted.region]))
    if organization_paths is not None:
        statement = statement.where(Member.organization_id.in_(below(*organization_paths)))
    if wanted.q:
        named = begins(Member.name_prefixes, wanted.q)
        statement = statement.where(or_(named, finds(Member.phone_index, wanted.q)))
    return statement


async def wait_in_line(session: AsyncSession, person_id: uuid.UUID) -> None:
    """Hold a person's bookings until this transaction ends, so that two at once come one after the other."""
    await session.execute(select(func.pg_advisory_xact_lock(turn_of(literal(person_id, Uuid)))))


def turn_of(person_id: Any) -> ColumnElement[int]:
    """What stands for a person's bookings among the advisory locks: the random half of their id."""
    half = func.right(func.replace(cast(person_id, Text), "-", ""), 16)
    return cast(cast(func.concat("x", half), BIT(64)), BigInteger)


async def is_busy(session: AsyncSession, person_id: uuid.UUID, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a person is booked at any moment from `starts_at` until right before `ends_at`."""
    one = func.uuidrange(Engagement.person_id, Engagement.person_id, "[]")  # as the constraint's index has it
    booked = exists().where(
        Engagement.live,
        one.op("&&")(func.uuidrange(person_id, person_id, "[]")),
        Engagement.during.overlaps(Range(starts_at, ends_at)),
    )
    return bool(await session.scalar(select(booked)))


def pending() -> Select[BindingRequest, Account]:
    """Bindings that wait for a desk, with the accounts that they are about."""
    joined = select(BindingRequest, Account).join(Account, Account.id == BindingRequest.account_id)
    return joined.where(BindingRequest.decided_at.is_(None))


def decided_by(caller: Caller) -> ColumnElement[bool]:
    """Bindings of the caller's regions."""
    return under(BindingRequest.region_code, caller.reach())


async def count_pending(session: AsyncSession, caller: Caller) -> int:
    """How many bindings wait in the caller's regions."""
    return await session.scalar(select(func.count()).select_from(pending().where(decided_by(caller)).subquery())) or 0


async def pending_of(session: AsyncSession, account_id: uuid.UUID) -> Sequence[BindingRequest]:
    """What an account still waits for."""
    statement = select(BindingRequest).where(BindingRequest.account_id == account_id)
    return (await session.scalars(statement.where(BindingRequest.decided_at.is_(None)))).all()


async def account_of_binding(session: AsyncSession, caller: Caller, binding_id: uuid.UUID) -> uuid.UUID | None:
    """Whose binding it is, if it is one of the caller's regions."""
    statement = select(BindingRequest.account_id).where(BindingRequest.id == binding_id)
    return await session.scalar(statement.where(decided_by(caller)))


async def binding(session: AsyncSession, binding_id: uuid.UUID) -> BindingRequest:
    """A binding that is known to be there, as it stands now."""
    statement = select(BindingRequest).where(BindingRequest.id == binding_id)
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def locked_holder(session: AsyncSession, member_id: uuid.UUID) -> Account | None:
    """The account that is a member now, held until it no longer is."""
    statement = select(Account).where(Account.member_id == member_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))
