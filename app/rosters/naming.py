"""Places and organizations as people write them: by code, by name, or by a path of names."""

import re
import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.workbooks.columns import narrow
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.regions import queries as regions
from app.rosters.reach import Reach
from app.rosters.rows import Wrong

CODE = re.compile(r"[0-9]{2,12}(-[0-9]{2})*")
BETWEEN = re.compile(r"\s*[/／>＞]\s*")


def steps(written: str) -> tuple[str, ...]:
    """The names of a path, the uppermost first."""
    return tuple(BETWEEN.split(written))


class Places:
    """The regions that a file names."""

    def __init__(self, known: set[str], codes_of: dict[str, list[str]]) -> None:
        self._known, self._codes_of = known, codes_of

    def code(self, written: str) -> str:
        """The code of a region; raises `Wrong`."""
        if CODE.fullmatch(code := narrow(written)):
            if code not in self._known:
                raise Wrong(f"没有区域 {code}")
            return code
        found = self._codes_of.get(written, [])
        if len(found) == 1:
            return found[0]
        raise Wrong(f"有多个区域名为“{written}”，请填区域代码" if found else f"没有区域“{written}”，请填区域代码")


async def places(
    session: AsyncSession, reach: Reach, written: Iterable[str], within: Sequence[str] | None = None
) -> Places:
    """Everything that may be meant: codes of everywhere, names of one's own regions only, or `within` others."""
    words = {one for one in written if one}
    codes = {code for one in words if CODE.fullmatch(code := narrow(one))}
    codes_of: dict[str, list[str]] = {}
    for code, name in await regions.named(session, words - codes, reach.regions if within is None else within):
        codes_of.setdefault(name, []).append(code)
    return Places(set(await regions.names(session, codes)), codes_of)


class Bodies:
    """The organizations that a file names, with their paths of names."""

    def __init__(self, found: dict[uuid.UUID, Organization], reach: Reach) -> None:
        self._reach = reach
        self.by_code = {one.external_code: one for one in found.values() if one.external_code}
        self.names = {one.id: _names(one, found) for one in found.values()}
        self._called: dict[str, list[Organization]] = {}
        for one in found.values():
            self._called.setdefault(one.name, []).append(one)

    def at(self, path: tuple[str, ...]) -> Organization | None:
        """The organization with exactly this path of names."""
        return next((one for one in self._called.get(path[-1], []) if self.names[one.id] == path), None)

    def find(self, written: str) -> Organization:
        """By its code, or by as much of its path as tells it apart, first among one's own; raises `Wrong`."""
        if found := self.by_code.get(narrow(written)):
            return found
        path = steps(written)
        meant = [one for one in self._called.get(path[-1], []) if self.names[one.id][-len(path) :] == path]
        own = [one for one in meant if self._reach.holds(one)] or meant
        if len(own) == 1:
            return own[0]
        raise Wrong(f"有多个组织名为“{written}”，请写全路径或编码" if own else f"没有组织“{written}”")


def _names(organization: Organization, found: dict[uuid.UUID, Organization]) -> tuple[str, ...]:
    return tuple(found[uuid.UUID(step)].name for step in organization.path.split(".")[:-1])


async def bodies(session: AsyncSession, reach: Reach, written: Iterable[str]) -> Bodies:
    """Everything that may be meant by codes, names and paths."""
    words = {word for one in written if one for word in (steps(one)[-1], narrow(one))}
    return Bodies(await organizations.called(session, words), reach)
