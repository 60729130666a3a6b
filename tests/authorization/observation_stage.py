"""Rounds of the stage with something of every object, and how every row about them is asked."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.demands.world import DISTRICT, ELSEWHERE, NEIGHBOUR, ok

if TYPE_CHECKING:
    from tests.authorization.stage import Stage

Body = dict[str, Any]
CRITERIA = {"criteria": [{"code": "theme_day"}]}
ROUND = {"year": 2026, "quarter": 3, "ends_at": "2199-01-01T00:00:00+08:00"}
FINDING = {"kind": "finding", "text": "网格员未到位"}
PROMISE = {"kind": "commitment", "text": "月底前配齐网格员"}
HIGHLIGHT = {"title": "八个公众", "text": "瑜伽课堂、太极拳队、巧手驿站"}
DONE = {"text": "已配齐网格员"}
WHY = {"reason": "当天停电"}


async def observe(stage: "Stage") -> None:
    """The district's round and its draft, and one elsewhere; a finding and a highlight here and there."""
    stage.rounds = {f"{name}_id": {} for name in ("rubric", "observation", "observed", "undertaking", "highlight")}
    unit = {"organization_id": stage.organizations["unit"]}
    ours = [{"region_code": NEIGHBOUR}, unit]
    places = {
        "ours": ("district", DISTRICT, 1, ours),
        "draft": ("district", DISTRICT, 2, ours),
        "elsewhere": ("admin", ELSEWHERE[:9], 1, [{"region_code": ELSEWHERE}]),
    }
    for name, (role, region_code, quarter, objects) in places.items():
        who = stage.people[role]
        if name != "draft":
            rubric = {"region_code": region_code, "name": "观摩考评细则", **CRITERIA}
            stage.rounds["rubric_id"][name] = (await ok(who.post("/rubrics", rubric), 201))["id"]
        body = ROUND | {"region_code": region_code, "quarter": quarter, "objects": objects}
        body |= {"rubric_id": stage.rounds["rubric_id"]["elsewhere" if name == "elsewhere" else "ours"]}
        panelist = stage.members["elsewhere" if name == "elsewhere" else "claimant's"]
        body |= {"panel": [{"member_id": panelist, "role": "机关"}]}
        made = await ok(who.post("/observations", body), 201)
        stage.rounds["observation_id"][name] = made["id"]
        if name != "draft":
            opened = await ok(who.post(f"/observations/{made['id']}/open"))
            await _follow(stage, role, name, [one["id"] for one in opened["objects"]])


async def _follow(stage: "Stage", role: str, name: str, objects: list[str]) -> None:
    who = stage.people[role]
    for thing, one in zip(["elsewhere"] if name == "elsewhere" else ["neighbour's", "unit's"], objects, strict=True):
        stage.rounds["observed_id"][thing] = one
        made = await ok(who.post(f"/observed/{one}/undertakings", FINDING), 201)
        stage.rounds["undertaking_id"][thing] = made["id"]
    stage.rounds["highlight_id"][name] = (await ok(who.post(f"/observed/{objects[0]}/highlights", HIGHLIGHT), 201))[
        "id"
    ]


def _plain(body: Body) -> "Callable[[Stage], Body]":
    return lambda _: body


def _round(stage: "Stage") -> Body:
    return ROUND | {"region_code": DISTRICT, "rubric_id": stage.rounds["rubric_id"]["ours"]}


def _panel(stage: "Stage") -> Body:
    return {"panel": [{"member_id": stage.members["serving's"], "role": "机关"}]}


A_ROUND, AN_OBJECT = "/observations/{observation_id}", "/observed/{observed_id}"
BODIES: "dict[str, Callable[[Stage], Body]]" = {
    "POST /rubrics": _plain({"region_code": DISTRICT, "name": "星级楼组评定", **CRITERIA}),
    "POST /rubrics/{rubric_id}/versions": _plain(CRITERIA),
    "POST /observations": _round,
    f"PUT {A_ROUND}": _round,
    f"POST {A_ROUND}/open": _plain({}),
    f"POST {A_ROUND}/panel": _panel,
    f"POST {A_ROUND}/adopt": _plain({}),
    f"POST {A_ROUND}/close": _plain({}),
    f"POST {A_ROUND}/cancel": _plain(WHY),
    f"PUT {AN_OBJECT}/scores": _plain({"points": {"theme_day": 8}}),
    f"POST {AN_OBJECT}/recuse": _plain(WHY),
    f"POST {AN_OBJECT}/excuse": _plain(WHY),
    f"PUT {AN_OBJECT}/report": _plain(DONE),
    f"POST {AN_OBJECT}/remarks": _plain(DONE),
    f"POST {AN_OBJECT}/undertakings": _plain(FINDING),
    f"POST {AN_OBJECT}/undertakings by the object": _plain(PROMISE),
    f"POST {AN_OBJECT}/highlights": _plain(HIGHLIGHT),
    "POST /undertakings/{undertaking_id}/show": _plain(DONE),
    "POST /undertakings/{undertaking_id}/look": _plain({"settled": True}),
    "POST /highlights/{highlight_id}/copies": _plain({"region_code": NEIGHBOUR, "note": "照样开办"}),
    "POST /highlights/{highlight_id}/copies for the unit": lambda stage: {
        "organization_id": stage.organizations["unit"],
        "note": "照样开办",
    },
}
INNER: dict[str, Body] = {
    "CriterionIn": {"code": "theme_day"},
    "AwardIn": {"name": "五星", "least": 9_000},
    "ObservedIn": {"region_code": NEIGHBOUR},
    "PanelistIn": {"member_id": "00000000-0000-7000-8000-000000000000", "role": "机关"},
}
"""What is inside a body, as little as it takes."""
TABLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("RubricIn", "RubricVersionIn", "CriterionIn", "AwardIn"), ("rubrics", "rubric_versions")),
    **dict.fromkeys(("ObservationIn", "ObservedIn", "CloseObservationIn"), ("observations", "observed")),
    **dict.fromkeys(("PanelIn", "PanelistIn"), ("panelists", "scores")),
    "CallOffIn": ("observations", "observed", "recusals"),
    "ScoreSheetIn": ("scores", "observed", "panelists"),
    "ObservedReportIn": ("observed",),
    "RemarkIn": ("remarks",),
    **dict.fromkeys(("UndertakingIn", "ShownIn", "LookIn"), ("undertakings", "looks")),
    "HighlightIn": ("highlights",),
    "CopiedIn": ("copied", "highlights"),
}
THINGS = {
    "rubric_id": "ours",
    "observation_id": "ours",
    "observed_id": "neighbour's",
    "undertaking_id": "neighbour's",
    "highlight_id": "ours",
}
WHO = dict.fromkeys(BODIES, "district") | {
    f"PUT {AN_OBJECT}/scores": "claimant",
    f"POST {AN_OBJECT}/recuse": "claimant",
}
