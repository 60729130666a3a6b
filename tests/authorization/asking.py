"""How every row of the tables is asked: path, query and a body that is well formed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from tests.authorization import activity_stage, cobuilding_stage, observation_stage
from tests.authorization.document import PARAMETER
from tests.authorization.expectations import route_of
from tests.authorization.stage import ABSENT, LATER, PASSWORD, Stage
from tests.client import ANSWER, Client
from tests.content import making
from tests.demands.world import COMMUNITY, DISTRICT, ELSEWHERE, NEIGHBOUR

WORDS = "有人需要帮忙"
REASON = {"reason": "原因如此"}
OPEN = {"mode": "open", "slots": 5}
HOLIDAY = {"kind": "holiday", "name": "国庆节"}
A_YEAR = {"since": "2026-01-01", "until": "2026-11-20"}
RULE = {"value": 12, "from": "2026-01-01"}


@dataclass(frozen=True)
class Question:
    """One request, without who asks."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    upload: bytes | None = None
    """A file that is sent instead of a body."""

    async def by(self, who: Client) -> ANSWER:
        """The answer that somebody gets."""
        match self.method:
            case "GET":
                return await who.get(self.path, **self.query)
            case "DELETE":
                return await who.delete(self.path)
            case "PUT":
                return await who.put(self.path, self.body)
        if self.upload is not None:
            return await who.upload(self.upload, path=f"{self.path}?{urlencode(self.query)}")
        return await who.post(self.path, self.body)


def with_body(question: Question, body: dict[str, Any]) -> Question:
    """The same request with another body."""
    return replace(question, body=body)


def of_another(question: Question, one: str) -> Question:
    """The same request of a thing by its id, where it was made for an absent one."""
    return replace(question, path=question.path.replace(ABSENT, one))


QUERIES: dict[str, dict[str, str]] = {
    "GET /leaderboard of members": {"by": "member", "region": COMMUNITY},
    "GET /policies of the community": {"region": COMMUNITY},
    "GET /policies of the next": {"region": NEIGHBOUR},
    "GET /policies of elsewhere": {"region": ELSEWHERE},
    "GET /demands/similar": {"region_code": COMMUNITY, "title": "下水道堵塞"},
    "GET /demands/{demand_id}/candidates of organizations": {"kind": "organization"},
    "GET /demands open": {"scope": "open"},
    "GET /demands desk": {"scope": "desk"},
    "GET /demands region": {"scope": "region"},
    "GET /claims organization": {"scope": "organization"},
    "GET /claims desk": {"scope": "desk"},
    "GET /appeals desk": {"scope": "desk"},
    "GET /complaints desk": {"scope": "desk"},
    "GET /complaints region": {"scope": "region"},
    "GET /enrollments/statistics": {"region": COMMUNITY},
    "GET /enrollments/statistics.xlsx": {"region": COMMUNITY},
    "GET /enrollments organization": {"scope": "organization"},
    "GET /enrollments desk": {"scope": "desk"},
    "GET /enrollments region": {"scope": "region"},
    **activity_stage.QUERIES,
    **cobuilding_stage.QUERIES,
    "POST /rosters/imports": {"kind": "members"},
    "POST /rosters/imports of organizations": {"kind": "organizations"},
    "POST /rosters/imports of staff": {"kind": "staff"},
    "POST /rosters/imports of enrollments": {"kind": "enrollments"},
}

NAMED = {
    "GET /regions/{code}": COMMUNITY,
    "GET /regions/{code} absent": "999999",
    "GET /receipts/{code} absent": "R0",
    "GET /certified/{code} absent": "C0",
    "GET /calendars/regions/{code}": COMMUNITY,
    "GET /calendars/regions/{code} absent": "999999",
    "PUT /calendar/{day}": "2026-10-08",
    "PUT /calendar/{day} of the district": "2026-10-08",
    "PUT /calendar/{day} of elsewhere": "2026-10-08",
    "PUT /policies/{key}": "hours_per_quarter",
    "PUT /policies/{key} of the community": "hours_per_quarter",
    "PUT /policies/{key} of the district": "hours_per_quarter",
    "PUT /policies/{key} of elsewhere": "hours_per_quarter",
    "PUT /policies/{key} absent": "no_such_rule",
    "GET /rosters/templates/{kind}": "members",
    "GET /rosters/templates/{kind} of staff": "staff",
}
"""What stands in the path of those whose parameter is no id."""


def _demand(region_code: str, **more: Any) -> Callable[[Stage], dict[str, Any]]:
    return lambda _: {"description": WORDS, "region_code": region_code, **more}


def _plain(body: dict[str, Any]) -> Callable[[Stage], dict[str, Any]]:
    return lambda _: body


