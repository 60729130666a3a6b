"""Nothing but pixels and sound comes out of an upload, and nothing odd gets in."""

import io
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from app.content import photos
from app.content.models import MediaType, Variant
from app.content.reencoding import WAITING, Bounds, Clean, Workshop
from app.content.sniffing import ENOUGH, Form, sniff
from app.kit.errors import InvalidRequest, Unavailable
from app.policies.defaults import Key
from tests.content import making
from tests.content.making import SECRET

BOUNDS = Bounds(edge=640, seconds=60)
IN_A_PLAIN_JPEG = {0xD8, 0xE0, 0xDB, 0xC0, 0xC4, 0xDA, 0xD9}
"""Start, JFIF, tables, frame, scan, end: no application data, no comment."""


async def cleaned(data: bytes, bounds: Bounds = BOUNDS) -> Clean:
    """What the workshop makes of an upload."""
    form = sniff(data[:ENOUGH])
    assert form is not None
    with tempfile.TemporaryFile() as source:
        source.write(data)
        source.flush()
        return await Workshop().reencode(source, form, bounds)


async def fault(data: bytes, bounds: Bounds = BOUNDS) -> str:
    """The code of a refusal."""
    if sniff(data[:ENOUGH]) is None:
        return "unsupported_file"
    with pytest.raises(InvalidRequest) as refused:
        await cleaned(data, bounds)
    return refused.value.errors[0].code


def segments(data: bytes) -> list[int]:
    """The markers of a JPEG up to its scan, and whether the end is the end."""
    assert data.startswith(b"\xff\xd8")
    found, at = [0xD8], 2
    while found[-1] != 0xDA:
        assert data[at] == 0xFF
        found.append(data[at + 1])
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    assert data.endswith(b"\xff\xd9")
    assert data.index(b"\xff\xd9", at) == len(data) - 2
    return [*found, 0xD9]


@pytest.mark.parametrize(
    "make",
    [
        making.talkative_jpeg,
        making.talkative_png,
        making.talkative_webp,
        making.talkative_heic,
        making.jpeg_and_zip,
        making.jpeg_and_html,
    ],
)
async def test_no_byte_of_metadata_is_in_any_variant_of_a_photo(make: Callable[[], bytes]) -> None:
    assert SECRET in make()
    clean = await cleaned(make())
    assert clean.media_type == MediaType.JPEG
    assert set(clean.variants) == set(Variant)
    for data in clean.variants.values():
        assert SECRET not in data
        assert set(segments(data)) <= IN_A_PLAIN_JPEG
        assert set(Image.open(io.BytesIO(data)).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    ("orientation", "size", "top_left"),
    [(1, (64, 48), "red"), (3, (64, 48), "blue"), (6, (48, 64), "red"), (8, (48, 64), "blue")],
)
async def test_a_photo_stands_upright(orientation: int, size: tuple[int, int], top_left: str) -> None:
    for data in (
        making.talkative_jpeg(orientation),
        making.png(exif=making.exif(orientation)),
        making.webp(exif=making.exif(orientation), lossless=True),
    ):
        clean = await cleaned(data)
        assert (clean.width, clean.height) == size
        for variant in clean.variants.values():
            pixel = Image.open(io.BytesIO(variant)).convert("RGB").getpixel((2, 2))
            assert isinstance(pixel, tuple)
            assert (pixel[0] > 128) == (top_left == "red")


async def test_a_large_photo_is_made_small_enough_and_a_small_one_stays() -> None:
    large = await cleaned(making.jpeg(making.picture(1600, 1200)))
    assert (large.width, large.height) == (640, 480)
    assert Image.open(io.BytesIO(large.variants[Variant.THUMBNAIL])).size == (320, 240)
    small = await cleaned(making.jpeg(making.picture(64, 48)))
    assert (small.width, small.height) == (64, 48)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
