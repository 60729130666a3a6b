"""When a member can serve outside of their eight hours, what they like to do, and where they usually are."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.kit import clock, events, geo
from app.kit.errors import Forbidden, InvalidRequest, Text
from app.members import queries
from app.members.events import MemberEvent
from app.members.models import Member, Preference
from app.members.schemas import PreferencesIn, PreferencesOut, Slot
from app.policies.defaults import CATEGORIES

HOURS_A_DAY = 24


async def mine(session: AsyncSession, caller: Caller) -> PreferencesOut:
    """What the caller said; nothing where they said nothing."""
    member = await _member(session, caller)
    return preferences_out(await queries.preference(session, member.id))


async def say(session: AsyncSession, caller: Caller, said: PreferencesIn) -> PreferencesOut:
    """Replace everything that was said before; what is left out is taken back."""
    member = await _member(session, caller)
    for index, code in enumerate(said.wishes):
        if code not in CATEGORIES:
            raise InvalidRequest.field(f"wishes.{index}", "unknown_category", "没有这个类别", "no such category")
    cell = geo.cell(said.place.wgs84) if said.place else None
    row = {
        "hours": hours_of(said.slots),
        "days_off": sorted(set(said.days_off)),
        "wishes": sorted(set(said.wishes)),
        "cell_lng": cell.lng if cell else None,
        "cell_lat": cell.lat if cell else None,
        "said_at": clock.now(),
    }
    written = insert(Preference).values(member_id=member.id, **row)
    await session.execute(written.on_conflict_do_update(index_elements=["member_id"], set_=row))
    home = member.home_region_code
    events.record(session, MemberEvent.PREFERRED, subject=member.id, region_code=home, actor=caller.account_id)
    return preferences_out(await queries.preference(session, member.id))


async def _member(session: AsyncSession, caller: Caller) -> Member:
    found = await queries.member(session, caller.member_id) if caller.member_id else None
    if found is None:
        raise Forbidden(Text("仅党员可设置", "Only members have these"))
    return found


def hours_of(slots: list[Slot]) -> list[int]:
    """The hours of a week that some slots cover, counted from Monday at midnight."""
    return sorted(
        {(slot.weekday - 1) * HOURS_A_DAY + hour for slot in slots for hour in range(slot.from_hour, slot.to_hour)}
    )


def slots_of(hours: list[int]) -> list[Slot]:
    """The fewest slots that cover some hours of a week, none of them over midnight."""
    found: list[Slot] = []
    for hour in hours:
        weekday, at = hour // HOURS_A_DAY + 1, hour % HOURS_A_DAY
        if found and (found[-1].weekday, found[-1].to_hour) == (weekday, at):
            found[-1] = Slot(weekday=weekday, from_hour=found[-1].from_hour, to_hour=at + 1)
        else:
            found.append(Slot(weekday=weekday, from_hour=at, to_hour=at + 1))
    return found


def preferences_out(kept: Preference | None) -> PreferencesOut:
    """What was said, as it was said."""
    if kept is None:
        return PreferencesOut()
    place = None
    if kept.cell_lng is not None and kept.cell_lat is not None:
        place = geo.Location(lng=kept.cell_lng, lat=kept.cell_lat, coord_type=geo.CoordType.WGS84)
    return PreferencesOut(slots=slots_of(kept.hours), days_off=kept.days_off, wishes=kept.wishes, place=place)