BODIES: dict[str, Callable[[Stage], dict[str, Any]]] = {
    "POST /auth/wechat": _plain({"code": "sandbox:stranger"}),
    "POST /auth/password": _plain({"username": "clerk", "password": PASSWORD}),
    "POST /auth/refresh": lambda stage: {"refresh_token": stage.refresh_token},
    "POST /auth/sign-out": _plain({}),
    "POST /auth/phone": _plain({"code": "sandbox:13900000001"}),
    "PUT /me": _plain({"nickname": "改了"}),
    "POST /me/consents": _plain({"purpose": "show_identity", "version": "2026-11-24", "given": True}),
    "PUT /me/preferences": _plain({"slots": [{"weekday": 6, "from_hour": 9, "to_hour": 12}], "wishes": ["repair"]}),
    "PUT /calendar/{day}": _plain(HOLIDAY | {"region_code": ""}),
    "PUT /calendar/{day} of the district": _plain(HOLIDAY | {"region_code": DISTRICT}),
    "PUT /calendar/{day} of elsewhere": _plain(HOLIDAY | {"region_code": ELSEWHERE}),
    "PUT /policies/{key}": _plain(RULE | {"region_code": ""}),
    "PUT /policies/{key} of the community": _plain(RULE | {"region_code": COMMUNITY}),
    "PUT /policies/{key} of the district": _plain(RULE | {"region_code": DISTRICT}),
    "PUT /policies/{key} of elsewhere": _plain(RULE | {"region_code": ELSEWHERE}),
    "PUT /policies/{key} absent": _plain(RULE | {"region_code": COMMUNITY}),
    "POST /appeals": lambda stage: {"subject_kind": "rejection", "subject_id": stage.rejected, "reason": WORDS},
    "POST /appeals/{appeal_id}/decide": _plain({"upheld": False, "reason": WORDS}),
    "POST /appeals/{appeal_id}/withdraw": _plain({}),
    "POST /places": _plain({"region_code": COMMUNITY, "purpose": "enroll", "name": WORDS, "address": WORDS}),
    "POST /places elsewhere": _plain({"region_code": ELSEWHERE, "purpose": "enroll"}),
    "POST /places/{place_id}/renew": _plain({}),
    "POST /places/{place_id}/revoke": _plain({}),
    "POST /complaints": _plain({"kind": "suggestion", "text": WORDS, "region_code": COMMUNITY}),
    "POST /complaints/{complaint_id}/answer": _plain({"text": WORDS, "accepted": True}),
    "POST /complaints/{complaint_id}/raise-again": _plain({}),
    "POST /certificates": _plain(A_YEAR),
    "POST /certificates for a member": lambda stage: {
        **A_YEAR,
        **REASON,
        "member_id": stage.members["claimant's"],
    },
    "POST /certificates/{certificate_id}/revoke": _plain(REASON),
    "POST /enrollments": _plain({"region_code": COMMUNITY}),
    "POST /enrollments for a member": lambda stage: {
        "region_code": COMMUNITY,
        "member_id": str(stage.world.members[2].id),
    },
    "POST /enrollments for the unit": lambda stage: {
        "region_code": COMMUNITY,
        "organization_id": stage.organizations["unit"],
    },
    "POST /enrollments/batch/confirm": lambda stage: {"ids": [stage.enrollments["claimant's"]]},
    "POST /enrollments/{enrollment_id}/confirm": _plain({}),
    "POST /enrollments/{enrollment_id}/refuse": _plain(REASON),
    "POST /enrollments/{enrollment_id}/let-go": _plain(REASON),
    "POST /enrollments/{enrollment_id}/keep": _plain(REASON),
    "POST /enrollments/{enrollment_id}/withdraw": _plain({}),
    "POST /enrollments/{enrollment_id}/leave": _plain({}),
    "POST /enrollments/{enrollment_id}/transfer": _plain({"region_code": NEIGHBOUR}),
    "POST /designations": lambda stage: {
        "region_code": COMMUNITY,
        "organization_id": stage.organizations["other unit"],
    },
    "POST /designations/{designation_id}/end": _plain({}),
    "POST /musters": _plain({"region_code": DISTRICT, "title": WORDS, "text": WORDS, "ends_at": LATER}),
    "POST /musters/{muster_id}/close": _plain({}),
    "POST /members/bindings/{binding_id}/decide": _plain({"member_id": None}),
    "PUT /notifications/quiet": _plain({"muted": ["progress"]}),
    "POST /notifications/read-all": _plain({"until": "2026-01-01T00:00:00+08:00"}),
    "POST /notifications/{notification_id}/read": _plain({}),
    "POST /demands": _demand(COMMUNITY),
    "POST /demands elsewhere": _demand(ELSEWHERE),
    "POST /demands call": _demand(COMMUNITY, kind="call"),
    "POST /demands call next door": _demand(NEIGHBOUR, kind="call"),
    "POST /demands call elsewhere": _demand(ELSEWHERE, kind="call"),
    "POST /demands and dispatch": _demand(COMMUNITY, dispatch=OPEN),
    "POST /demands and dispatch elsewhere": _demand(ELSEWHERE, dispatch=OPEN),
    "POST /demands/{demand_id}/supplement": _plain({"description": WORDS}),
    "POST /demands/{demand_id}/cancel": _plain(REASON),
    "POST /demands/{demand_id}/messages": _plain({"text": WORDS}),
    "POST /demands/{demand_id}/dispatch": _plain(OPEN),
    "POST /demands/{demand_id}/approve": _plain({}),
    "POST /demands/{demand_id}/send-back": _plain(REASON),
    "POST /demands/{demand_id}/return": _plain(REASON),
    "POST /demands/{demand_id}/reject": _plain(REASON),
    "POST /demands/{demand_id}/transfer": _plain(REASON | {"region_code": NEIGHBOUR}),
    "POST /demands/{demand_id}/escalate": _plain(REASON),
    "POST /demands/{demand_id}/finish": _plain({}),
    "POST /demands/{demand_id}/close": _plain(REASON | {"result": "handled"}),
    "POST /demands/{demand_id}/reopen": _plain(REASON),
    "POST /demands/{demand_id}/merge": lambda stage: {"into_id": stage.target},
    "POST /demands/{demand_id}/unmerge": _plain(REASON),
    "POST /demands/{demand_id}/split": _plain({"children": [{"description": WORDS}]}),
    "POST /demands/{demand_id}/joins": _plain({}),
    "POST /demands/{demand_id}/leave": _plain({}),
    "POST /demands/{demand_id}/evaluation": _plain({"stars": 5, "resolved": True}),
    "POST /demands/{demand_id}/evaluation by callback": _plain({"stars": 5, "resolved": True, "channel": "callback"}),
    "POST /demands/{demand_id}/claims": _plain({}),
    "POST /demands/{demand_id}/claims for the unit": lambda stage: {"organization_id": stage.organizations["unit"]},
    "POST /demands/{demand_id}/claims for a member": lambda stage: {"member_id": str(stage.world.members[5].id)},
    "POST /claims/{claim_id}/accept": _plain({}),
    "POST /claims/{claim_id}/decline": _plain(REASON),
    "POST /claims/{claim_id}/contact": _plain({}),
    "POST /claims/{claim_id}/withdraw": _plain(REASON),
    "POST /claims/{claim_id}/arrive": _plain({}),
    "POST /claims/{claim_id}/complete": _plain({}),
    "POST /claims/{claim_id}/confirm": _plain({}),
    "POST /claims/{claim_id}/no-show": _plain(REASON),
    "POST /members/{member_id}/merge": lambda stage: {"into_id": str(stage.world.members[5].id)},
    "POST /members/{member_id}/unmerge": _plain({}),
    "POST /rosters/imports/{import_id}/commit": _plain({}),
    "PUT /claims/{claim_id}/members": _plain({"member_ids": []}),
    "POST /claims/{claim_id}/feedback": _plain({"demand_stars": 5, "community_stars": 4}),
    "POST /claims/{claim_id}/evaluation": _plain({"stars": 3}),
    **activity_stage.BODIES,
    **observation_stage.BODIES,
    **cobuilding_stage.BODIES,
}