async def test_every_kind_of_pixels_becomes_a_photo_on_white(mode: str) -> None:
    image = Image.new(mode, (64, 48)) if mode == "I;16" else making.picture(mode=mode)
    assert (await cleaned(making.png(image))).width == 64
    clear = await cleaned(making.png(Image.new("RGBA", (64, 48), (0, 0, 0, 0))))
    assert Image.open(io.BytesIO(clear.variants[Variant.FULL])).getpixel((5, 5)) == (255, 255, 255)


async def test_a_printers_photo_and_one_with_a_preview_are_photos_too() -> None:
    assert (await cleaned(making.jpeg(making.picture(mode="CMYK")))).width == 64
    with_preview = io.BytesIO()
    making.picture().save(with_preview, "MPO", save_all=True, append_images=[making.picture(32, 24)])
    assert (await cleaned(with_preview.getvalue())).width == 64


ODD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "unsupported_file"),
    "one byte": (lambda: b"\xff", "unsupported_file"),
    "zeros": (lambda: bytes(1000), "unsupported_file"),
    "text": ("十二号楼下水道".encode, "unsupported_file"),
    "an SVG": (lambda: making.SVG, "unsupported_file"),
    "a page": (lambda: making.HTML, "unsupported_file"),
    "a PDF": (lambda: b"%PDF-1.7\n", "unsupported_file"),
    "an archive": (lambda: b"PK\3\4" + bytes(100), "unsupported_file"),
    "a program": (lambda: b"\x7fELF" + bytes(100), "unsupported_file"),
    "a GIF of 10,000 pictures": (lambda: making.gif(10_000), "unsupported_file"),
    "a TIFF": (lambda: b"II*\0" + bytes(100), "unsupported_file"),
    "a BMP": (lambda: b"BM" + bytes(100), "unsupported_file"),
    "a sound in RIFF": (lambda: b"RIFF\0\0\0\0WAVEfmt ", "unsupported_file"),
    "an AVIF": (lambda: making.box(b"ftyp", b"avif\0\0\0\0mif1"), "unsupported_file"),
    "a film": (lambda: making.m4a(handler=b"vide"), "unsupported_file"),
    "a film of QuickTime": (lambda: making.box(b"ftyp", b"qt  \0\0\0\0"), "unsupported_file"),
    "sound of another codec": (lambda: making.m4a(codec=b"alac"), "unsupported_file"),
    "a bomb of text": (making.text_bomb, "damaged_file"),
    "a moving PNG": (lambda: making.moving("PNG"), "animated_file"),
    "a moving WebP": (lambda: making.moving("WEBP"), "animated_file"),
    "a pixel bomb": (making.pixel_bomb, "too_many_pixels"),
    "a pixel more than allowed": (lambda: making.pixel_bomb(10_000, 5_001), "too_many_pixels"),
    "a JPEG cut short": (lambda: making.jpeg()[:400], "damaged_file"),
    "a JPEG of its first bytes": (lambda: b"\xff\xd8\xff\xe0", "damaged_file"),
    "a PNG cut short": (lambda: making.png(Image.effect_noise((99, 99), 90))[:2000], "damaged_file"),
    "a PNG of its first bytes": (lambda: making.png()[:20], "damaged_file"),
    "a PNG with a false sum": (lambda: making.png()[:29] + b"\0\0\0\0" + making.png()[33:], "damaged_file"),
    "a WebP cut short": (lambda: making.webp()[:40], "damaged_file"),
    "a HEIC cut short": (lambda: making.heic()[:300], "damaged_file"),
    "a HEIC of nothing": (lambda: making.box(b"ftyp", b"heic\0\0\0\0mif1"), "damaged_file"),
    "a page that begins as a JPEG": (lambda: b"\xff\xd8\xff" + making.HTML, "damaged_file"),
    "a page that begins as a PNG": (lambda: b"\x89PNG\r\n\x1a\n" + making.HTML, "damaged_file"),
    "a page that begins as an MP3": (lambda: b"ID3" + making.HTML, "damaged_file"),
    "two frames of an MP3": (lambda: making.FRAME * 2, "damaged_file"),
    "an MP3 that is all tag": (lambda: b"ID3\4\0\0\x7f\x7f\x7f\x7f" + bytes(100), "damaged_file"),
    "an M4A without its index": (lambda: making.m4a()[:300], "damaged_file"),
    "an M4A cut short": (lambda: making.m4a()[:-30], "damaged_file"),
    "an M4A of lies": (lambda: making.m4a().replace(struct.pack(">III", 0, 4, 100), b"\xff" * 12), "damaged_file"),
    "an M4A elsewhere": (lambda: making.m4a().replace(b"url \0\0\0\1", b"url \0\0\0\0"), "unsupported_file"),
    "an MP3 too long": (lambda: making.mp3(61), "voice_too_long"),
    "an M4A too long": (lambda: making.m4a(samples=61 * 50), "voice_too_long"),
    "an MP3 that changes": (lambda: making.mp3() + making.FRAME.replace(b"\x90", b"\x94", 1) * 9, "damaged_file"),
}


