"""Takings and milestones as one caller may see them."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.cobuilding.lists import project_queries as queries
from app.cobuilding.lists import relations
from app.cobuilding.lists.lifecycle import actions
from app.cobuilding.lists.models import ListItem
from app.cobuilding.lists.project_models import Milestone, Taking
from app.cobuilding.lists.project_schemas import MilestoneOut, TakingOut, TakingsWanted
from app.kit import clock
from app.kit.pagination import Page
from app.organizations import queries as organizations

SAME = ("id", "item_id", "region_code", "organization_id", "state", "begun_at", "taken_at", "ended_at", "reason")


async def takings(session: AsyncSession, caller: Caller, wanted: TakingsWanted) -> Page[TakingOut]:
    """One page of takings."""
    found, cursor = await queries.takings(session, caller, wanted)
    return Page(items=await takings_out(session, caller, found), next_cursor=cursor)


async def taking_out(session: AsyncSession, caller: Caller, found: tuple[Taking, ListItem]) -> TakingOut:
    """A taking that the caller has just made or moved."""
    (answer,) = await takings_out(session, caller, [found])
    return answer


async def takings_out(
    session: AsyncSession, caller: Caller, found: Sequence[tuple[Taking, ListItem]]
) -> list[TakingOut]:
    """Some takings with who takes what."""
    bodies = await organizations.organizations(session, [one.organization_id for one, _ in found])
    shown = []
    for one, item in found:
        related = relations.of(caller, one.region_code, one.organization_id)
        shown.append(
            TakingOut(
                **{name: getattr(one, name) for name in SAME},
                title=item.title,
                organization=bodies[one.organization_id].name,
                actions=actions(one.state, related),
            )
        )
    return shown


async def milestones_of(session: AsyncSession, item_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[MilestoneOut]]:
    """The milestones of some items, by their days."""
    found = await queries.milestones(session, item_ids)
    return {item_id: [_milestone_out(one) for one in them] for item_id, them in found.items()}


def _milestone_out(one: Milestone) -> MilestoneOut:
    same = {name: getattr(one, name) for name in MilestoneOut.model_fields if name != "overdue"}
    return MilestoneOut(**same, overdue=one.reached_at is None and one.due_on < clock.today())
