"""Who saw what, as whoever it is about reads it."""

import uuid
from datetime import date

from app.demands.models import SeenAs
from app.kit.schema import Output


class RevealOut(Output):
    """Somebody who saw a demand's contact and exact place on one day."""

    demand_id: uuid.UUID
    number: str
    day: date
    seen_as: SeenAs
    display_name: str