@pytest.mark.parametrize("odd", ODD)
async def test_what_is_no_photo_or_voice_note_is_refused_by_its_content(odd: str) -> None:
    make, code = ODD[odd]
    assert await fault(make()) == code


PALETTE = {"transparency": 0}
PROGRESSIVE = {"progressive": True, "subsampling": 0}
PLAIN_WEBP, EXACT_WEBP = {"quality": 20, "method": 0}, {"lossless": True, "quality": 0, "method": 0}
FAST_HEIC = {"quality": 10, "enc_params": {"preset": "ultrafast"}}
MOST, OF_WEBP = 50_000_000, int(photos.BUDGET / photos.DECODING[Form.WEBP])
OF_CLEAR_HEIC = int(photos.BUDGET / (photos.DECODING[Form.HEIF] * 4 / 3))
OF_FINE_HEIC, OF_DEEP_HEIC = (int(photos.BUDGET / cost) for cost in (photos.FINE_HEIF, photos.DEEP_HEIF))
OF_PRINTERS = int(photos.BUDGET / (photos.PROGRESSIVE_PLANE * 4))
AS_USUAL = Bounds(edge=Key.PHOTO_EDGE.default, seconds=60)
"""Where a photo is too small for its strips to be shrunk, all of it is there at once, and twice if transparent."""
TURNED = making.exif(orientation=6)
AS_PHONES_DO = {"tile_size": 512, "exif": TURNED}
LARGEST: dict[str, tuple[Callable[..., bytes], str, dict[str, Any], int]] = {
    "a JPEG": (making.jpeg, "RGB", {"subsampling": 0}, MOST),
    "a printer's JPEG": (making.jpeg, "CMYK", {}, MOST),
    "a progressive JPEG": (making.jpeg, "RGB", PROGRESSIVE, MOST),
    "a printer's progressive JPEG": (making.jpeg, "CMYK", PROGRESSIVE, OF_PRINTERS),
    "a PNG": (making.png, "RGB", {}, MOST),
    "a transparent PNG": (making.png, "RGBA", {}, MOST),
    "a transparent grey PNG": (making.png, "LA", {}, MOST),
    "a PNG with a palette": (making.png, "P", PALETTE, MOST),
    "a PNG of 16 bits": (making.png, "I;16", {}, MOST),
    "a PNG in black and white": (making.png, "1", {}, MOST),
    "a WebP": (making.webp, "RGB", PLAIN_WEBP, OF_WEBP),
    "an exact, transparent WebP": (making.webp, "RGBA", EXACT_WEBP, OF_WEBP),
    "a HEIC": (making.heic, "RGB", FAST_HEIC, MOST),
    "a phone's HEIC": (making.heic, "RGB", FAST_HEIC | AS_PHONES_DO, MOST),
    "a HEIC of fine colours": (making.heic, "RGB", FAST_HEIC | AS_PHONES_DO | {"chroma": 444}, OF_FINE_HEIC),
    "a HEIC of fine colours in 10 bits": (
        making.deep_heic,
        "RGB",
        FAST_HEIC | AS_PHONES_DO | {"chroma": 444},
        OF_DEEP_HEIC,
    ),
    "a transparent HEIC": (making.heic, "RGBA", FAST_HEIC | AS_PHONES_DO, OF_CLEAR_HEIC),
}
"""How each is made, and how many pixels it may have."""
WIDTH = 10_000


