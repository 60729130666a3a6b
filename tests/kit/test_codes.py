"""Codes that are ours are read however they were typed; nothing else is, and none outlives its moment."""

import string
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit import codes
from app.kit.codes import Purpose, Reason, Unaccepted
from app.kit.crypto import Keyring

KEYRING = Keyring("a secret for tests only, 0123456789")
NEXT = Keyring("the next secret for tests, 0123456789", ("a secret for tests only, 0123456789",))
OTHER = Keyring("another secret for tests, 0123456789")
NOW = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
"""The first moment of a step of 20 seconds."""
NUMBER = "8F3K2Q7M5R1T"
SCENE = string.digits + string.ascii_letters + "!#$&'()*+,/:;=?@-._~"
"""The letters that WeChat takes in a `scene`."""
PRINTED = (Purpose.PLACE, Purpose.RECEIPT, Purpose.CERTIFICATE)

numbers = st.text(codes.ALPHABET, min_size=codes.NUMBER, max_size=codes.NUMBER)
purposes = st.sampled_from(Purpose)


def _reason(text: str, now: datetime = NOW, keyring: Keyring = KEYRING) -> Reason | None:
    """Why a code does not count; None where it does."""
    try:
        codes.read(keyring, text, now)
    except Unaccepted as refusal:
        return refusal.reason
    return None


@given(purposes, numbers)
def test_a_code_fits_a_scene_and_says_what_it_was_made_of(purpose: Purpose, number: str) -> None:
    text = codes.make(KEYRING, purpose, number, NOW)
    assert len(text) <= codes.LONGEST
    assert set(text) <= set(SCENE)
    code = codes.read(KEYRING, text, NOW)
    assert (code.text, code.purpose, code.number) == (text, purpose, number)


def test_numbers_are_random_and_read_out_in_groups() -> None:
    made = {codes.new_number() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(number) == codes.NUMBER and set(number) <= set(codes.ALPHABET) for number in made)
    assert codes.in_groups(NUMBER) == "8F3K-2Q7M-5R1T"


@pytest.mark.parametrize("purpose", Purpose)
def test_every_changed_character_is_noticed(purpose: Purpose) -> None:
    text = codes.make(KEYRING, purpose, NUMBER, NOW)
    for place, kept in enumerate(text):
        for letter in codes.ALPHABET.replace(kept, ""):
            assert _reason(text[:place] + letter + text[place + 1 :]) in (Reason.FORGED, Reason.NOT_OURS)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_code_cut_short_lengthened_or_reordered_is_no_code(purpose: Purpose) -> None:
    text = codes.make(KEYRING, purpose, NUMBER, NOW)
    for changed in (*(text[:end] for end in range(len(text))), text[1:], *(text + more for more in "0Z"), text + text):
        assert _reason(changed) is Reason.NOT_OURS
    for first, second in pairwise(range(len(text))):
        if text[first] != text[second]:
            swapped = text[:first] + text[second] + text[first] + text[second + 1 :]
            assert _reason(swapped) in (Reason.FORGED, Reason.NOT_OURS)


@given(st.text() | st.text(codes.ALPHABET, min_size=20, max_size=32))
def test_what_we_did_not_make_is_never_taken(text: str) -> None:
    assert _reason(text) in (Reason.NOT_OURS, Reason.FORGED)


@given(purposes, numbers, st.data())
def test_look_alikes_case_and_gaps_are_read_as_what_they_stand_for(
    purpose: Purpose, number: str, data: st.DataObject
) -> None:
    text = codes.make(KEYRING, purpose, number, NOW)
    alike = {"0": "0oO", "1": "1iIlL"}
    typed = [data.draw(st.sampled_from(alike.get(letter, letter + letter.lower()))) for letter in text]
    assert codes.read(KEYRING, data.draw(st.sampled_from(["", "-", " "])).join(typed), NOW).text == text


