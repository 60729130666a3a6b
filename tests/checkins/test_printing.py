"""A poster is read back: its code by a reader of QR codes, its words as text, on a machine without Chinese fonts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from app.checkins import printing, qr
from app.checkins.models import PlacePurpose
from app.checkins.posters import Poster
from app.checkins.wording import NO_PHONE, OF_PURPOSE
from tests.checkins.places import a_place
from tests.client import refusal
from tests.demands.world import World

URL = "https://yihu.bajiao.example.gov.cn/q/P8F3K2Q7M5R1TABCDEFGHJKMNP"
DPI_100 = 100 / 72


def a_poster(purpose: PlacePurpose = PlacePurpose.ENROLL, **said: Any) -> Poster:
    usual: dict[str, Any] = {
        "community": "八角南路社区",
        "whole_name": "石景山区八角街道八角南路社区",
        "name": "党群服务中心",
        "address": "八角南路5号楼",
        "url": URL,
        "number": "8F3K-2Q7M-5R1T",
        "version": 2,
        "made_at": datetime(2026, 11, 27, 18, tzinfo=UTC),
        "expires_at": datetime(2027, 6, 30, tzinfo=UTC),
    }
    return Poster(purpose=purpose, **usual | said)


@contextmanager
def opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(content)
    try:
        yield document
    finally:
        document.close()


def picture(page: pypdfium2.PdfPage) -> Image.Image:
    made = page.render(scale=DPI_100).to_pil()
    assert isinstance(made, Image.Image)
    return made


def words(page: pypdfium2.PdfPage) -> str:
    """The text of a page without its gaps."""
    return "".join(page.get_textpage().get_text_range().split())


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("purpose", PlacePurpose)
def test_a_readers_eye_finds_the_address_in_full_size_half_size_grey_and_black_and_white(purpose: PlacePurpose) -> None:
    with opened(printing.pdf([a_poster(purpose)])) as document:
        whole = picture(document[0])
        half = whole.resize((whole.width // 2, whole.height // 2))
        copied = whole.convert("L").point(lambda grey: 255 if grey > 128 else 0)
        for seen in (whole, half, whole.convert("L"), half.convert("L"), copied, whole.rotate(7, fillcolor="white")):
            assert read(seen) == [URL]


@pytest.mark.parametrize("purpose", PlacePurpose)
def test_the_words_are_text_and_the_font_is_in_the_file(purpose: PlacePurpose) -> None:
    content = printing.pdf([a_poster(purpose)])
    assert b"/FontFile3" in content
    with opened(content) as document:
        found = words(document[0])
    steps = [part for step in OF_PURPOSE[purpose].steps for part in step]
    for said in ("石景山区八角街道八角南路社区", "党群服务中心", "八角南路5号楼", OF_PURPOSE[purpose].heading, *steps):
        assert "".join(said.split()) in found
    for said in (NO_PHONE, "编号8F3K-2Q7M-5R1T", "第2版·2026-11-28制·有效期至2027-06-30"):
        assert said in found


def test_every_letter_of_a_poster_has_a_picture(caplog: pytest.LogCaptureFixture) -> None:
    for purpose in PlacePurpose:
        printing.pdf([a_poster(purpose)])
    assert "missing" not in caplog.text


def test_a_batch_has_a_page_of_each_and_stays_small() -> None:
    urls = [f"{URL[:-1]}{last}" for last in "ABCDEFGHJK"]
    content = printing.pdf([a_poster(url=url) for url in urls])
    assert len(printing.pdf([a_poster()])) < 60_000
    assert len(content) < 150_000
    with opened(content) as document:
        assert [read(picture(page)) for page in document] == [[url] for url in urls]


def test_a_long_name_is_made_smaller_and_stays_on_the_sheet() -> None:
    long: dict[str, Any] = {"whole_name": "黔东南苗族侗族自治州" * 3, "name": "名" * 40, "address": "址" * 60}
    with opened(printing.pdf([a_poster(**long)])) as document:
        image = picture(document[0]).convert("L")
        found = words(document[0])
        assert read(image) == [URL]
    assert all(said in found for said in long.values())
    below_the_band = image.crop((0, int(66 * 72 / 25.4 * DPI_100), 20, image.height))
    assert below_the_band.getextrema() == (255, 255)


def test_a_code_stands_a_quarter_of_dirt() -> None:
    """Error correction Q, which is better than M; and four modules of white around it."""
    with opened(printing.pdf([a_poster()])) as document:
        image = picture(document[0])
    side = printing.CODE / 25.4 * 100
    left, top = image.width / 2 - side / 2, printing.CODE_TOP / 25.4 * 100
    module = side / (len(qr.modules(URL)) + 2 * qr.QUIET)
    edge = module * (qr.QUIET - 0.5)
    around = image.convert("L").crop((round(left), round(top), round(left + side), round(top + side)))
    around.paste("white", (round(edge), round(edge), round(side - edge), round(side - edge)))
    assert around.getextrema() == (255, 255)
    spot = round(side / 7)
    middle = round(left + side / 2), round(top + side / 2)
    image.paste("white", (middle[0] - spot, middle[1] - spot, middle[0] + spot, middle[1] + spot))
    assert read(image) == [URL]


async def test_a_desk_prints_one_and_several(world: World) -> None:
    made = [await a_place(world.desk), await a_place(world.desk, purpose="file", name="一号楼")]
    answer = await world.desk.get("/places/posters", place_id=[one["id"] for one in made])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    with opened(answer.content) as document:
        assert [read(picture(page)) for page in document] == [[one["url"]] for one in made]
        assert "居民点单" in words(document[1])
    absent = "00000000-0000-7000-8000-000000000000"
    refused = await world.desk.get("/places/posters", place_id=[made[0]["id"], absent])
    assert refusal(refused) == (404, "not_found")
