"""How a demand names another that it hangs together with."""

import uuid

from app.demands.lifecycle import State
from app.demands.models import Result
from app.kit.schema import Output


class RelatedDemand(Output):
    """A demand that this one was merged into, is a part of, or was split into."""

    id: uuid.UUID
    number: str
    title: str
    category: str
    state: State
    result: Result | None
