"""Shifts as an iCalendar feed (RFC 5545), UTC throughout; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event

from app.activities.lifecycle import GONE, IN_LINE, ShiftState, SignUpState
from app.activities.models import Activity, Shift

OFF, MAYBE, ON = "CANCELLED", "TENTATIVE", "CONFIRMED"


@dataclass(frozen=True, slots=True)
class Line:
    """One shift in somebody's calendar."""

    activity: Activity
    shift: Shift
    where: str
    status: str


def status_of(shift: Shift, state: SignUpState | None = None) -> str:
    """Whether a shift takes place and, where somebody signed up, whether they are expected."""
    if shift.state == ShiftState.CANCELLED or state in GONE:
        return OFF
    return MAYBE if state in IN_LINE else ON


def written(name: str, lines: list[Line]) -> bytes:
    """A feed; the same lines are the same bytes, so that a client is told when nothing has changed."""
    calendar = Calendar()
    calendar.add("prodid", "-//Yihu//activities//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for line in lines:
        calendar.add_component(_event(line))
    feed: bytes = calendar.to_ical()
    return feed


def _event(line: Line) -> Event:
    shift, event = line.shift, Event()
    event.add("uid", f"{shift.id}@yihu")
    event.add("dtstamp", _utc(shift.changed_at))
    event.add("dtstart", _utc(shift.starts_at))
    event.add("dtend", _utc(shift.ends_at))
    event.add("sequence", shift.revision + (line.status == OFF))
    event.add("summary", line.activity.title)
    event.add("description", line.activity.description)
    event.add("location", line.where)
    event.add("status", line.status)
    return event


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
