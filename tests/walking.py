"""Walks without a plan: each client looks at a demand of the common board and does what comes to mind."""

import asyncio
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

import jwt

from tests.client import ANSWER, Client
from tests.demands.world import NEIGHBOUR, drain
from tests.racing import a_key, insist, patiently

Body = dict[str, Any]
REASON = {"reason": "原因如此"}
ON_THE_BOARD = 6
"""How many demands are walked over at a time, those just ended among them."""
AT_ONCE = 4
"""How many of them are under way."""
ENDS = ("closed", "rejected", "merged", "cancelled")
OFTEN = {
    "claim": 12,
    "dispatch": 6,
    "complete": 6,
    "accept": 6,
    "arrive": 5,
    "evaluate": 10,
    "supplement": 6,
    "unmerge": 10,
    "reopen": 8,
    "withdraw": 3,
    "merge": 3,
    "confirm": 3,
    "join": 2,
    "finish": 2,
    "decline": 2,
    "cancel": 0.2,
    "close": 1,
    "return": 1,
    "contact": 2,
    "no_show": 3,
    "transfer": 1,
    "escalate": 1,
    "reject": 0.5,
}
"""What is done, and how readily: nothing would get anywhere if all were as likely."""
NEW = 8
"""How many times as readily as that while nobody has done it yet."""
OF_CLAIMS = frozenset(("accept", "decline", "contact", "arrive", "complete", "withdraw", "confirm", "no_show"))
PATHS = {"claim": "claims", "join": "joins", "evaluate": "evaluation", "no_show": "no-show"}
BLINDLY, TWICE = 0.1, 0.1
"""How often somebody asks for what they were not offered, and how often the same request is sent twice at once."""


@dataclass(frozen=True)
class Deed:
    """Something that was asked for, and what was answered."""

    action: str
    path: str
    actor: uuid.UUID
    body: Body
    answer: ANSWER

    @property
    def done(self) -> bool:
        return self.answer.status_code < 300


@dataclass
class Board:
    """The demands that everybody walks over, and all that was done to them."""

    members: list[str]
    windows: list[Body]
    demands: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    deeds: list[Deed] = field(default_factory=list)

    def lacks_work(self) -> bool:
        return len(set(self.demands) - self.ended) < AT_ONCE

    def put(self, demand_id: str) -> None:
        self.demands = [*self.demands, demand_id][-ON_THE_BOARD:]


@dataclass
class Walker:
    """One client with dice of its own."""

    board: Board
    who: Client
    dice: random.Random
    files: bool = False
    """Whether they see to it that there is something to walk over."""
    keeps_desk: bool = False

    @property
    def account(self) -> uuid.UUID:
        return uuid.UUID(jwt.decode(str(self.who.token), options={"verify_signature": False})["sub"])

    async def walk(self, steps: int) -> None:
        """So many times, look at something and do something."""
        for _ in range(steps):
            if self.files and self.board.lacks_work():
                filed = await self.do("file", "/demands", drain())
                self.board.put(filed.json()["id"])
            else:
                await self.step(self.dice.choice(self.board.demands))

    async def step(self, demand_id: str) -> None:
        """Look, and do one thing; others may have been faster."""
        answer = await patiently(lambda: self.who.get(f"/demands/{demand_id}"))
        assert answer.status_code in (200, 404), answer.text
        demand = answer.json() if answer.status_code == 200 else {"actions": [], "my_claim": None, "state": ""}
        if demand["state"] in ENDS:
            self.board.ended.add(demand_id)
        else:
            self.board.ended.discard(demand_id)
        claim = demand["my_claim"] or await self._a_claim(demand_id)
        offered = [*demand["actions"], *(claim["actions"] if claim else ()), *["join"] * self.files]
        wanted = [one for one in OFTEN if one in offered]
        if not wanted or self.dice.random() < BLINDLY:
            wanted = list(OFTEN)
        done = {deed.action for deed in self.board.deeds if deed.done}
        (action,) = self.dice.choices(wanted, [OFTEN[one] * (1 if one in done else NEW) for one in wanted])
        if action in OF_CLAIMS and claim is None:
            return
        place = f"/claims/{claim['id']}" if claim and action in OF_CLAIMS else f"/demands/{demand_id}"
        await self.do(action, f"{place}/{PATHS.get(action, action)}", self.body(action))

    async def _a_claim(self, demand_id: str) -> Body | None:
        """Somebody's claim, for those who may see more than their own."""
        if self.dice.random() < 0.5:
            return None
        answer = await self.who.get(f"/demands/{demand_id}/claims")
        found: list[Body] = answer.json()["items"] if answer.status_code == 200 else []
        return self.dice.choice(found) if found else None

    async def do(self, action: str, path: str, body: Body) -> ANSWER:
        """Ask for it; at times twice at once under one key: what was done is done once, and answered the same.

        A refusal leaves the key unused, so of two the one may be refused and the other done.
        """
        key = a_key()
        twice = self.dice.random() < TWICE
        answers = await asyncio.gather(*(insist(self.who, path, body, key=key) for _ in range(1 + twice)))
        done = [answer for answer in answers if answer.status_code < 300]
        answer = (done or answers)[0]
        if twice and done:
            done.append(await insist(self.who, path, body, key=key))
        assert {one.text for one in done} <= {answer.text}, (action, done)
        self.board.deeds.append(Deed(action, path, self.account, body, answer))
        return answer

    def body(self, action: str) -> Body:
        """What goes with an action."""
        dice = self.dice
        match action:
            case "dispatch" if dice.random() < 0.2:
                return {"mode": "assigned", "slots": 2, "member_ids": dice.sample(self.board.members, 2)}
            case "dispatch":
                return {"mode": "open", "slots": dice.randint(1, 3), "again": True, **dice.choice(self.board.windows)}
            case "claim" | "accept" | "contact" | "arrive" | "confirm" | "join" | "finish":
                return {}
            case "complete":
                return {"minutes": dice.randint(1, 30), "outcome": dice.choice(("done", "done", "partial"))}
            case "evaluate":
                channel = "callback" if self.keeps_desk else "filer"
                return {"stars": 3, "resolved": dice.random() < 0.5, "channel": channel}
            case "supplement":
                return {"description": "三单元。"}
            case "merge":
                return {"into_id": dice.choice(self.board.demands)}
            case "close":
                return REASON | {"result": "handled"}
            case "transfer":
                return REASON | {"region_code": NEIGHBOUR}
        return REASON
