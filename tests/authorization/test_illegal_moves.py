"""Every state × action × role over HTTP: what the tables do not allow is refused and changes nothing."""

import re

import pytest

from app.demands.lifecycle import CLAIM_WHO, WHO, ClaimState, State
from tests.authorization import asking, document, moments
from tests.authorization.asking import BODIES, Question
from tests.authorization.stage import Stage
from tests.client import ANSWER

PEOPLE = ("desk", "filer", "claimant", "member", "observer", "stranger")
Cells = dict[str, dict[str, str]]


def table(written: str) -> Cells:
    """Rows and columns by their names; a cell holds the first letters of those who may."""
    head, *rows = [re.split(r"\s{2,}", line.strip()) for line in written.strip("\n").splitlines()]
    return {row[0]: dict(zip(head, row[1:], strict=True)) for row in rows}


DEMAND = table("""
            dispatch  return  reject  transfer  escalate  finish  close  reopen  supplement  cancel  evaluation  callback  claims  messages  merge  unmerge  split  joins  leave  approve  send-back
filed       d         d       d       d         d         -       d      -       -           f       -           -         -       df        d      -        d      cms    -      -        -
dispatched  d         d       d       d         d         -       d      -       -           f       -           -         cm      df        d      -        d      cms    -      -        -
returned    -         -       -       -         -         -       -      -       f           f       -           -         -       df        -      -        -      cms    -      -        -
claimed     d         -       -       -         -         -       d      -       -           f       -           -         m       dfc       d      -        -      cms    -      -        -
serving     d         -       -       -         -         -       d      -       -           -       -           -         m       dfc       d      -        -      cms    -      -        -
completed   -         -       -       -         -         -       -      -       -           -       f           d         -       df        -      -        -      -      -      -        -
closed      -         -       -       -         -         -       -      d       -           -       f           d         -       -         -      -        -      -      -      -        -
rejected    -         -       -       -         -         -       -      -       -           -       -           -         -       -         -      -        -      -      -      -        -
merged      -         -       -       -         -         -       -      -       -           -       -           -         -       -         -      d        -      -      -      -        -
cancelled   -         -       -       -         -         -       -      -       -           -       -           -         -       -         -      -        -      -      -      -        -
""")  # noqa: E501 - a table
"""Nobody has served on any but the completed one, whose filer is being asked: so nobody finishes or closes it."""

MAY = {
    **dict.fromkeys(("dispatch", "return", "reject", "transfer", "escalate", "finish", "close", "reopen"), "d"),
    **dict.fromkeys(("merge", "unmerge", "split"), "d"),
    **dict.fromkeys(("joins", "leave"), "dfcmos"),
    **dict.fromkeys(("supplement", "cancel", "evaluation"), "f"),
    **dict.fromkeys(("approve", "send-back"), ""),
    "callback": "d",
    "claims": "dfcmos",
    "messages": "df",
}
"""Whose action it is, whatever the state; a claimant's messages are when the claim is live."""

WORDS = {"evaluation", "callback", "claims", "messages", "joins", "leave"}
"""What is asked of a demand without being a move of its own."""

SEEN = {
    **dict.fromkeys(("filed", "returned", "rejected"), "dfo"),
    **dict.fromkeys(("dispatched", "claimed", "serving", "completed", "closed", "merged", "cancelled"), "dfcmo"),
}
"""Who sees a demand at all: members while it is published, the claimant because it is."""

CLAIM = table("""
                  accept  decline  contact  arrive  complete  confirm  withdraw  no-show  members  feedback  evaluation
offered           cd      cd       -        -       -         -        -         -        -        -         -
accepted          -       -        cd       cd      cd        -        cd        d        -        -         -
arrived           -       -        cd       -       cd        -        cd        -        -        -         -
completed         -       -        -        -       -         df       -         -        -        c         -
confirmed         -       -        -        -       -         -        -         -        -        c         -
declined          -       -        -        -       -         -        -         -        -        -         -
expired           -       -        -        -       -         -        -         -        -        -         -
withdrawn         -       -        -        -       -         -        -         -        -        -         -
released          -       -        -        -       -         -        -         -        -        -         -
released arrived  -       -        -        -       cd        -        -         -        -        -         -
no_show           -       -        -        -       -         -        -         -        -        -         -
accepted post     -       -        cd       cd      cd        d        cd        d        -        c         -
""")
"""They are a member's, so that nobody names members for them; the post is the desk's own."""