def test_a_letter_that_only_looks_like_one_of_ours_is_not_read_as_it() -> None:
    text = codes.make(KEYRING, Purpose.SCREEN, NUMBER, NOW)
    for alike in ("ſ", "Ｓ", "Ѕ", "5", "u"):
        assert _reason(alike + text[1:]) is Reason.NOT_OURS
        assert _reason(text + alike) is Reason.NOT_OURS


@given(numbers)
def test_a_signature_counts_for_one_purpose_and_one_secret(number: str) -> None:
    for purpose in Purpose:
        text = codes.make(KEYRING, purpose, number, NOW)
        for other in set(Purpose) - {purpose}:
            assert _reason(other + text[1:]) in (Reason.FORGED, Reason.NOT_OURS)
        assert _reason(text, keyring=OTHER) is Reason.FORGED


@pytest.mark.parametrize("purpose", Purpose)
def test_what_a_retired_secret_signed_still_counts_and_new_codes_are_of_the_new_one(purpose: Purpose) -> None:
    assert _reason(codes.make(KEYRING, purpose, NUMBER, NOW), keyring=NEXT) is None
    assert _reason(codes.make(NEXT, purpose, NUMBER, NOW), keyring=KEYRING) is Reason.FORGED


@pytest.mark.parametrize(
    ("made", "counts", "ended"),
    [(0, (0, 19, 20, 39, 39.999), (40, 41, 60)), (19, (19, 20, 39), (40, 41)), (20, (20, 39, 40, 41, 59), (60,))],
)
def test_a_rotating_code_counts_in_its_step_and_the_next(
    made: float, counts: tuple[float, ...], ended: tuple[float, ...]
) -> None:
    text = codes.make(KEYRING, Purpose.SCREEN, NUMBER, NOW + timedelta(seconds=made))
    assert [second for second in counts if _reason(text, NOW + timedelta(seconds=second))] == []
    assert {_reason(text, NOW + timedelta(seconds=second)) for second in ended} == {Reason.EXPIRED}


def test_a_rotating_code_changes_every_twenty_seconds() -> None:
    made = [codes.make(KEYRING, Purpose.SCREEN, NUMBER, NOW + timedelta(seconds=second)) for second in range(60)]
    assert [made.count(text) for text in dict.fromkeys(made)] == [20, 20, 20]


def test_a_members_code_counts_for_a_minute() -> None:
    text = codes.make(KEYRING, Purpose.MEMBER, NUMBER, NOW)
    assert [_reason(text, NOW + timedelta(seconds=second)) for second in (0, 59.999)] == [None, None]
    assert _reason(text, NOW + timedelta(seconds=60)) is Reason.EXPIRED
    assert _reason(text, NOW - timedelta(seconds=1)) is Reason.NOT_YET


@pytest.mark.parametrize("purpose", [Purpose.SCREEN, Purpose.MEMBER])
def test_a_code_of_two_hours_ago_or_ahead_is_told_apart_from_a_forged_one(purpose: Purpose) -> None:
    hours = timedelta(hours=2)
    old, ahead = (codes.make(KEYRING, purpose, NUMBER, at) for at in (NOW - hours, NOW + hours))
    assert (_reason(old), _reason(ahead)) == (Reason.EXPIRED, Reason.NOT_YET)
    with pytest.raises(Unaccepted) as refused:
        codes.read(KEYRING, old, NOW)
    assert refused.value.code is not None
    assert (refused.value.code.number, refused.value.code.since) == (NUMBER, NOW - hours)


@pytest.mark.parametrize("purpose", PRINTED)
def test_what_is_printed_does_not_end_by_itself(purpose: Purpose) -> None:
    text = codes.make(KEYRING, purpose, NUMBER)
    assert _reason(text, datetime.max.replace(tzinfo=UTC)) is None


def test_a_code_is_made_of_a_whole_number_and_where_it_ends_of_a_moment() -> None:
    for number in (NUMBER[:-1], NUMBER + "0", NUMBER.lower(), "O" * codes.NUMBER):
        with pytest.raises(ValueError, match="not a number"):
            codes.make(KEYRING, Purpose.PLACE, number)
    with pytest.raises(ValueError, match="moment"):
        codes.make(KEYRING, Purpose.SCREEN, NUMBER)
