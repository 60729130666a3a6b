"""A process that books, corrects, awards, takes back and restores at random: `python -m tests.ledger.bookkeeper SEED`.

What it works on comes as JSON on its standard input; it prints how often it did what.
"""

import asyncio
import json
import random
import sys
import uuid
from collections import Counter

from sqlalchemy.ext.asyncio import AsyncSession

from app.commands import read_settings
from app.kit import db
from app.ledger import booking
from app.ledger.booking import Holder, Source
from app.ledger.models import HolderKind, Provenance, Unit
from app.settings import database_url, keyring
from tests.ledger.services import award, book

TIMES = 500
STEPS = ("book", "award", "award", "correct", "reverse", "reverse", "restore")


async def step(session: AsyncSession, dice: random.Random, sources: list[Source], holders: list[Holder]) -> str:
    """One change of one source, in a transaction of its own."""
    what, source, unit = dice.choice(STEPS), dice.choice(sources), dice.choice(list(Unit))
    match what:
        case "book":
            await book(session, source, *dice.sample(holders, 3), minutes=dice.choice([30, 60, 90]))
        case "award":
            await award(session, source, dice.choice([5, 10, 15]))
        case "correct":
            minutes = dice.choice([30, 60, 90])
            await booking.correct_minutes(
                session, source, minutes=minutes, provenance=Provenance.CONFIRMED, booked_by=None
            )
        case "reverse":
            holder_id = dice.choice([None, dice.choice(holders).id])
            await booking.reverse(session, source, unit, booked_by=None, holder_id=holder_id)
        case "restore":
            await booking.restore(session, source, unit, booked_by=None)
    return what


async def work(seed: int, sources: list[Source], holders: list[Holder]) -> Counter[str]:
    """Many such changes, one after another."""
    settings, dice, done = read_settings(), random.Random(seed), Counter[str]()
    engine = db.connect(database_url(settings, "app"), pool_size=1, keyring=keyring(settings))
    for _ in range(TIMES):
        async with db.transaction(db.sessions(engine)) as session:
            done[await step(session, dice, sources, holders)] += 1
    await engine.dispose()
    return done


if __name__ == "__main__":
    given = json.load(sys.stdin)
    all_sources = [Source("service", uuid.UUID(one)) for one in given["sources"]]
    organization = uuid.UUID(given["organization"])
    everybody = [Holder(HolderKind.MEMBER, uuid.UUID(one), organization) for one in given["holders"]]
    print(json.dumps(asyncio.run(work(int(sys.argv[1]), all_sources, everybody))))
