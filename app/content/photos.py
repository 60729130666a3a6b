"""A photo decoded and written anew, so that nothing survives but its pixels. Runs in the child process only."""

import io
import math
from datetime import datetime
from typing import Any, BinaryIO

import pillow_heif
from PIL import ExifTags, Image, ImageCms

from app.content.refused import Fault, Refused
from app.content.sniffing import Form
from app.kit.clock import CHINA

MOST_PIXELS = 50_000_000
"""Counted from the header, before anything is decoded."""
QUALITY = 82
WHITE = (255, 255, 255)
BUDGET = 504 << 20
"""Bytes that decoding may take: what the child has, less what it is itself."""
DECODING = {Form.WEBP: 22.9, Form.HEIF: 10.5, Form.PNG: 10.5, Form.JPEG: 7.0}
"""Bytes a pixel that are needed at once, as measured where no strip can be shrunk: of a HEIF in tiles, as phones write
it, and turned; of a transparent PNG; of a printer's JPEG."""
PROGRESSIVE_PLANE = 3.1
"""The same of each plane of a progressive JPEG, whose coefficients are all kept."""
FINE_HEIF, DEEP_HEIF = 12.7, 18.5
"""The same of a HEIF with finer colours than 4:2:0, of 8 bits and of more; transparency adds a plane."""
STRIP = 256
"""Rows that are brought to other colours and averaged at once, so that only they are there twice."""
CAN_MOVE = frozenset({Form.PNG, Form.WEBP})
"""A JPEG with several pictures holds depth or previews of one; a HEIF opens at its primary picture."""
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes an EXIF orientation."""


def reencode(source: BinaryIO, form: Form, edge: int, thumbnail_edge: int) -> tuple[dict[str, Any], list[bytes]]:
    """What is known of a photo, and its two variants as JPEG; raises `Refused`."""
    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)  # each more has memory of its own
    Image.MAX_IMAGE_PIXELS = None  # the limit below is ours, and lower
    image = Image.open(source, formats=[form])
    if image.width * image.height > _most_pixels(image, form):
        raise Refused(Fault.TOO_MANY_PIXELS)
    if form in CAN_MOVE and getattr(image, "is_animated", False):
        raise Refused(Fault.ANIMATED)
    exif = _exif(image)
    profile = image.info.get("icc_profile")
    full = _upright(_flat(_shrunk(image, edge), profile), exif.get(ExifTags.Base.Orientation))
    small = _shrunk(full.copy(), thumbnail_edge)
    facts = {"width": full.width, "height": full.height, **_taken(exif)}
    return facts, [_written(full), _written(small)]


def _most_pixels(image: Image.Image, form: Form) -> int:
    """How many pixels such a photo may have, so that its decoder stays within what the child has."""
    cost = DECODING[form]
    if form == Form.JPEG and image.info.get("progressive"):
        cost = PROGRESSIVE_PLANE * len(image.getbands())
    if form == Form.HEIF:
        if image.info.get("chroma", 420) != 420:
            cost = DEEP_HEIF if image.info["bit_depth"] > 8 else FINE_HEIF
        cost *= 4 / 3 if image.has_transparency_data else 1
    return min(MOST_PIXELS, int(BUDGET / cost))


def _shrunk(image: Image.Image, edge: int) -> Image.Image:
    longest = max(image.size)
    wanted = (2 * edge * image.width // longest, 2 * edge * image.height // longest)
    image.draft(None, wanted)  # a JPEG's decoder shrinks by itself
    image = _reduced(image, max(image.size) // (2 * edge))
    image.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return image


def _reduced(image: Image.Image, times: int) -> Image.Image:
    """A photo so many times smaller each way, made strip by strip; as a mode whose pixels can be averaged."""
    if times < 2:
        return _plain(image)
    rows = STRIP * times
    strips = [
        _plain(image.crop((0, top, image.width, min(top + rows, image.height)))).reduce(times)
        for top in range(0, image.height, rows)
    ]
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for number, strip in enumerate(strips):
        whole.paste(strip, (0, number * STRIP))
    whole.info = dict(image.info)
    return whole


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "RGBA", "L", "LA", "CMYK"):
        image.load()
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _flat(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Opaque, in sRGB, and a new picture: what else the file said hung on the old one."""
    flat = Image.new("RGB", image.size, WHITE)
    mask = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    flat.paste(_in_srgb(image, profile), mask=mask)
    return flat


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            found = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):  # a profile that is wrong is as none
            found = None
        if found is not None:
            return found
    return image.convert("RGB")


def _upright(image: Image.Image, orientation: Any) -> Image.Image:
    turn = TURNS.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def _written(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _exif(image: Image.Image) -> Image.Exif:
    try:
        return image.getexif()
    except Exception:
        return Image.Exif()


def _taken(exif: Image.Exif) -> dict[str, Any]:
    """When and where the photo says it was taken, as far as it makes sense."""
    try:
        inner, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
        found = {"taken_at": _moment(inner), **_place(gps)}
    except Exception:
        return {}
    return {name: value for name, value in found.items() if value is not None}


def _moment(exif: dict[int, Any]) -> str | None:
    said = exif.get(ExifTags.Base.DateTimeOriginal)
    if not isinstance(said, str):
        return None
    offset = str(exif.get(ExifTags.Base.OffsetTimeOriginal) or "").strip("\0 ")
    local = datetime.strptime(said.strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=CHINA)
    return (datetime.fromisoformat(f"{local:%Y-%m-%dT%H:%M:%S}{offset}") if offset else local).isoformat()


def _place(gps: dict[int, Any]) -> dict[str, float]:
    sides = {"lat": (ExifTags.GPS.GPSLatitude, b"S", 90), "lng": (ExifTags.GPS.GPSLongitude, b"W", 180)}
    found = {}
    for name, (tag, negative, most) in sides.items():
        if tag not in gps:
            return {}
        degrees, minutes, seconds = (float(part) for part in gps[tag])
        value = degrees + minutes / 60 + seconds / 3600
        if not (math.isfinite(value) and 0 <= value <= most):
            return {}
        side = gps.get(tag - 1, "")
        found[name] = -value if side in (negative, negative.decode()) else value
    return found
