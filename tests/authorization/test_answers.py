"""What answers hold: no field that is not on the list, and nobody's secret for who may not know it."""

import re
from typing import Any

import pytest

from tests.authorization import cobuilding_expectations, moments, observation_expectations
from tests.authorization.document import ROUTES, SCHEMAS
from tests.authorization.expectations import ROLES
from tests.authorization.moments import Made, a_declined_claim, a_withdrawn_claim, an_offered_claim
from tests.authorization.stage import TOLD, Stage
from tests.authorization.tables import Table, table
from tests.client import Client
from tests.demands.world import ok

FIELDS = """
AccountOut           id nickname phone_masked home_region_code member_id
ActivityDetail       id kind category title brand region_code region_name organization_id organization_name audience demand_id state reason starts_at shift_count free description items spots shifts leader_ids mine actions
ActivityOut          id kind category title brand region_code region_name organization_id organization_name audience demand_id state reason starts_at shift_count free
ActorOut             kind display_name
AppealOut            id subject_kind subject_id demand_id demand_title region_code region_name reason disputed state filed_at due_at overdue answer amount ended_at actions
BatchItem            id confirmed code
BatchOut             items
BindingOut           id account_id nickname phone_masked region_code requested_at decided_at member_id candidates
ByProvenance         measured confirmed entered
CalendarLinkOut      made_at address
CalendarOut          region_code year days
CandidateOut         kind id name phone_masked organization_id organization_name skills live minutes done is_free distance match
CategoryOut          code name due_in due_in_words evidence evidence_limit points skills questions
CertificateBrief     id number code member_id name organization_name since until minutes by_provenance activities services issued_at reason revoked_at revocation revoke_reason
CertificateOut       id number code member_id name organization_name since until minutes by_provenance activities services issued_at reason revoked_at revocation revoke_reason lines
CertifiedOut         number name since until minutes by_provenance activities services issued_at revoked_at revocation
ClaimOut             id demand_id claimant claimant_kind organization_id member_ids places state outcome cause round note departmental offered_at expires_at acknowledge_by contact_by arrive_by claimed_at contacted_at arrived_at completed_at minutes provenance file_ids evidence_missing actions
Claimant             id display_name badge
CommunityCount       region_code region_name organizations members heads
ComplaintOut         id kind region_code region_name demand_id text anonymous author state filed_at due_at overdue answer accepted answered_at raised_again actions
ConsentOut           purpose version given_at withdrawn_at
ContactOut           name phone
CountsOut            mine open desk region overdue needs_desk
DayOut               day works kind name set_in
DemandOut            id number kind category title description answers region_code region_name handler address location contact wanted_by anonymous on_behalf_of file_ids state round mode audience slots claimed is_open skills starts_at ends_at due_at paused_until overdue filed_at closed_at result cause reopens filer my_claim actions proposal needs_desk joins joined merged_into parent children closes match
DesignationOut       id organization_id organization_name region_code region_name is_primary since until
DocumentOut          purpose version title text
EnrollmentCounts     requested leaving
EnrollmentOut        id number subject name organization_id organization_name unit_kind member_id kind head_count region_code region_name is_primary designated state succeeds_id requested_at confirmed_at leaving_at ended_at reason actions
EntryOut             id unit amount rule source_kind source_id organization_id region_code served_at booked_at reverses_id
EntryToDecideOut     id shift_id arrived_at left_at entered_at accepted decided_at activity_title name reason actions
EvaluationOut        id demand_id round stars resolved tags comment channel evaluated_at struck_at
EvidenceOut          taken_at lng lat
ExportOut            made_at tables
FeedbackOut          id claim_id demand_stars community_stars tags comment given_at
Figures              organizations members in_service retired mobile applicant heads
FileOut              id kind media_type size width height seconds uploaded_at expires_at links evidence
Handler              region_code name
Health               status
HeldScanOut          id name outcome reason flags action subject_id place_id place_name region_code offline claimed_at shown_at received_at distance decided decided_at actions
HoursOut             minutes target_minutes by_provenance
ImportOut            id kind state sent_at expires_at rows done counts
ImportsOut           items
ItemOut              name people
Label                code name
LateEntryOut         id shift_id arrived_at left_at entered_at accepted decided_at
LeaderboardOut       items as_of
LeavingOut           erases_at
LifecycleOut         demand claim
Line                 kind title place on minutes provenance
LinksOut             full thumbnail until
Location             lng lat coord_type
LocationOut          lng lat coord_type
MatchOut             score reasons
MeOut                id nickname phone_masked home_region_code roles member
MemberOut            id name phone_masked organization_id home_region_code skills
Meta                 enums categories policies errors
Move                 state action to who
MovingCodeOut        code url until next_at
MusterCounts         organizations communities
MusterOut            id region_code region_name title text starts_at ends_at all_below is_open closed_at
Named                display_name
NotificationOut      id kind group title body subject times at read_at actions
OrganizationHoursOut minutes members services by_provenance
OrganizationOut      id kind name region_code parent_id
OwnMember            id name organization_id skills
PlaceOut             id region_code region_name purpose name address location scans version number code url state made_at expires_at actions
PointsOut            balance entries next_cursor
PolicyOut            key value default means set_in valid_from
PreferencesOut       slots days_off wishes place
ProposalOut          organizations slots starts_at ends_at due_at proposed_at
Question             code text required
QuietOut             muted mutable
RankOut              rank id name points minutes count
ReasonOut            code text
ReceiptOut           number code
RegionOut            code level name parent_code full_name
RelatedDemand        id number title category state result
ResponseRatingOut    id claim_id stars resolved comment rated_at
RevealOut            demand_id number day seen_as display_name
RoleOut              role region_code organization_id
RollOut              id activity_id activity_title shift_id starts_at ends_at slot_id role spot state position due_at walk_in arrived_at left_at minutes provenance auto_left late actions person_kind person_id name
RowOut               line cells outcome reason changes
RowsOut              items next_after
ScanOut              nonce outcome reason action subject_id received_at counts_at decided
ScannedOut           items
ShiftOut             id starts_at ends_at state reason slots actions
SignUpOut            id activity_id activity_title shift_id starts_at ends_at slot_id role spot state position due_at walk_in arrived_at left_at minutes provenance auto_left late actions
SignedIn             access_token token_type expires_in refresh_token account
SimilarOut           id number title category state result region_name distance filed_at closed_at joins is_own has_photo likeness
Slot                 weekday from_hour to_hour
SlotOut              id spot_id role capacity taken waiting
SpotOut              id name address
StatisticsOut        region_code region_name on by rows total
StatisticsRow        organizations members in_service retired mobile applicant heads region_code region_name unit_kind day
SubjectOut           kind id
Table                moves ends live
TargetCount          organization_id name reported members enrolled heads
TimelineItem         kind at actor detail
UnreadOut            unread by_kind by_group
UploadedOut          id kind media_type size width height seconds uploaded_at expires_at
VerifiedOut          number subject kind region_code region_name reported_at state
Version              version migration python
Whistled             id display_name
"""  # noqa: E501 - a table

