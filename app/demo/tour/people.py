"""The people of the tour: whoever is needed signs in, and nobody is asked twice in one tour."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.demo import people, seeding, staff
from app.demo.districts import DISTRICTS, District
from app.demo.tour.client import Answer, Failed, Json, Server

LEFT_ALONE = 100
"""So many first members of each district are for people who try the demo by hand."""


@dataclass(eq=False)
class Person:
    """Somebody signed in; `account` and `member` are what the server says of them."""

    server: Server
    name: str
    token: str
    account: Json
    member: Json | None = None
    roles: list[Json] = field(default_factory=list)

    @property
    def organization_id(self) -> str:
        """The organization that a liaison speaks for."""
        return str(next(role["organization_id"] for role in self.roles if role["role"] == "liaison"))

    @property
    def member_id(self) -> str:
        """Who they are on the roster; raises `Failed` where they are nobody."""
        if self.member is None:
            raise Failed(f"{self.name} 应当是党员 must be a member", self.account)
        return str(self.member["id"])

    async def get(self, path: str, **query: str | int) -> Any:
        """The body of an answer, which must be a 2xx."""
        return (await self.server.ask("GET", path, token=self.token, query=query)).must()

    async def try_post(self, path: str, **body: object) -> Answer:
        """Whatever the server answers."""
        return await self.server.ask("POST", path, token=self.token, body=body)

    async def post(self, path: str, **body: object) -> Json:
        """The body of an answer, which must be a 2xx."""
        answer: Json = (await self.try_post(path, **body)).must()
        return answer

    async def upload(self, data: bytes, path: str = "/files", **query: str) -> Json:
        """What the server says of a photo, a voice note or a table that it took in."""
        taken: Json = (await self.server.ask("POST", path, token=self.token, file=data, query=query)).must()
        return taken

    async def pages(self, path: str, **query: str) -> list[Json]:
        """Everything on a list."""
        found: list[Json] = []
        more: dict[str, str] | None = {}
        while more is not None:
            page = await self.get(path, limit=100, **query, **more)
            found += page["items"]
            more = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        return found

    async def put(self, path: str, **body: object) -> Json:
        """The body of an answer, which must be a 2xx."""
        answer: Json = (await self.server.ask("PUT", path, token=self.token, body=body)).must()
        return answer


class People:
    """Signs people in: residents by name, staff by username, members by their numbers from `offset` on."""

    def __init__(self, server: Server, offset: int, welcome: Callable[[Person], Awaitable[None]]) -> None:
        self.server = server
        self._welcome = welcome
        """Called for everybody who may serve, before they do."""
        self._staff: dict[str, asyncio.Task[Person]] = {}
        self._numbers = {district.key: _rotated(district, offset) for district in DISTRICTS}

    async def resident(self, name: str, home: str, nickname: str) -> Person:
        """A resident at home in a community."""
        person = await self._with_wechat(name)
        me = await person.put("/me", home_region_code=home, nickname=nickname)
        person.name = nickname
        _must(me["home_region_code"] == home and me["member"] is None, "居民资料 a resident's profile", me)
        await self._welcome(person)
        return person

    async def member(self, district: District, skills: Sequence[str] = ()) -> Person:
        """The next member of a district who can do one of the things that are wanted."""
        numbers = self._numbers[district.key]
        for _ in range(len(numbers)):
            number = numbers.popleft()
            if not skills or set(skills) & set(people.skills(number)):
                return await self._as_member(district, number)
            numbers.append(number)
        raise Failed(f"{district.name} 没有可用的党员 no members left with {list(skills)}")

    async def members_of(self, district: District, unit: str, count: int) -> list[Person]:
        """So many members of one unit."""
        every, first = seeding.numbers_of(district, unit)
        free = [number for number in self._numbers[district.key] if number % every == first][:count]
        for number in free:
            self._numbers[district.key].remove(number)
        return [await self._as_member(district, number) for number in free]

    async def on_roster(self, desk: Person, district: District) -> str:
        """The id of the next member of a district, who need not sign in: a desk finds them by their phone."""
        number = self._numbers[district.key].popleft()
        found = (await desk.get("/members", q=people.phone(district, number)))["items"]
        _must([one["name"] for one in found] == [people.name(number)], f"{number} 号党员 on the roster", found)
        return str(found[0]["id"])

    async def _as_member(self, district: District, number: int) -> Person:
        phone = people.phone(district, number)
        person = await self._with_wechat(f"tour-{phone}")
        signed_in_before = person.account["member_id"] is not None
        path, body = ("/me", None) if signed_in_before else ("/auth/phone", {"code": f"sandbox:{phone}"})
        answer = await self.server.ask("POST" if body else "GET", path, token=person.token, body=body)
        me = answer.must()
        person.name, person.member = people.name(number), me["member"]
        right = person.member is not None and person.member["name"] == person.name
        _must(right, f"{phone} 应当成为 {person.name} must become them (serve --demo?)", me)
        await self._welcome(person)
        return person

    async def staff(self, username: str) -> Person:
        """Somebody of the staff; signed in once, however many cases ask at once."""
        if username not in self._staff:
            self._staff[username] = asyncio.create_task(self._with_password(username))
        return await self._staff[username]

    async def desk(self, region_code: str) -> Person:
        """The dispatcher of a region."""
        return await self.staff(staff.desk(region_code))

    async def liaison(self, name: str) -> Person:
        """The liaison of a unit."""
        return await self.staff(staff.liaison(name))

    async def with_phone(self, name: str, phone: str) -> Person:
        """Somebody with a verified phone, who is on no roster."""
        person = await self._with_wechat(name)
        await person.post("/auth/phone", code=f"sandbox:{phone}")
        return person

    async def _with_wechat(self, name: str) -> Person:
        answer = await self.server.ask("POST", "/auth/wechat", body={"code": f"sandbox:{name}"})
        pair = answer.must()
        return Person(self.server, name, pair["access_token"], pair["account"])

    async def _with_password(self, username: str) -> Person:
        body = {"username": username, "password": staff.PASSWORD}
        pair = (await self.server.ask("POST", "/auth/password", body=body)).must()
        person = Person(self.server, username, pair["access_token"], pair["account"])
        person.roles = (await person.get("/me"))["roles"]
        return person


def _rotated(district: District, offset: int) -> deque[int]:
    numbers = deque(range(LEFT_ALONE + 1, district.members + 1))
    numbers.rotate(-offset)
    return numbers


def _must(right: bool, what: str, shown: object) -> None:
    if not right:
        raise Failed(what, shown)
