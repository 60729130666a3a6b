"""Nobody writes a column that is not theirs to write: every column of the tables behind every write body."""

from typing import Any

import pytest

from tests.authorization import activity_stage, asking, cobuilding_stage, observation_stage
from tests.authorization.document import DOCUMENT, ROUTES, SCHEMAS, references
from tests.authorization.stage import Stage, columns

CLAIMS = ("claims", "claim_members", "services", "ledger_entries", "engagements")
DEMANDS = ("demands", "dispatches", "notes", "reveals")
TABLES: dict[str, tuple[str, ...]] = {
    "WeChatCode": ("accounts", "identities", "sign_ins"),
    "PasswordIn": ("accounts", "sign_ins", "sign_in_failures"),
    "RefreshIn": ("sign_ins",),
    "SignOutIn": ("sign_ins",),
    "PhoneIn": ("accounts", "members", "binding_requests", "grants"),
    "ProfileIn": ("accounts", "members", "grants", "identities"),
    "PreferencesIn": ("preferences", "members"),
    "Slot": ("preferences",),
    "PolicyIn": ("policies",),
    "DayIn": ("calendar_days",),
    "DecisionIn": ("binding_requests", "accounts"),
    "QuietIn": ("notification_mutes", "notifications"),
    "ReadAllIn": ("notifications",),
    "AppealIn": ("appeals", "ledger_entries"),
    "AppealDecisionIn": ("appeals", "services", "ledger_entries"),
    "ComplaintIn": ("complaints",),
    "AnswerIn": ("complaints",),
    "CertificateIn": ("certificates",),
    "RevocationIn": ("certificates",),
    "EnrollmentIn": ("enrollments",),
    "DesignationIn": ("designations",),
    "MusterIn": ("musters", "muster_targets"),
    "BatchIn": ("enrollments",),
    "ElsewhereIn": ("enrollments",),
    "WordsIn": ("enrollments",),
    "WordsMaybeIn": ("enrollments",),
    "PlaceIn": ("places", "place_codes"),
    "RenewIn": ("places", "place_codes"),
    "DemandIn": (*DEMANDS, "events"),
    "Contact": ("demands", "accounts"),
    "Location": ("demands",),
    "DispatchIn": (*DEMANDS, "claims"),
    "Supplement": DEMANDS,
    "MessageIn": DEMANDS,
    "ReasonIn": (*DEMANDS, *CLAIMS),
    "RejectIn": DEMANDS,
    "GiveUpIn": (*DEMANDS, *CLAIMS),
    "TransferIn": DEMANDS,
    "CloseIn": DEMANDS,
    "EvaluationIn": ("demands", "evaluations", "ledger_entries"),
    "MergeIn": (*DEMANDS, "merges", "joins"),
    "SplitIn": DEMANDS,
    "ChildIn": DEMANDS,
    "FeedbackIn": (*CLAIMS, "feedback"),
    "ResponseRatingIn": (*CLAIMS, "response_ratings"),
    "ClaimIn": (*CLAIMS, "demands"),
    "ConsentIn": ("consents",),
    "MergeMemberIn": ("members", "member_merges"),
    "CommitIn": ("roster_imports", "roster_pages"),
    "ArriveIn": CLAIMS,
    "CompleteIn": CLAIMS,
    "ConfirmIn": CLAIMS,
    "ClaimMembersIn": CLAIMS,
    **activity_stage.TABLES,
    **observation_stage.TABLES,
    **cobuilding_stage.TABLES,
}
"""The tables that a body's request writes to, or that stand nearest."""
ALIASES = {"PolicyIn": {"valid_from"}}
"""Fields under a name of their own, which is not the column's."""

