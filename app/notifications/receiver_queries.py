"""The selects that find out whom to tell, each for a whole batch of events."""

import uuid
from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import CompoundSelect, Select, Text, any_, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS
from app.access.models import Account, Grant
from app.demands.following_models import Join
from app.demands.lifecycle import DONE, LIVE
from app.demands.models import Claim, ClaimantKind, ClaimMember, Demand
from app.kit.sealing import finds
from app.notifications.queries import among

Ids = Collection[uuid.UUID]
Accounts = dict[uuid.UUID, list[uuid.UUID]]
"""Account ids by the id of what they have to do with."""


Pairs = Select[uuid.UUID, uuid.UUID] | CompoundSelect[uuid.UUID, uuid.UUID]


async def _grouped(session: AsyncSession, pairs: Pairs) -> Accounts:
    found: Accounts = defaultdict(list)
    for key, account_id in await session.execute(pairs):
        found[key].append(account_id)
    return found


async def served_or_live(session: AsyncSession, demand_ids: Ids) -> dict[uuid.UUID, list[Claim]]:
    """The claims on some demands that are live or were served, of every round."""
    found: dict[uuid.UUID, list[Claim]] = defaultdict(list)
    if demand_ids:
        which = or_(Claim.state.in_(LIVE | DONE), Claim.minutes.is_not(None))
        for claim in await session.scalars(select(Claim).where(among(Claim.demand_id, demand_ids), which)):
            found[claim.demand_id].append(claim)
    return found


async def gathered(session: AsyncSession, demand_ids: Ids) -> dict[uuid.UUID, list[Demand]]:
    """Some demands by their ids, each with what was merged into it, at whatever remove."""
    root = select(Demand.id.label("root"), Demand.id.label("demand_id")).where(among(Demand.id, demand_ids))
    chain = root.cte("gathered", recursive=True)
    merged = select(chain.c.root, Demand.id).join(Demand, Demand.merged_into_id == chain.c.demand_id)
    chain = chain.union(merged)
    found: dict[uuid.UUID, list[Demand]] = defaultdict(list)
    for top, demand in await session.execute(select(chain.c.root, Demand).join(Demand, Demand.id == chain.c.demand_id)):
        found[top].append(demand)
    return found


async def joiners(session: AsyncSession, demand_ids: Ids) -> Accounts:
    """Who joined some demands."""
    return await _grouped(session, select(Join.demand_id, Join.account_id).where(among(Join.demand_id, demand_ids)))


async def claimants(session: AsyncSession, claim_ids: Ids) -> Accounts:
    """Who holds some claims: members, residents, and the liaisons of organizations."""
    which = among(Claim.id, claim_ids)
    person = select(Claim.id, Account.id).where(which)
    members = person.join(Account, Account.member_id == Claim.claimant_id)
    residents = person.join(Account, Account.id == Claim.claimant_id)
    liaisons = select(Claim.id, Grant.account_id).where(which, Grant.revoked_at.is_(None))
    liaisons = liaisons.join(Grant, Grant.organization_id == Claim.claimant_id)
    return await _grouped(
        session,
        union_all(
            members.where(Claim.claimant_kind == ClaimantKind.MEMBER),
            residents.where(Claim.claimant_kind == ClaimantKind.RESIDENT),
            liaisons.where(Claim.claimant_kind == ClaimantKind.ORGANIZATION),
        ),
    )


async def serving(session: AsyncSession, claim_ids: Ids) -> Accounts:
    """Who serves on some organizations' claims."""
    joined = select(ClaimMember.claim_id, Account.id).join(Account, Account.member_id == ClaimMember.member_id)
    return await _grouped(session, joined.where(among(ClaimMember.claim_id, claim_ids)))


async def phones(session: AsyncSession, wanted: Collection[str]) -> dict[str, list[uuid.UUID]]:
    """The accounts that have verified some phones."""
    found: dict[str, list[uuid.UUID]] = defaultdict(list)
    if wanted:
        verified = or_(*(finds(Account.phone_index, phone) for phone in wanted))
        for phone, account_id in await session.execute(select(Account.phone, Account.id).where(verified)):
            found[phone or ""].append(account_id)
    return found


async def dispatchers(session: AsyncSession, region_codes: Collection[str]) -> dict[str, list[uuid.UUID]]:
    """Who may dispatch by a grant for exactly one of some regions."""
    which = Grant.region_code == any_(literal(list(region_codes), ARRAY(Text(collation="C"))))
    found: dict[str, list[uuid.UUID]] = defaultdict(list)
    for code, account_id in await session.execute(
        select(Grant.region_code, Grant.account_id)
        .where(which, Grant.role.in_(DISPATCHERS), Grant.revoked_at.is_(None))
        .distinct()
    ):
        found[code or ""].append(account_id)
    return found