NAMED = table("""
                     nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
contact's name       no     no       yes   yes   no     no  yes      yes     yes     no    yes  no        yes      no       yes   yes
contact's phone      no     no       yes   yes   no     no  yes      yes     yes     no    yes  no        yes      no       yes   yes
house                no     no       yes   yes   no     no  yes      yes     yes     no    yes  no        yes      no       yes   yes
longitude            no     no       yes   yes   no     no  yes      yes     yes     no    yes  no        yes      no       yes   yes
elder's name         no     no       yes   yes   no     no  no       no      no      no    yes  no        yes      no       yes   yes
elder's phone        no     no       yes   yes   no     no  no       no      no      no    yes  no        yes      no       yes   yes
elder, masked        no     no       yes   yes   yes    yes yes      yes     yes     yes   yes  no        yes      yes      yes   yes
elder's nickname     no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
elder's account      no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
filer's nickname     no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
filer's account      no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
claimant's name      no     no       no    no    no     no  yes      no      no      no    yes  no        yes      no       yes   yes
claimant's phone     no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
claimant's account   no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
claimant's note      no     no       no    no    no     no  yes      no      no      no    yes  no        yes      no       yes   yes
message              no     no       yes   yes   no     no  yes      yes     yes     no    yes  no        yes      yes      yes   yes
""")  # noqa: E501 - a table

