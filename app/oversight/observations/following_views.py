"""Undertakings, highlights and photos as one caller may see them."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import DISPATCHERS, Caller
from app.content import linking
from app.content.schemas import FileOut
from app.kit import clock
from app.kit.crypto import Keyring
from app.kit.errors import Forbidden
from app.kit.pagination import Page
from app.organizations import queries as organizations
from app.oversight.observations import following_up, lifecycle, queries, standing
from app.oversight.observations.following_schemas import (
    CopiedOut,
    HighlightOut,
    HighlightsWanted,
    LookOut,
    UndertakingOut,
    UndertakingsWanted,
)
from app.oversight.observations.lifecycle import UndertakingAction, UndertakingState
from app.oversight.observations.models import Highlight, Observation, Observed, Undertaking
from app.policies import service as policies
from app.policies.defaults import Key
from app.regions import queries as regions


async def files_out(
    session: AsyncSession, keyring: Keyring, region_code: str, subjects: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[FileOut]]:
    """The photos of some reports or undertakings, with links that open them for a while."""
    window = await policies.value(session, Key.FILE_LINK_WINDOW, region_code)
    found = await queries.files(session, subjects)
    return {
        subject: [linking.file_out(keyring, one, window, with_evidence=False) for one in files]
        for subject, files in found.items()
    }


async def undertakings(
    session: AsyncSession, caller: Caller, keyring: Keyring, wanted: UndertakingsWanted
) -> Page[UndertakingOut]:
    """One page of what the objects that one sees are to do."""
    found, cursor = await queries.undertakings(session, caller, wanted)
    items = await undertakings_out(session, caller, keyring, [made for made, _, _ in found])
    return Page(items=items, next_cursor=cursor)


async def undertaking_out(session: AsyncSession, caller: Caller, keyring: Keyring, made: Undertaking) -> UndertakingOut:
    """An undertaking that the caller has just written or changed."""
    return (await undertakings_out(session, caller, keyring, [made]))[0]


async def undertakings_out(
    session: AsyncSession, caller: Caller, keyring: Keyring, found: Sequence[Undertaking]
) -> list[UndertakingOut]:
    """Undertakings with what was shown and seen of them."""
    objects = await queries.objects_by_id(session, {made.observed_id for made in found})
    names = await standing.names(session, list(objects.values()))
    looks = await queries.looks(session, [made.id for made in found])
    shown = await files_out(session, keyring, "", [made.id for made in found])
    rights = {one.id: await _rights(session, caller, one) for one in objects.values()}
    same = ("id", "observed_id", "kind", "text", "criterion", "due_on", "state", "shown", "shown_at")
    return [
        UndertakingOut(
            **{name: getattr(made, name) for name in same},
            observation_id=objects[made.observed_id].observation_id,
            object_name=names[made.observed_id],
            overdue=made.state == UndertakingState.OPEN and made.due_on < clock.today(),
            files=shown.get(made.id, []),
            looks=[LookOut.model_validate(look) for look in looks.get(made.id, [])],
            actions=_now(made, rights[made.observed_id]),
        )
        for made in found
    ]


async def actions(session: AsyncSession, caller: Caller, made: Undertaking) -> list[UndertakingAction]:
    """What the caller may do now to an undertaking."""
    observed = (await queries.objects_by_id(session, [made.observed_id]))[made.observed_id]
    return _now(made, await _rights(session, caller, observed))


def _now(made: Undertaking, rights: list[UndertakingAction]) -> list[UndertakingAction]:
    return [one for one in rights if (made.state, one) in lifecycle.UNDERTAKING_MOVES]


async def _rights(session: AsyncSession, caller: Caller, observed: Observed) -> list[UndertakingAction]:
    """What the caller may do to the undertakings of an object; of one's own desk's, no statement is needed."""
    observation = await session.get_one(Observation, observed.observation_id)
    shows = caller.covers(observation.region_code, DISPATCHERS) or standing.is_object(caller, observed)
    looks = await following_up.looks_at(session, caller, observed, observation)
    return [UndertakingAction.SHOW] * shows + [UndertakingAction.LOOK] * looks


async def highlights(session: AsyncSession, caller: Caller, wanted: HighlightsWanted) -> Page[HighlightOut]:
    """One page of the highlights of one's district; for staff, members and liaisons."""
    if not (caller.is_staff or caller.is_liaison or caller.member_id):
        raise Forbidden
    found, cursor = await queries.highlights(session, caller, wanted)
    return Page(items=await highlights_out(session, caller, found), next_cursor=cursor)


async def highlight_out(session: AsyncSession, caller: Caller, one: Highlight) -> HighlightOut:
    """A highlight that the caller has just written or copied."""
    return (await highlights_out(session, caller, [one]))[0]


async def highlights_out(session: AsyncSession, caller: Caller, found: Sequence[Highlight]) -> list[HighlightOut]:
    """Highlights with who copied them."""
    objects = await queries.objects_by_id(session, {one.observed_id for one in found})
    names = await standing.names(session, list(objects.values()))
    copies = await queries.copied(session, [one.id for one in found])
    every = [copy for many in copies.values() for copy in many]
    places = await regions.names(session, [copy.region_code for copy in every if copy.region_code])
    units = await organizations.organizations(session, [copy.organization_id for copy in every])
    called = {copy.id: places.get(copy.region_code or "", "") for copy in every}
    called |= {copy.id: units[copy.organization_id].name for copy in every if copy.organization_id}
    facts = ("region_code", "organization_id", "note", "made_at")
    return [
        HighlightOut(
            **{name: getattr(one, name) for name in ("id", "observed_id", "title", "text", "made_at")},
            observation_id=objects[one.observed_id].observation_id,
            object_name=names[one.observed_id],
            copied=[
                CopiedOut(name=called[copy.id], **{name: getattr(copy, name) for name in facts})
                for copy in copies.get(one.id, [])
            ],
            actions=["copy"] if caller.reach(DISPATCHERS) or caller.is_liaison else [],
        )
        for one in found
    ]
