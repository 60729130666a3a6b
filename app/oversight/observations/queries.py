"""Every select of observation rounds; `visible_to` says which ones a caller may see."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.access.models import Account, Grant
from app.content.models import File
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.pagination import page
from app.members import queries as members
from app.members.models import Member
from app.organizations.models import Organization
from app.oversight.observations.following_schemas import HighlightsWanted, UndertakingsWanted
from app.oversight.observations.lifecycle import ObservationState, UndertakingState
from app.oversight.observations.models import (
    Copied,
    Highlight,
    Look,
    Observation,
    Observed,
    Panelist,
    Recusal,
    Remark,
    Rubric,
    RubricVersion,
    Score,
    Undertaking,
)
from app.oversight.observations.schemas import ObservationsWanted, RubricsWanted
from app.regions.queries import under

DISTRICT = 6
"""Characters of a region's code that say in which district it is."""


def rubrics_visible_to(caller: Caller) -> ColumnElement[bool]:
    """Those of the caller's regions, and those of regions above, by which one's own may be judged."""
    mine = caller.reach()
    above = (Rubric.region_code == func.left(literal(code), func.length(Rubric.region_code)) for code in mine)
    return or_(under(Rubric.region_code, mine), *above)


async def visible_to(session: AsyncSession, caller: Caller) -> ColumnElement[bool]:
    """Those that one's desk holds, and once they are opened those in which one sits on the panel or is an object."""
    held = under(Observation.region_code, caller.reach()) if caller.is_staff else false()
    mine = await members.entries_of(session, caller.member_id) if caller.member_id else []
    sits = exists().where(Panelist.observation_id == Observation.id, Panelist.member_id.in_(mine))
    is_object = exists().where(Observed.observation_id == Observation.id, objects_of(caller)).correlate(Observation)
    return or_(held, and_(Observation.opened_at.is_not(None), or_(sits, is_object)))


def objects_of(caller: Caller) -> ColumnElement[bool]:
    """The objects that the caller's regions hold, or that are units which they speak for."""
    ours = under(Observed.region_code, caller.reach()) if caller.is_staff else false()
    return or_(and_(Observed.region_code.is_not(None), ours), Observed.organization_id.in_(caller.organization_ids))


async def rubric(session: AsyncSession, caller: Caller, one: uuid.UUID, *, lock: bool = False) -> Rubric:
    """One rubric, locked where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(Rubric).where(Rubric.id == one, rubrics_visible_to(caller))
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound
    return found


async def rubrics(session: AsyncSession, caller: Caller, wanted: RubricsWanted) -> tuple[list[Rubric], str | None]:
    """One page of what a caller may see, the newest first."""
    statement = select(Rubric).where(rubrics_visible_to(caller))
    if wanted.region:
        statement = statement.where(under(Rubric.region_code, [wanted.region]))
    if wanted.scheme:
        statement = statement.where(Rubric.scheme == wanted.scheme)
    rows, cursor = await page(session, statement, [Rubric.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def versions(session: AsyncSession, rubric_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[RubricVersion]]:
    """The versions of some rubrics, each one's newest first."""
    statement = select(RubricVersion).where(RubricVersion.rubric_id.in_(rubric_ids))
    found: dict[uuid.UUID, list[RubricVersion]] = {}
    for one in await session.scalars(statement.order_by(RubricVersion.number.desc())):
        found.setdefault(one.rubric_id, []).append(one)
    return found


async def rubrics_by_id(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Rubric]:
    """Some rubrics that are known to be there."""
    return {one.id: one for one in await session.scalars(select(Rubric).where(Rubric.id.in_(ids)))}


async def observation(session: AsyncSession, caller: Caller, one: uuid.UUID, *, lock: bool = False) -> Observation:
    """One round, held against all others where asked; raises `NotFound` for absent and unseen alike."""
    statement = select(Observation).where(Observation.id == one, await visible_to(session, caller))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise NotFound
    return found