CLAIM_MAY = {
    **dict.fromkeys(("accept", "decline", "contact", "arrive", "complete", "withdraw", "members"), "cd"),
    "confirm": "df",
    "no-show": "d",
    "feedback": "c",
    "evaluation": "d",
}
CLAIM_SEEN = {**dict.fromkeys(moments.CLAIMS, "dfco"), "accepted post": "dco"}

ROUTES = {
    **{action: f"POST /demands/{{demand_id}}/{action}" for action in MAY},
    "callback": "POST /demands/{demand_id}/evaluation by callback",
}
CLAIM_ROUTES = {
    **{action: f"POST /claims/{{claim_id}}/{action}" for action in CLAIM_MAY},
    "members": "PUT /claims/{claim_id}/members",
}


def test_the_tables_name_every_state_and_every_route() -> None:
    assert set(DEMAND) == set(moments.DEMANDS) == set(State)
    assert set(CLAIM) == set(moments.CLAIMS)
    assert {name.split()[0] for name in CLAIM} == set(ClaimState)
    assert {*ROUTES.values(), *CLAIM_ROUTES.values()} <= set(BODIES)
    assert {action.replace("_", "-") for action in WHO} - {"evaluate", "appeal"} == MAY.keys() - WORDS
    assert {action.replace("_", "-") for action in CLAIM_WHO} == CLAIM_MAY.keys() - {
        "members",
        "feedback",
        "evaluation",
    }
    written = {" ".join(asked.split()[:2]) for asked in (*ROUTES.values(), *CLAIM_ROUTES.values())}
    offered = {name for name in document.ROUTES if "_id}/" in name and not name.startswith("GET")}
    assert written == {name for name in offered if name.startswith(("POST /demands", "POST /claims", "PUT /claims"))}


@pytest.mark.parametrize("state", DEMAND)
async def test_a_demand_moves_as_its_cells_say_and_else_not_at_all(stage: Stage, state: str) -> None:
    async with stage.scene():
        demand = await moments.DEMANDS[state](stage)
        wrong = []
        before = await stage.digest()
        for action, cell in DEMAND[state].items():
            question = about(stage, ROUTES[action], demand["id"])
            for role in PEOPLE:
                letter = role[0]
                nearby = action == "joins" and letter in cell  # who lives near need not see it first
                seen, may = letter in SEEN[state] or nearby, letter in MAY[action] or letter in cell
                expected = outcome(seen=seen, may=may, allowed=letter in cell)
                wrong += await differences(stage, question, role, expected)
        assert wrong == []
        assert await stage.digest() == before, "somebody was refused, yet something was changed"


@pytest.mark.parametrize("moment", CLAIM)
async def test_a_claim_moves_as_its_cells_say_and_else_not_at_all(stage: Stage, moment: str) -> None:
    async with stage.scene():
        claim = await moments.CLAIMS[moment](stage)
        wrong = []
        before = await stage.digest()
        for action, cell in CLAIM[moment].items():
            question = about(stage, CLAIM_ROUTES[action], claim["id"])
            for role in PEOPLE:
                letter = role[0]
                seen, may = letter in CLAIM_SEEN[moment], letter in CLAIM_MAY[action]
                expected = outcome(seen=seen, may=may, allowed=letter in cell)
                wrong += await differences(stage, question, role, expected)
        assert wrong == []
        assert await stage.digest() == before, "somebody was refused, yet something was changed"


def about(stage: Stage, asked: str, one: str) -> Question:
    """What a row asks, of a thing that is not the stage's."""
    question = asking.question(stage, asked, "absent")
    return asking.of_another(question, one)


def outcome(*, seen: bool, may: bool, allowed: bool) -> str:
    """Refusals in the order in which they are checked."""
    if not seen:
        return "404"
    if not may:
        return "403"
    return "done" if allowed else "409"


async def differences(stage: Stage, question: Question, role: str, expected: str) -> list[str]:
    """What of an answer is not as expected; what is done is undone again."""
    if expected == "done":
        async with stage.scene():
            answer = await question.by(stage.people[role])
    else:
        answer = await question.by(stage.people[role])
    found = read(answer)
    return [] if found == expected else [f"{role}, {question.path}: {expected}, not {found} {answer.text}"]


def read(answer: ANSWER) -> str:
    """An answer in the words of the tables."""
    return "done" if answer.status_code in (200, 201) else str(answer.status_code)