ANONYMOUS = table("""
                     nobody stranger filer elder member far claimant serving liaison other desk neighbour district observer chief admin
contact's name       no     no       yes   yes   no     no  no       no      no      no    yes  no        yes      no       yes   yes
contact's phone      no     no       yes   yes   no     no  no       no      no      no    yes  no        yes      no       yes   yes
house                no     no       yes   yes   no     no  yes      yes     yes     no    yes  no        yes      no       yes   yes
longitude            no     no       yes   yes   no     no  yes      yes     yes     no    yes  no        yes      no       yes   yes
elder's name         no     no       yes   yes   no     no  no       no      no      no    yes  no        yes      no       yes   yes
elder's phone        no     no       yes   yes   no     no  no       no      no      no    yes  no        yes      no       yes   yes
elder, masked        no     no       yes   yes   no     no  no       no      no      no    yes  no        yes      no       yes   yes
contact, masked      no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
elder's nickname     no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
elder's account      no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
filer's nickname     no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
filer's account      no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
claimant's name      no     no       no    no    no     no  yes      no      no      no    yes  no        yes      no       yes   yes
claimant's phone     no     no       no    no    no     no  no       no      no      no    no   no        no       no       no    no
message              no     no       yes   yes   no     no  yes      yes     yes     no    yes  no        yes      yes      yes   yes
""")  # noqa: E501 - a table

DETAILS = {
    *("round", "claim_id", "service_id", "text", "mode", "to", "reason", "cause", "result", "stars", "resolved"),
    *("channel", "step", "clock", "told", "due_at", "was", "scheduled_at"),
    *("outcome", "left", "into_id", "from_id", "closes", "child_ids", "child_id", "parent_id", "state", "reopens"),
}
"""What an item of a history may hold beside its kind, time and actor."""
MESSAGE = "请从后门进来"
PHONE = re.compile(r"(?<![\w-])1[0-9]{10}(?![\w-])")
LISTS = [
    *(("/demands", scope) for scope in ("mine", "open", "desk", "region")),
    *(("/claims", scope) for scope in ("mine", "organization", "desk")),
]


ROOMS = (cobuilding_expectations.FIELDS, observation_expectations.FIELDS)
LINES = [line for fields in (FIELDS, *ROOMS) for line in fields.split("\n")[1:-1]]


def test_no_answer_has_a_field_that_is_not_on_the_list() -> None:
    """Whoever adds a field says here that everybody who gets the answer may know it."""
    given = {name for route in ROUTES.values() for name in route.gives}
    found = {name: set(SCHEMAS[name]["properties"]) for name in given if SCHEMAS[name].get("properties")}
    pages = {name: found.pop(name) for name in list(found) if name.startswith("Page_")}
    listed = {name: set(fields.split()) for name, fields in (line.split(None, 1) for line in LINES)}
    assert found == listed
    assert all(fields == {"items", "next_cursor"} for fields in pages.values())


async def secrets(stage: Stage, told: dict[str, Any]) -> dict[str, str]:
    """What stands in the tables, by the names of the rows."""
    contact, elder = told["contact"], told["on_behalf_of"]
    accounts = {name: (await ok(stage.people[name].get("/me")))["id"] for name in ("filer", "elder", "claimant")}
    claimant = stage.world.members[1]
    return {
        "contact's name": contact["name"],
        "contact's phone": contact["phone"],
        "contact, masked": f"{contact['name'][0]}**",
        "house": told["address"][-3:],
        "longitude": str(told["location"]["lng"]),
        "elder's name": elder["name"],
        "elder's phone": elder["phone"],
        "elder, masked": f"{elder['name'][0]}**",
        "elder's nickname": "钱大爷",
        "elder's account": accounts["elder"],
        "filer's nickname": "王女士",
        "filer's account": accounts["filer"],
        "claimant's name": claimant.name,
        "claimant's phone": str(claimant.phone),
        "claimant's account": accounts["claimant"],
        "claimant's note": "我来",
        "message": MESSAGE,
    }


