"""What slots keep and what the ledger holds equals what it sums up; each planted difference is found."""

import pytest
from sqlalchemy import text

from app.activities import verifying
from tests.activities.evenings import Evenings
from tests.activities.test_roll_call import begun, later

PLANTS = {
    "places of shifts": "UPDATE activity_slots SET taken = taken + 1",
    "minutes of sign-ups": "UPDATE sign_ups SET minutes = minutes + 1",
}


@pytest.mark.parametrize("summary", PLANTS)
async def test_a_planted_difference_is_found_and_named(evenings: Evenings, summary: str) -> None:
    world, activity, mine = await begun(evenings)
    world = await evenings.at(later(hours=2))
    await evenings.roll(world.second, activity, {"sign_up_id": mine["id"], "mark": "attended"})
    assert [one.differences for one in await verifying.verify(evenings.session)] == [[], []]
    await evenings.session.execute(text(PLANTS[summary]))
    assert [one.summary.en for one in await verifying.verify(evenings.session) if one.differences] == [summary]