def of_pixels(mode: str, most: int, more: int = 0) -> Image.Image:
    """A picture of as many whole rows as `most` pixels make, and `more`."""
    return Image.new(mode, (WIDTH, most // WIDTH + more))


@pytest.mark.parametrize("kind", LARGEST)
async def test_the_largest_photo_of_every_kind_is_taken(kind: str) -> None:
    make, mode, how, most = LARGEST[kind]
    found = await cleaned(make(of_pixels(mode, most), **how), AS_USUAL)
    assert max(found.width or 0, found.height or 0) == AS_USUAL.edge


@pytest.mark.parametrize("kind", [kind for kind in LARGEST if "HEIC" not in kind])
async def test_one_row_more_is_refused_for_its_pixels_before_it_is_decoded(kind: str) -> None:
    make, mode, how, most = LARGEST[kind]
    assert await fault(make(of_pixels(mode, most, more=1), **how)) == "too_many_pixels"


@pytest.mark.parametrize(("mode", "how"), [("RGB", {}), ("RGBA", {}), ("LA", {}), ("P", PALETTE), ("1", {}), ("L", {})])
async def test_a_photo_that_is_shrunk_strip_by_strip_is_whole(mode: str, how: dict[str, Any]) -> None:
    """Red above blue, in rows that no strip divides evenly."""
    image = Image.new("RGB", (4_001, 3_003), (255, 0, 0))
    image.paste((0, 0, 255), (0, 1_500, 4_001, 3_003))
    found = await cleaned(making.png(image.convert(mode), **how))
    assert (found.width, found.height) == (640, 480)
    full = Image.open(io.BytesIO(found.variants[Variant.FULL])).convert("L")
    column = full.resize((1, 480), Image.Resampling.BOX).tobytes()
    rows = [column[row] for row in (0, 234, 246, 479)]
    assert rows == pytest.approx([rows[0], rows[0], rows[3], rows[3]], abs=12)
    assert rows[0] - rows[3] > 20


@pytest.mark.parametrize("make", [making.talkative_mp3, lambda: making.m4a(talkative=True)])
async def test_a_voice_note_keeps_its_sound_and_nothing_else(make: Callable[[], bytes]) -> None:
    assert SECRET in make()
    clean = await cleaned(make())
    (sound,) = clean.variants.values()
    assert clean.seconds == pytest.approx(2, abs=0.03)
    for mark in (SECRET, b"SECR", b"\x11\x22\x33\x44", b"Info", b"udta"):
        assert mark not in sound
    assert sound.count(b"\x21\x10\x04\x60") == 100 or sound == making.mp3()


async def test_a_clean_voice_note_is_cleaned_to_itself() -> None:
    for data in (making.talkative_mp3(), making.m4a(talkative=True)):
        once = (await cleaned(data)).variants[Variant.FULL]
        assert (await cleaned(once)).variants[Variant.FULL] == once


async def test_who_comes_when_many_wait_is_asked_to_come_again() -> None:
    workshop = Workshop()
    workshop._waiting = WAITING
    with pytest.raises(Unavailable):
        await workshop.reencode(io.BytesIO(), sniff(making.jpeg()[:ENOUGH]), BOUNDS)  # type: ignore[arg-type]
    assert workshop._waiting == WAITING


def test_the_child_has_none_of_our_secrets_and_little_of_everything() -> None:
    """What the bounds are is what the child says of itself."""
    asked = "from app.content import child; import resource, os; child.bound(); "
    asked += "print(*(resource.getrlimit(one)[0] for one in (9, 0, 1, 4)), os.nice(0))"
    said = subprocess.run([sys.executable, "-I", "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(576 << 20), "10", str(16 << 20), "0", "5"]
