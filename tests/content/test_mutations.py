"""Whatever a file's bytes are, it is refused for a reason that we name, or comes out as what we give."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from app.content.child import work
from app.content.refused import Fault
from app.content.sniffing import ENOUGH, VOICES, Form, sniff
from tests.content import making

EDGE, THUMBNAIL_EDGE, MOST_SECONDS = 256, 64, 60
MODELS = {
    Form.JPEG: making.talkative_jpeg(),
    Form.PNG: making.talkative_png(),
    Form.WEBP: making.talkative_webp(),
    Form.HEIF: making.talkative_heic(),
    Form.MP3: making.talkative_mp3(),
    Form.M4A: making.m4a(),
}


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A real file with some bytes changed, mostly early ones, where the headers are, and perhaps cut short."""
    data = bytearray(draw(st.sampled_from(list(MODELS.values()))))
    early, anywhere = st.integers(0, min(len(data), 256) - 1), st.integers(0, len(data) - 1)
    for at in draw(st.lists(early | anywhere, max_size=8)):
        data[at] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.none() | anywhere)])


def outcome(data: bytes, form: Form) -> tuple[dict[str, object], list[bytes]]:
    facts, variants = work(io.BytesIO(data), form, EDGE, THUMBNAIL_EDGE, MOST_SECONDS)
    return dict(facts), variants


@given(st.binary(max_size=ENOUGH) | mutated().map(lambda data: data[:ENOUGH]), st.integers(0, ENOUGH))
@settings(max_examples=1000)
def test_any_first_bytes_are_a_form_or_none(head: bytes, size: int) -> None:
    assert sniff(head[:size]) in {None, *Form}


def test_the_models_are_taken() -> None:
    for form, data in MODELS.items():
        assert sniff(data[:ENOUGH]) == form
        facts, variants = outcome(data, form)
        assert "refused" not in facts
        assert variants


@given(mutated(), st.sampled_from([None, None, None, *Form]))
@settings(max_examples=1500)
def test_a_changed_file_is_refused_by_name_or_comes_out_clean(data: bytes, promised: Form | None) -> None:
    form = promised or sniff(data[:ENOUGH])
    if form is None:
        return
    facts, variants = outcome(data, form)
    if "refused" in facts:
        assert (facts["refused"] in set(Fault), variants) == (True, [])
    elif form in VOICES:
        assert [sniff(variant[:ENOUGH]) for variant in variants] == [form]
        assert isinstance(facts["seconds"], float | int)
        assert 0 <= facts["seconds"] <= MOST_SECONDS
    else:
        assert {sniff(variant[:ENOUGH]) for variant in variants} == {Form.JPEG}
