"""What is kept of things, by their versions."""

import uuid

from app.kit.kept import Kept

ONE, TWO, THREE = (uuid.UUID(int=number) for number in range(1, 4))


def test_only_what_was_made_of_the_same_version_is_found() -> None:
    kept: Kept[str] = Kept(2)
    assert kept.put(ONE, "1", "first") == kept.get(ONE, "1") == "first"
    assert kept.get(ONE, "2") is None
    kept.put(ONE, "2", "second")
    assert (kept.get(ONE, "1"), kept.get(ONE, "2")) == (None, "second")


def test_no_more_is_kept_than_was_said_and_what_changed_last_stays() -> None:
    kept: Kept[int] = Kept(2)
    for thing, version in ((ONE, 1), (TWO, 1), (ONE, 2), (THREE, 1)):
        kept.put(thing, version, version)
    assert [kept.get(ONE, 2), kept.get(TWO, 1), kept.get(THREE, 1)] == [2, None, 1]
