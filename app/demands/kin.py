"""What a demand hangs together with, as one caller may see it: its target, its whole, its parts, and who follows it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.demands import following_queries
from app.demands.following_queries import Following
from app.demands.kin_schemas import RelatedDemand
from app.demands.models import Demand


@dataclass(frozen=True, slots=True)
class Kin:
    """The demands that some demands hang together with, and how the caller follows them."""

    caller: Caller
    related: dict[uuid.UUID, Demand] = field(default_factory=dict)
    following: dict[uuid.UUID, Following] = field(default_factory=dict)

    def only_follows(self, demand: Demand) -> bool:
        """Whether following is all that the caller is to a demand."""
        return demand.id in self.following and self.following[demand.id].only

    def shown(self, demand: Demand, *, is_own: bool) -> dict[str, Any]:
        """The fields of a demand's answer that say what it hangs together with."""
        follows = self.following.get(demand.id)
        parts = [one for one in self.related.values() if demand.closes is not None and one.parent_id == demand.id]
        return {
            "joined": follows is not None and follows.joined,
            "merged_into": self._named(demand.merged_into_id, known=is_own or follows is not None),
            "parent": self._named(demand.parent_id, known=is_own),
            "children": [RelatedDemand.model_validate(one) for one in parts if one.parent_round == demand.round],
        }

    def _named(self, one: uuid.UUID | None, *, known: bool) -> RelatedDemand | None:
        """A demand by its name, for those who may see it themselves."""
        found = self.related.get(one) if one else None
        if found is None or not (known or self.caller.covers(found.handler_region_code)):
            return None
        return RelatedDemand.model_validate(found)


async def kin_of(session: AsyncSession, caller: Caller, demands: Sequence[Demand]) -> Kin:
    """What some demands hang together with; nothing is asked of those that stand by themselves."""
    followed = [demand.id for demand in demands if demand.joins]
    return Kin(
        caller,
        await following_queries.related(session, demands),
        await following_queries.following(session, caller, followed),
    )
