"""Lists of the stage with what was built, shared, given and suggested, and how every row about them is asked."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.activities.evenings import evening, times
from tests.cobuilding.lists.drawn import drawn, lift, line, newest, published
from tests.demands.world import COMMUNITY, ELSEWHERE, ok

if TYPE_CHECKING:
    from tests.authorization.stage import Stage

Body = dict[str, Any]
WHY = {"reason": "原因如此"}
MILESTONE = {"title": "选定位置", "due_on": "2026-12-31"}
GIFT = {"kind": "goods", "amount": 1, "what": "棉被", "unit": "床", "given_on": "2026-11-01"}
SUGGESTION = {"text": "出租屋登记能否上门办理", "region_code": COMMUNITY}
HALL: Body = {"title": "多功能厅", "form": "venue"}


async def draw_up(stage: "Stage") -> None:
    """A published project list and a draft of our community, and a draft elsewhere, each with a line."""
    admin = stage.people["admin"]
    whole = {
        "published": await drawn(stage.people["desk"], "project"),
        "draft": await drawn(stage.people["desk"], "needs"),
        "elsewhere": await drawn(admin, "project", region_code=ELSEWHERE),
    }
    lines = {name: await line(admin, one) for name, one in whole.items()}
    await published(admin, whole["published"])
    stage.cobuilding = {
        "list_id": {name: one["id"] for name, one in whole.items()},
        "item_id": {name: one["id"] for name, one in lines.items()},
        "version_id": {"published": (await newest(admin, whole["published"]["id"]))["id"]},
        "taking_id": {},
        "milestone_id": {},
        "pairing_id": {},
        "booking_id": {},
        "contribution_id": {},
        "suggestion_id": {},
        "resource_id": {},
    }
    await _beside(stage, "unit's", "published", COMMUNITY, stage.organizations["unit"])
    await _beside(stage, "elsewhere", "elsewhere", ELSEWHERE, stage.organizations["elsewhere"])
    for name, who, region_code in (("filer's", "filer", COMMUNITY), ("elsewhere", "outsider", ELSEWHERE)):
        made = await ok(stage.people[who].post("/suggestions", SUGGESTION | {"region_code": region_code}), 201)
        stage.cobuilding["suggestion_id"][name] = made["id"]


async def _beside(stage: "Stage", name: str, item: str, region_code: str, unit: str) -> None:
    """What an organization is asked to build, has booked and has given, a milestone and a pair, in one region."""
    admin, known = stage.people["admin"], stage.cobuilding
    theirs = {"organization_id": unit}
    project = known["item_id"]["published"]
    if region_code == ELSEWHERE:
        project = await _only_line(stage, "project", region_code)
    hall = await _only_line(stage, "resource", region_code, **HALL)
    known["resource_id"][name] = hall
    need = await _only_line(stage, "needs", region_code, publish=region_code == COMMUNITY)
    path = f"/list-items/{known['item_id'][item]}"
    known["taking_id"][name] = (await ok(admin.post(f"/list-items/{project}/takings", theirs), 201))["id"]
    booked = await ok(admin.post(f"/list-items/{hall}/bookings", theirs | times(evening(9))), 201)
    known["booking_id"][name] = booked["id"]
    known["contribution_id"][name] = (await ok(admin.post(f"{path}/contributions", GIFT | theirs), 201))["id"]
    planned = await ok(admin.post(f"{path}/milestones", MILESTONE), 201)
    known["milestone_id"][item] = planned["milestones"][0]["id"]
    pair = await ok(admin.post(f"/list-items/{need}/pairings", {"resource_id": hall}), 201)
    known["pairing_id"][item] = pair["paired"][0]["id"]


async def _only_line(stage: "Stage", kind: str, region_code: str, *, publish: bool = True, **changes: Any) -> str:
    admin = stage.people["admin"]
    whole = await drawn(admin, kind, region_code=region_code, year=2031)
    made = await line(admin, whole, **changes)
    if publish:
        await published(admin, whole)
    return str(made["id"])


def _plain(body: Body) -> "Callable[[Stage], Body]":
    return lambda _: body


def _for_the_unit(**more: Any) -> "Callable[[Stage], Body]":
    return lambda stage: {"organization_id": stage.organizations["unit"], **more}


BODIES: "dict[str, Callable[[Stage], Body]]" = {
    "POST /lists": _plain({"kind": "project", "region_code": COMMUNITY, "year": 2030}),
    "POST /lists/{list_id}/items": _plain(lift()),
    "POST /lists/{list_id}/publish": _plain({}),
    "PUT /list-items/{item_id}": _plain(lift(title="楼道照明")),
    "POST /list-items/{item_id}/withdraw": _plain(WHY),
    "POST /list-items/{item_id}/demands": _plain({}),
    "POST /list-items/{item_id}/takings": _for_the_unit(),
    "POST /list-items/{item_id}/milestones": _plain(MILESTONE),
    "POST /list-items/{item_id}/pairings": lambda stage: {"resource_id": stage.cobuilding["resource_id"]["unit's"]},
    "POST /list-items/{item_id}/bookings": _for_the_unit(**times(evening(9))),
    "POST /list-items/{item_id}/contributions": _plain(GIFT),
    "POST /takings/{taking_id}/accept": _plain({}),
    "POST /takings/{taking_id}/decline": _plain(WHY),
    "POST /takings/{taking_id}/withdraw": _plain(WHY),
    "POST /takings/{taking_id}/finish": _plain({}),
    "POST /takings/{taking_id}/give-up": _plain(WHY),
    "POST /milestones/{milestone_id}/reach": _plain({}),
    "POST /pairings/{pairing_id}/end": _plain(WHY),
    "POST /bookings/{booking_id}/hand-over": _plain({}),
    "POST /bookings/{booking_id}/return": _plain({}),
    "POST /bookings/{booking_id}/cancel": _plain(WHY),
    "POST /contributions/{contribution_id}/reverse": _plain(WHY),
    "POST /suggestions": _plain(SUGGESTION),
    "POST /suggestions for somebody": _plain(SUGGESTION | {"author_name": "赵大爷"}),
    "POST /suggestions/{suggestion_id}/answer": _plain({"text": "每周三上门"}),
    "POST /suggestions/{suggestion_id}/refuse": _plain({"text": "须由公安机关办理"}),
    "POST /suggestions/{suggestion_id}/accept": lambda stage: {
        "list_id": stage.cobuilding["list_id"]["published"],
        "line": lift(),
    },
}
QUERIES = {"GET /suggestions desk": {"scope": "desk"}}
INNER: dict[str, Body] = {"LineIn": lift()}
"""What is inside a body, as little as it takes."""
LISTS = ("lists", "list_items", "list_versions")
TABLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("ListIn", "LineIn", "WithdrawalIn"), LISTS),
    "AskIn": (*LISTS, "demands", "dispatches"),
    **dict.fromkeys(("TakingIn", "TakingReasonIn"), ("item_takings",)),
    **dict.fromkeys(("MilestoneIn", "ReachIn"), ("item_milestones",)),
    "PairIn": ("item_pairings",),
    "BookIn": ("item_bookings",),
    "ContributionIn": ("item_contributions",),
    "EndIn": ("item_pairings", "item_bookings", "item_contributions"),
    **dict.fromkeys(("SuggestionIn", "SuggestionAnswerIn", "AcceptIn"), ("suggestions",)),
}
THINGS = {
    **dict.fromkeys(("list_id", "item_id", "version_id", "milestone_id", "pairing_id"), "published"),
    **dict.fromkeys(("taking_id", "booking_id", "contribution_id"), "unit's"),
    "suggestion_id": "filer's",
}
WHO = {
    "POST /takings/{taking_id}/decline": "liaison",
    "POST /takings/{taking_id}/give-up": "liaison",
}
FIRST = {"POST /takings/{taking_id}/give-up": ("accept",)}
REFUSED = {"POST /list-items/{item_id}/bookings": {409}}
"""The stage's line is a project."""
