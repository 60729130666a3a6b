"""Personal columns are ciphertext to whoever has the database and not the keys."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import app.main  # noqa: F401 - brings in every model
from app.kit import db, sealing
from app.kit.crypto import Keyring, Undecipherable
from app.kit.db import Base
from app.kit.sealing import Blind, Prefixes, Sealed, begins, finds, index_of
from tests.conftest import KEYRING, Server

OLD, NEW = "an old secret of the tests, 01234", "a new secret of the tests, 0123456"
PHONE, NAME = "13800000009", "欧阳建国"


class Sheet(DeclarativeBase):
    pass


class Card(Sheet):
    """A table of these tests."""

    __tablename__ = "cards"
    __table_args__ = {"prefixes": ["TEMPORARY"]}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(Sealed("cards.name"))
    beginnings: Mapped[object] = mapped_column(Prefixes("cards.name"), nullable=True)
    phone: Mapped[str | None] = mapped_column(Sealed("cards.phone", findable=True))
    phone_index: Mapped[bytes | None] = index_of("cards.phone")
    lng: Mapped[float | None] = mapped_column(Sealed("cards.lng", float))


@pytest.fixture
async def cards(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session whose connection has the table for as long as it lasts."""
    async with engine.connect() as connection, connection.begin() as outer:
        await connection.run_sync(Sheet.metadata.create_all)
        async with AsyncSession(connection) as session:
            yield session
        await outer.rollback()


async def put(session: AsyncSession, **card: object) -> None:
    """Write one card."""
    await session.execute(insert(Card).values(**card))


async def ids(session: AsyncSession, *where: object) -> list[int]:
    """Which cards are found."""
    return list(await session.scalars(select(Card.id).where(*where).order_by(Card.id)))  # type: ignore[arg-type]


async def test_what_is_written_is_read_again_and_nothing_stays_nothing(cards: AsyncSession) -> None:
    await put(cards, id=1, name=NAME, phone=PHONE, lng=-116.397128)
    await put(cards, id=2)
    found = (await cards.execute(select(Card.name, Card.phone, Card.lng).order_by(Card.id))).all()
    assert [tuple(row) for row in found] == [(NAME, PHONE, -116.397128), (None, None, None)]
    assert await ids(cards, Card.phone.is_(None)) == [2]


async def test_what_is_stored_shows_nothing_and_differs_each_time(cards: AsyncSession) -> None:
    for number in (1, 2):
        await put(cards, id=number, name=NAME, phone=PHONE, lng=116.3)
    rows = (await cards.execute(text("SELECT name, phone, lng FROM cards"))).all()
    assert len({value for row in rows for value in row}) == 6
    for value in (value for row in rows for value in row):
        assert not any(plain.encode() in value for plain in (NAME, PHONE, "116.3"))


async def test_a_phone_is_found_by_its_whole_and_a_name_by_its_beginning(cards: AsyncSession) -> None:
    await put(cards, id=1, name=NAME, beginnings=NAME, phone=PHONE)
    await put(cards, id=2, name="欧阳", beginnings="欧阳", phone=PHONE)
    await put(cards, id=3)
    assert await ids(cards, finds(Card.phone_index, PHONE)) == [1, 2]
    assert await ids(cards, finds(Card.phone_index, PHONE[:-1])) == []
    assert await ids(cards, finds(Card.phone_index, None)) == []
    assert await ids(cards, begins(Card.beginnings, "欧阳")) == [1, 2]
    assert await ids(cards, begins(Card.beginnings, NAME)) == [1]
    for other in ("阳", "欧阳建国2", "", "%"):
        assert await ids(cards, begins(Card.beginnings, other)) == []


async def test_comparing_a_sealed_column_itself_is_refused() -> None:
    for compare in (
        lambda: Card.phone == PHONE,
        lambda: Card.phone.in_([PHONE]),
        lambda: Card.name.startswith("欧"),
        Card.name.desc,
    ):
        with pytest.raises(TypeError, match="blind index"):
            compare()


async def test_an_engine_without_keys_says_so(server: Server, shared_database: str) -> None:
    engine = db.connect(server.url("app", shared_database), pool_size=1)
    async with engine.connect() as connection:
        with pytest.raises(StatementError, match="without a keyring"):
            await connection.execute(select(bindparam("value", PHONE, Sealed("cards.phone"))))
    await engine.dispose()


def test_after_a_rotation_old_values_are_still_read_and_found() -> None:
    before, after, column = Keyring(OLD), Keyring(NEW, (OLD,)), Sealed("cards.phone", findable=True)
    sealed = column.seal(before, PHONE)
    assert column.unseal(after, sealed) == PHONE
    assert column.seal(after, PHONE)[:4] == after.key_id != sealed[:4]
    blinds = sealing.blinds(after, "cards.phone", PHONE)
    assert {sealed[4:20], column.seal(after, PHONE)[4:20]} == set(blinds)
    with pytest.raises(Undecipherable):
        column.unseal(Keyring(NEW), sealed)


def test_a_value_does_not_open_in_another_column_or_with_another_index() -> None:
    column = Sealed("cards.phone", findable=True)
    sealed = column.seal(KEYRING, PHONE)
    with pytest.raises(Undecipherable):
        Sealed("people.phone", findable=True).unseal(KEYRING, sealed)
    for at in range(len(sealed)):
        with pytest.raises(Undecipherable):
            column.unseal(KEYRING, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        with pytest.raises(Undecipherable):
            column.unseal(KEYRING, sealed[:at])


def test_every_personal_column_is_sealed_under_its_own_name() -> None:
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    personal = [column for column in columns if column.info.get("personal")]
    assert len(personal) > 15
    assert [str(column) for column in personal if not isinstance(column.type, Sealed)] == []
    sealed = {str(column): column.type for column in columns if isinstance(column.type, Sealed)}
    assert {str(column) for column in personal} == sealed.keys()
    assert all(kind.name == name for name, kind in sealed.items())
    indexed = {str(column): column.type.name for column in columns if isinstance(column.type, Blind)}
    assert indexed == {f"{name}_index": name for name, kind in sealed.items() if kind.findable}