async def observations(
    session: AsyncSession, caller: Caller, wanted: ObservationsWanted
) -> tuple[list[Observation], str | None]:
    """One page of what a caller may see, the newest first."""
    statement = select(Observation).where(await visible_to(session, caller))
    if wanted.region:
        statement = statement.where(under(Observation.region_code, [wanted.region]))
    if wanted.scheme:
        of_scheme = select(Rubric.id).where(Rubric.scheme == wanted.scheme)
        statement = statement.where(Observation.rubric_id.in_(of_scheme))
    for name in ("state", "year", "quarter"):
        if getattr(wanted, name) is not None:
            statement = statement.where(getattr(Observation, name) == getattr(wanted, name))
    rows, cursor = await page(session, statement, [Observation.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def previous(session: AsyncSession, found: Observation) -> Observation | None:
    """The last round before it that the same desk closed by the same rubric at the same level."""
    same = (getattr(Observation, name) == getattr(found, name) for name in ("rubric_id", "region_code", "level"))
    earlier = Observation.year * 4 + Observation.quarter < found.year * 4 + found.quarter
    statement = select(Observation).where(*same, earlier, Observation.state == ObservationState.CLOSED)
    return await session.scalar(statement.order_by(Observation.year.desc(), Observation.quarter.desc()).limit(1))


async def version(session: AsyncSession, one: uuid.UUID) -> RubricVersion:
    """A version that is known to be there."""
    return await session.get_one(RubricVersion, one)


async def objects(session: AsyncSession, observation_id: uuid.UUID) -> Sequence[Observed]:
    """The objects of a round in the order of its route."""
    statement = select(Observed).where(Observed.observation_id == observation_id).order_by(Observed.position)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def observed(
    session: AsyncSession, caller: Caller, one: uuid.UUID, *, shared: bool = False
) -> tuple[Observed, Observation]:
    """One object with its round, which is held open where asked; raises `NotFound` for absent and unseen alike.

    Many may hold a round open at once; who closes or changes it waits for them, and they for that.
    """
    statement = select(Observed, Observation).join(Observation, Observation.id == Observed.observation_id)
    statement = statement.where(Observed.id == one, await visible_to(session, caller))
    if shared:
        locked = statement.with_for_update(of=Observation, read=True)
        statement = locked.execution_options(populate_existing=True)
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def locked_object(session: AsyncSession, one: uuid.UUID) -> Observed:
    """An object that is known to be there, held against others."""
    statement = select(Observed).where(Observed.id == one).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def panel(session: AsyncSession, observation_id: uuid.UUID) -> Sequence[tuple[Panelist, str]]:
    """The panel of a round with the names of its members."""
    joined = select(Panelist, Member.name).join(Member, Member.id == Panelist.member_id)
    rows = await session.execute(joined.where(Panelist.observation_id == observation_id).order_by(Panelist.id))
    return [(row[0], row[1]) for row in rows]


async def panelist(session: AsyncSession, caller: Caller, observation_id: uuid.UUID) -> Panelist | None:
    """What the caller is on the panel of a round."""
    if caller.member_id is None:
        return None
    mine = Panelist.member_id.in_(await members.entries_of(session, caller.member_id))
    return await session.scalar(select(Panelist).where(Panelist.observation_id == observation_id, mine))


async def recusals(session: AsyncSession, observation_id: uuid.UUID) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Who stepped back from which object, as pairs of panelist and object."""
    joined = select(Recusal.panelist_id, Recusal.observed_id).join(Observed, Observed.id == Recusal.observed_id)
    rows = await session.execute(joined.where(Observed.observation_id == observation_id))
    return {(row[0], row[1]) for row in rows}


async def scores(session: AsyncSession, observation_id: uuid.UUID) -> Sequence[Score]:
    """Everything that was scored in a round."""
    joined = select(Score).join(Panelist, Panelist.id == Score.panelist_id)
    return (await session.scalars(joined.where(Panelist.observation_id == observation_id))).all()


async def write_scores(session: AsyncSession, rows: list[dict[str, object]]) -> None:
    """Write what one panelist gives; what they gave before for the same is replaced."""
    written = insert(Score).values(rows)
    replaced = {name: written.excluded[name] for name in ("most", "points", "at")}
    keys = ["panelist_id", "observed_id", "criterion"]
    await session.execute(written.on_conflict_do_update(index_elements=keys, set_=replaced))


async def step_back(session: AsyncSession, panelist_id: uuid.UUID, observed_id: uuid.UUID, reason: str) -> None:
    """Write down that a panelist has to do with an object; said twice, the first reason stays."""
    row = {"panelist_id": panelist_id, "observed_id": observed_id, "reason": reason, "at": clock.now()}
    await session.execute(insert(Recusal).values(row).on_conflict_do_nothing())


Tie = Row[str | None, str | None]


async def ties(session: AsyncSession, member_id: uuid.UUID) -> set[Tie]:
    """Where somebody belongs, as pairs of a region's code and an organization's path: home, roster, and every grant."""
    entries = await members.entries_of(session, member_id)
    roster = select(Organization.region_code, Organization.path).join(Member, Member.organization_id == Organization.id)
    home = select(Member.home_region_code, literal(None)).where(Member.id.in_(entries))
    granted = select(func.coalesce(Grant.region_code, Organization.region_code), Organization.path)
    granted = granted.join(Account, Account.id == Grant.account_id)
    granted = granted.outerjoin(Organization, Organization.id == Grant.organization_id)
    granted = granted.where(Account.member_id.in_(entries), Grant.revoked_at.is_(None))
    found: set[Tie] = set()
    for statement in (roster.where(Member.id.in_(entries)), home, granted):
        found.update((await session.execute(statement)).all())
    return found


async def forget_draft(session: AsyncSession, observation_id: uuid.UUID) -> None:
    """Take away the objects and the panel of a draft, which are written anew."""
    for table in (Observed, Panelist):
        for one in await session.scalars(select(table).where(table.observation_id == observation_id)):
            await session.delete(one)
    await session.flush()  # those that come stand where these stood


async def remarks(session: AsyncSession, observed_id: uuid.UUID) -> Sequence[Remark]:
    """What was said of an object, in order."""
    return (await session.scalars(select(Remark).where(Remark.observed_id == observed_id).order_by(Remark.id))).all()


def same_object(one: Observed) -> ColumnElement[bool]:
    """Whatever is the same community or unit, in any round."""
    if one.region_code is not None:
        return Observed.region_code == one.region_code
    return Observed.organization_id == one.organization_id


async def earlier(session: AsyncSession, one: Observed, found: Observation) -> Sequence[Undertaking]:
    """What rounds before this one left an object to do: open still, or looked at in this one."""
    seen = exists().where(Look.undertaking_id == Undertaking.id, Look.observation_id == found.id)
    statement = select(Undertaking).join(Observed, Observed.id == Undertaking.observed_id)
    before = (same_object(one), Observed.observation_id != found.id, Undertaking.made_at < found.opened_at)
    unsettled = Undertaking.state != UndertakingState.SETTLED
    return (await session.scalars(statement.where(*before, or_(unsettled, seen)).order_by(Undertaking.id))).all()


async def overlooked(session: AsyncSession, found: Observation) -> int:
    """How much of what earlier rounds left open nobody looked at in this one."""
    mine, theirs = select(Observed).where(Observed.observation_id == found.id).subquery(), Observed
    same = or_(theirs.region_code == mine.c.region_code, theirs.organization_id == mine.c.organization_id)
    seen = exists().where(Look.undertaking_id == Undertaking.id, Look.observation_id == found.id)
    statement = select(func.count()).select_from(Undertaking).join(theirs, theirs.id == Undertaking.observed_id)
    statement = statement.join(mine, and_(same, mine.c.excused.is_(None))).where(
        theirs.observation_id != found.id,
        Undertaking.made_at < found.opened_at,
        Undertaking.state != UndertakingState.SETTLED,
        ~seen,
    )
    return await session.scalar(statement) or 0


async def undertakings_of(session: AsyncSession, observed_id: uuid.UUID) -> Sequence[Undertaking]:
    """What an object was given or promised to do in one round."""
    statement = select(Undertaking).where(Undertaking.observed_id == observed_id)
    return (await session.scalars(statement.order_by(Undertaking.id))).all()


async def undertaking(
    session: AsyncSession, caller: Caller, one: uuid.UUID, *, lock: bool = False
) -> tuple[Undertaking, Observed, Observation]:
    """One undertaking with its object and round, locked where asked; raises `NotFound`."""
    statement = undertakings_of_all().where(Undertaking.id == one, await visible_to(session, caller))
    if lock:
        statement = statement.with_for_update(of=Undertaking).execution_options(populate_existing=True)
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


def undertakings_of_all() -> Select[Undertaking, Observed, Observation]:
    """Undertakings with their objects and rounds."""
    joined = select(Undertaking, Observed, Observation).join(Observed, Observed.id == Undertaking.observed_id)
    return joined.join(Observation, Observation.id == Observed.observation_id)


async def undertakings(
    session: AsyncSession, caller: Caller, wanted: UndertakingsWanted
) -> tuple[list[tuple[Undertaking, Observed, Observation]], str | None]:
    """One page of what objects are to do, the newest first: of one's rounds, and of one's own as an object."""
    statement = undertakings_of_all().where(await visible_to(session, caller))
    if wanted.kind:
        statement = statement.where(Undertaking.kind == wanted.kind)
    if wanted.state:
        statement = statement.where(Undertaking.state == wanted.state)
    if wanted.overdue is not None:
        late = and_(Undertaking.state == UndertakingState.OPEN, Undertaking.due_on < clock.today())
        statement = statement.where(late if wanted.overdue else ~late)
    rows, cursor = await page(session, statement, [Undertaking.id], wanted, descending=True)
    return [(row[0], row[1], row[2]) for row in rows], cursor


async def looks(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Look]]:
    """What was seen of some undertakings, each one's in order."""
    found: dict[uuid.UUID, list[Look]] = {}
    for one in await session.scalars(select(Look).where(Look.undertaking_id.in_(ids)).order_by(Look.id)):
        found.setdefault(one.undertaking_id, []).append(one)
    return found


async def open_round_of(session: AsyncSession, one: Observed) -> tuple[Observed, Observation] | None:
    """The newest open round that observes a community or unit again, with the object there."""
    joined = select(Observed, Observation).join(Observation, Observation.id == Observed.observation_id)
    again = (same_object(one), Observation.state == ObservationState.OPEN, Observed.id != one.id)
    row = (await session.execute(joined.where(*again).order_by(Observation.id.desc()).limit(1))).first()
    return (row[0], row[1]) if row else None


async def files(session: AsyncSession, subjects: Collection[uuid.UUID]) -> dict[uuid.UUID, list[File]]:
    """The photos of some reports or undertakings."""
    found: dict[uuid.UUID, list[File]] = {}
    for one in await session.scalars(select(File).where(File.subject_id.in_(subjects)).order_by(File.id)):
        if one.subject_id:
            found.setdefault(one.subject_id, []).append(one)
    return found


def highlights_visible_to(caller: Caller) -> ColumnElement[bool]:
    """Those of one's district, for its staff, members and liaisons; a resident reads what is done, not who leads."""
    if "" in caller.reach():
        return Highlight.id.is_not(None)
    codes = {code[:DISTRICT] for code in caller.reach()}
    if caller.member_id and caller.home_region_code:
        codes.add(caller.home_region_code[:DISTRICT])
    ours = select(func.left(Organization.region_code, DISTRICT)).where(Organization.id.in_(caller.organization_ids))
    district = func.left(Highlight.region_code, DISTRICT)
    return or_(district.in_(codes), district.in_(ours))


async def highlight(session: AsyncSession, caller: Caller, one: uuid.UUID) -> Highlight:
    """One highlight; raises `NotFound` for absent and unseen alike."""
    found = await session.scalar(select(Highlight).where(Highlight.id == one, highlights_visible_to(caller)))
    if found is None:
        raise NotFound
    return found


async def highlights(
    session: AsyncSession, caller: Caller, wanted: HighlightsWanted
) -> tuple[list[Highlight], str | None]:
    """One page of highlights, the newest first."""
    statement = select(Highlight).where(highlights_visible_to(caller))
    if wanted.region:
        statement = statement.where(under(Highlight.region_code, [wanted.region]))
    rows, cursor = await page(session, statement, [Highlight.id], wanted, descending=True)
    return [row[0] for row in rows], cursor


async def copied(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Copied]]:
    """Who copied some highlights, the first first."""
    found: dict[uuid.UUID, list[Copied]] = {}
    for one in await session.scalars(select(Copied).where(Copied.highlight_id.in_(ids)).order_by(Copied.id)):
        found.setdefault(one.highlight_id, []).append(one)
    return found


async def objects_by_id(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Observed]:
    """Some objects that are known to be there."""
    return {one.id: one for one in await session.scalars(select(Observed).where(Observed.id.in_(ids)))}


def due_observations(now: datetime) -> Select[Observation]:
    """Open rounds whose time is over, longest first."""
    return select(Observation).where(Observation.timer_at <= now).order_by(Observation.timer_at)


def due_undertakings(now: datetime) -> Select[Undertaking]:
    """Undertakings that are to be called to mind, longest due first."""
    return select(Undertaking).where(Undertaking.timer_at <= now).order_by(Undertaking.timer_at)