WRITES = {route.name: route.takes for route in ROUTES.values() if route.takes}
BODIES = {name for taken in WRITES.values() for name in references({"$ref": f"#/{taken}"})}
THINGS = {
    "demand_id": "ours",
    "claim_id": "claimant's",
    "binding_id": "same community",
    "appeal_id": "filer's",
    "complaint_id": "filer's",
    "enrollment_id": "claimant's",
    "certificate_id": "claimant's",
    "designation_id": "unit's",
    "muster_id": "unit's",
    "place_id": "ours",
    **activity_stage.THINGS,
    **observation_stage.THINGS,
    **cobuilding_stage.THINGS,
    "import_id": "desk's",
    "member_id": "claimant's",
}
WHO = {
    "POST /appeals": "filer",
    "POST /enrollments": "member",
    "POST /certificates": "claimant",
    "POST /musters": "district",
    "POST /appeals/{appeal_id}/decide": "district",
    "PUT /me/preferences": "member",
    "POST /me/consents": "member",
    "PUT /policies/{key}": "admin",
    "PUT /calendar/{day}": "admin",
    "POST /demands/{demand_id}/send-back": "district",
    "POST /demands/{demand_id}/supplement": "filer",
    "POST /demands/{demand_id}/cancel": "filer",
    "POST /demands/{demand_id}/evaluation": "filer",
    "POST /demands/{demand_id}/claims": "member",
    "POST /claims/{claim_id}/feedback": "claimant",
    **activity_stage.WHO,
    **observation_stage.WHO,
    **cobuilding_stage.WHO,
}
"""Who asks, where it is not the desk: always somebody who may."""
INNER: dict[str, dict[str, Any]] = {
    "Contact": {"name": "赵联系", "phone": "13700000001"},
    "Location": {"lng": 98.27, "lat": 39.8, "coord_type": "gcj02"},
    "DispatchIn": {"mode": "open"},
}
NESTED = {
    "contact": "Contact",
    "on_behalf_of": "Contact",
    "location": "Location",
    "dispatch": "DispatchIn",
}
"""Where one body holds another."""


def foreign(schema: str) -> list[str]:
    """The columns that stand behind a body and are not its fields."""
    return sorted(columns(*TABLES[schema]) - set(SCHEMAS[schema]["properties"]) | ALIASES.get(schema, set()))


def objects() -> set[str]:
    """The schemas of everything with fields that a request can hold."""
    return {name for name in BODIES if SCHEMAS[name].get("type") == "object"}


def test_every_body_has_its_tables() -> None:
    assert objects() == set(TABLES)


@pytest.mark.parametrize("schema", sorted(objects()))
def test_every_body_says_that_it_takes_no_other_field(schema: str) -> None:
    assert SCHEMAS[schema].get("additionalProperties") is False


def test_every_write_but_sending_a_file_takes_json_and_nothing_else() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            taken = "multipart/form-data" if path.endswith(("/files", "/rosters/imports")) else "application/json"
            assert set(content) <= {taken}, f"{method} {path}"


@pytest.mark.parametrize("route", WRITES)
async def test_no_column_can_be_written_beside_the_fields(stage: Stage, route: str) -> None:
    schema = WRITES[route]
    assert schema
    thing = THINGS.get(ROUTES[route].parameter or "")
    question = asking.question(stage, route, thing)
    who = stage.people[WHO.get(route, "desk")]
    before = await stage.digest()
    async with stage.scene():
        assert (await question.by(who)).status_code in {200, 201, 204, 409}  # or what follows proves nothing
    taken = []
    for column in foreign(schema):
        answer = await asking.with_body(question, {**(question.body or {}), column: "x"}).by(who)
        refused = answer.status_code == 422 and (column, "extra_forbidden") in wrong_fields(answer.json())
        taken += [] if refused else [f"{column}: {answer.status_code} {answer.text}"]
    assert taken == []
    assert await stage.digest() == before


@pytest.mark.parametrize("field", NESTED)
async def test_no_column_can_be_written_inside_a_field(stage: Stage, field: str) -> None:
    question = asking.question(stage, "POST /demands")
    before = await stage.digest()
    for column in foreign(NESTED[field]):
        inner = INNER[NESTED[field]] | {column: "x"}
        answer = await asking.with_body(question, {**(question.body or {}), field: inner}).by(stage.people["desk"])
        assert answer.status_code == 422, (column, answer.text)
        assert (f"{field}.{column}", "extra_forbidden") in wrong_fields(answer.json())
    assert await stage.digest() == before


def wrong_fields(problem: dict[str, Any]) -> list[tuple[str, str]]:
    """What a refusal says of the fields."""
    return [(one["field"], one["code"]) for one in problem["errors"]]
