"""Photos and voice notes made in code, kind and hostile ones, each with something that must not come out again."""

import copy
import io
import struct
import zipfile
import zlib
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, PngImagePlugin

SECRET = b"SECRET-MARK"
"""Stands in every piece of metadata that the files here carry."""
pillow_heif.register_heif_opener()


def picture(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right, so that turning shows."""
    image = Image.new("RGB", (width, height), (255, 0, 0))
    image.paste((0, 0, 255), (width // 2, 0, width, height))
    return image.convert(mode)


def exif(orientation: int | None = None, **gps: Any) -> Image.Exif:
    """EXIF with a maker, a time and, unless said otherwise, the place of the Forbidden City."""
    found = Image.Exif()
    found[ExifTags.Base.Make] = SECRET.decode()
    if orientation:
        found[ExifTags.Base.Orientation] = orientation
    found.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:20 08:30:00"
    place = {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (39.0, 55.0, 2.5),
        ExifTags.GPS.GPSLongitudeRef: "E",
        ExifTags.GPS.GPSLongitude: (116.0, 23.0, 50.0),
    }
    found.get_ifd(ExifTags.IFD.GPSInfo).update(place | {ExifTags.GPS[name]: value for name, value in gps.items()})
    return found


def _saved(image: Image.Image, form: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def jpeg(image: Image.Image | None = None, **how: object) -> bytes:
    """A JPEG, plain unless told otherwise."""
    return _saved(image or picture(), "JPEG", **how)


def talkative_jpeg(orientation: int | None = None) -> bytes:
    """A JPEG with EXIF, GPS, an embedded thumbnail, XMP, IPTC, a comment and a colour profile."""
    embedded = _segment(0xE1, b"Exif\0\0" + exif(orientation).tobytes()[6:] + SECRET)
    xmp = _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET + b"</x:xmpmeta>")
    iptc = _segment(0xED, b"Photoshop 3.0\0" + SECRET)
    profile = _segment(0xE2, b"ICC_PROFILE\0\1\1" + SECRET * 20)
    plain = jpeg(comment=SECRET)
    return plain[:2] + embedded + xmp + iptc + profile + plain[2:]


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def png(image: Image.Image | None = None, **how: object) -> bytes:
    """A PNG, plain unless told otherwise."""
    return _saved(image or picture(), "PNG", **how)


def talkative_png() -> bytes:
    """A PNG with text chunks of every kind, EXIF, a time and bytes behind its end."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_text("Author", SECRET.decode(), zip=True)
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    text.add(b"tIME", struct.pack(">HBBBBB", 2026, 11, 20, 8, 30, 0))
    return png(picture(mode="RGBA"), pnginfo=text, exif=exif()) + SECRET


def webp(image: Image.Image | None = None, **how: object) -> bytes:
    """A WebP, plain unless told otherwise."""
    return _saved(image or picture(), "WEBP", **how)


def talkative_webp() -> bytes:
    """A WebP with EXIF and XMP."""
    return webp(exif=exif(), xmp=b"<x>" + SECRET + b"</x>")


def heic(image: Image.Image | None = None, **how: object) -> bytes:
    """A HEIC as a phone takes it, plain unless told otherwise."""
    return _saved(image or picture(), "HEIF", **copy.deepcopy(how))  # its writer adds to `enc_params`


def deep_heic(image: Image.Image, **how: object) -> bytes:
    """A HEIC in black of 10 bits."""
    out = io.BytesIO()
    black = bytes(6 * image.width * image.height)
    pillow_heif.from_bytes("RGB;16", image.size, black).save(out, **copy.deepcopy(how))
    return out.getvalue()


def talkative_heic() -> bytes:
    """A HEIC with EXIF and XMP."""
    return heic(exif=exif(), xmp=b"<x>" + SECRET + b"</x>")


def chunk(kind: bytes, payload: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def pixel_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few hundred kilobytes or less that would be gigabytes of pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    row = zlib.compress(bytes(1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG whose compressed text would unpack to a hundred megabytes."""
    plain = png()
    packed = zlib.compress(bytes(100 << 20), 9)
    return plain[:33] + chunk(b"zTXt", b"Comment\0\0" + packed) + plain[33:]


def gif(frames: int) -> bytes:
    """A GIF of many frames, each of one pixel."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"!\xf9\x04\0\1\0\0\0," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2D\1\0"
    return head + frame * frames + b";"


def moving(form: str) -> bytes:
    """An APNG or a WebP of two pictures."""
    return _saved(picture(), form, save_all=True, append_images=[picture().rotate(180)], duration=100)


def jpeg_and_zip() -> bytes:
    """A JPEG with an archive behind it."""
    out = io.BytesIO(jpeg())
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("run.sh", SECRET)
    return out.getvalue()


def jpeg_and_html() -> bytes:
    """A JPEG that is a page to a browser which sniffs."""
    return jpeg(comment=b"<html><script>alert(1)</script>" + SECRET)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
FRAME = struct.pack(">I", 0xFFFB9000) + bytes(413)
"""A silent frame: MPEG-1, layer 3, 128 kbit/s, 44.1 kHz, 26 ms."""


def mp3(seconds: float = 2.0) -> bytes:
    """Silence, without any tag."""
    return FRAME * round(seconds / (1152 / 44_100))


def talkative_mp3(seconds: float = 2.0) -> bytes:
    """Silence with tags before and behind it, and a frame that names the encoder."""
    text = b"TIT2" + struct.pack(">IH", len(SECRET) + 1, 0) + b"\3" + SECRET
    size = bytes((len(text) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    named = FRAME[:36] + b"Info" + SECRET + FRAME[40 + len(SECRET) :]
    return b"ID3\4\0\0" + size + text + named + mp3(seconds) + b"TAG" + SECRET.ljust(125, b"\0")


def box(kind: bytes, *parts: bytes) -> bytes:
    """One box of an MP4."""
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def m4a(
    samples: int = 100, *, talkative: bool = False, handler: bytes = b"soun", codec: bytes = b"mp4a", scale: int = 50
) -> bytes:
    """Silence in AAC, `scale` samples a second; a talkative one tells its place, its time and its maker."""
    secret = SECRET if talkative else b""
    brands = box(b"ftyp", b"M4A \0\0\0\0isom" + (b"SECR" if talkative else b""))
    udta = box(b"udta", box(b"\xa9xyz", secret), box(b"meta", bytes(4), box(b"ilst", secret)))
    extra = udta if talkative else b""
    media = secret + b"\x21\x10\x04\x60" * samples + secret
    start = len(brands) + 8 + len(secret)
    time = b"\x11\x22\x33\x44" if talkative else bytes(4)
    length = struct.pack(">II", scale, samples)
    entry = bytes(6) + b"\0\1" + bytes(8) + struct.pack(">HHII", 1, 16, 0, scale << 16)
    tables = box(
        b"stbl",
        box(b"stsd", struct.pack(">II", 0, 1), box(codec, entry, box(b"esds", bytes(26)), extra)),
        box(b"stts", struct.pack(">IIII", 0, 1, samples, 1)),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, samples, 1)),
        box(b"stsz", struct.pack(">III", 0, 4, samples)),
        box(b"stco", struct.pack(">III", 0, 1, start)),
    )
    data = box(b"dinf", box(b"dref", struct.pack(">II", 0, 1), box(b"url ", struct.pack(">I", 1))))
    track = box(
        b"trak",
        box(b"tkhd", bytes(4), time, time, bytes(72)),
        box(
            b"mdia",
            box(b"mdhd", bytes(4), time, time, length, b"\x15\xc7\0\0"),
            box(b"hdlr", bytes(8), handler, bytes(12), secret + b"\0"),
            box(b"minf", box(b"smhd", bytes(8)), data, tables),
        ),
        extra,
    )
    header = box(b"mvhd", bytes(4), time, time, length, bytes(80))
    return brands + box(b"mdat", media) + box(b"moov", header, track, extra) + (box(b"uuid", secret) if secret else b"")
