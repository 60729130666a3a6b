"""What waits for a desk beside demands: appeals, complaints, reports, and phones to be told apart."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.caller import Caller
from app.enrollments import presenting as enrollments
from app.members import listing as members
from app.oversight.appeals import listing as oversight
from app.oversight.appeals.schemas import WaitingOut


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of each, and by when."""

    appeals: WaitingOut
    complaints: WaitingOut
    bindings: int
    enrollments: int


async def waiting(session: AsyncSession, caller: Caller) -> Waiting:
    """Everything that waits for the caller's desks beside demands."""
    return Waiting(
        appeals=await oversight.waiting_appeals(session, caller),
        complaints=await oversight.waiting_complaints(session, caller),
        bindings=await members.waiting_bindings(session, caller),
        enrollments=await enrollments.waiting(session, caller),
    )