FILES = {
    "POST /files": making.jpeg(),
    "POST /rosters/imports": "姓名,所在组织,居住社区\n新党员,住建局,110107003024\n".encode(),
    "POST /rosters/imports of organizations": "组织名称,组织类型,所在区域\n新支部,党支部,110107003024\n".encode(),
    "POST /rosters/imports of enrollments": "单位,报到社区\n住建局,110107003024\n".encode(),
    "POST /rosters/imports of staff": "用户名,角色\nnewclerk,调度员\n".encode(),
}
"""What is sent instead of a body."""


def question(stage: Stage, asked: str, thing: str | None = None) -> Question:
    """What a row asks; `thing` says of which thing, where the path names one by its id."""
    method, path = route_of(asked).split()
    if found := PARAMETER.search(path):
        one = _named(stage, asked) if thing is None else stage.things(found[1]).get(thing, ABSENT)
        path = path.replace(found[0], one)
    if asked in FILES:
        return Question(method, path, QUERIES.get(asked, {}), upload=FILES[asked])
    body = BODIES[asked](stage) if method in ("POST", "PUT") else None
    return Question(method, path, _query(stage, asked), body)


def _query(stage: Stage, asked: str) -> dict[str, str]:
    if route_of(asked).split()[1] == "/places/posters":
        return {"place_id": stage.places["elsewhere" if asked.endswith("elsewhere") else "ours"]}
    return QUERIES.get(asked, {})


def _named(stage: Stage, asked: str) -> str:
    if "/calendars/links/" in asked:
        return stage.calendar[: -1 if asked.endswith("altered") else None]
    if "{token}" in asked:
        return stage.link[: -1 if asked.endswith("altered") else None]
    return {"GET /receipts/{code}": stage.receipt, "GET /certified/{code}": stage.certified}.get(asked) or NAMED[asked]