async def everything_about(who: Client, things: dict[str, str]) -> str:
    """Every answer that somebody can get about a demand and its claims."""
    demand = things["demand"]
    paths = [f"/demands/{demand}", f"/demands/{demand}/timeline", f"/demands/{demand}/claims"]
    paths += [f"/claims/{things[claim]}" for claim in ("claimant's", "unit's")]
    answers = [await who.get(path) for path in paths]
    answers.append(await who.get("/notifications", limit="100"))
    answers += [await who.get(path, scope=scope, limit="100") for path, scope in LISTS]
    return "\n".join(answer.text for answer in answers if answer.status_code == 200)


def unexpected(expected: Table, role: str, text: str, known: dict[str, str]) -> list[str]:
    """The cells of one role that an answer's text contradicts."""
    found = []
    for name, cells in expected.items():
        holds = known[name] in text
        if holds != (cells[role] == "yes"):
            found.append(f"{role} {'is told' if holds else 'is not told'} the {name}")
    return found


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "expected"), [("named", NAMED), ("anonymous", ANONYMOUS)], ids=list(TOLD))
async def test_every_role_is_told_what_its_cell_says(stage: Stage, name: str, expected: Table, role: str) -> None:
    things = stage.ours[name]
    known = await secrets(stage, TOLD[name])
    async with stage.scene():
        await ok(stage.people["filer"].post(f"/demands/{things['demand']}/messages", {"text": MESSAGE}), 201)
        text = await everything_about(stage.people[role], things)
    assert unexpected(expected, role, text, known) == []


async def test_a_history_tells_no_detail_that_is_not_on_the_list(stage: Stage) -> None:
    found: set[str] = set()
    for make in {**moments.DEMANDS, **moments.CLAIMS}.values():
        async with stage.scene():
            made = await make(stage)
            path = f"/demands/{made.get('demand_id', made['id'])}/timeline"
            items = (await ok(stage.people["admin"].get(path, limit="100")))["items"]
            found |= {key for item in items for key in item["detail"]}
    assert found <= DETAILS


@pytest.mark.parametrize("made", [an_offered_claim, a_declined_claim, a_withdrawn_claim])
async def test_who_does_not_serve_reads_no_message(stage: Stage, made: Made) -> None:
    async with stage.scene():
        claim = await made(stage)
        path = f"/demands/{claim['demand_id']}"
        await ok(stage.people["filer"].post(f"{path}/messages", {"text": MESSAGE}), 201)
        assert MESSAGE in (await stage.people["desk"].get(f"{path}/timeline")).text
        assert MESSAGE not in (await stage.people["claimant"].get(f"{path}/timeline")).text


async def test_no_phone_is_told_but_the_contacts_to_whom_may_call(stage: Stage) -> None:
    told = {}
    paths = {route.path for route in ROUTES.values() if route.method == "GET" and route.parameter is None}
    paths -= {"/me/export"}  # one's own, phone and all
    for role in ROLES:
        async with stage.scene():
            answers = [await stage.people[role].get(path) for path in paths]
            answers += [await stage.people[role].get(path, scope=scope) for path, scope in LISTS]
        told[role] = {phone for answer in answers for phone in PHONE.findall(answer.text)}
    called = {one[who]["phone"] for one in TOLD.values() for who in ("contact", "on_behalf_of")}
    own = {"filer", "elder"}  # a list masks for everybody else, the desk too
    assert told == {role: called if role in own else set() for role in ROLES}
