"""Hard cases of what is shown: photos and voice notes, made here, and who may open them."""

import io
import struct
from typing import Any

from PIL import ExifTags, Image, ImageDraw

from app.demo import staff
from app.demo.tour import flow
from app.demo.tour.client import API, Json
from app.demo.tour.hard.places import COMMUNITY, PICTURES, SUBDISTRICT, rule
from app.demo.tour.people import Person
from app.demo.tour.walk import DESK, MEMBER, RESIDENT, Walk

BROKEN, MENDED = (150, 60, 50), (70, 140, 80)
FRAME = struct.pack(">I", 0xFFFB9000) + bytes(413)
"""A silent frame of an MP3: 128 kbit/s, 44.1 kHz, 26 ms."""
SPOKEN = FRAME * 77
"""Two seconds."""
ASKED = {"default": "none", "repair": "before_after"}


def picture(colour: tuple[int, int, int]) -> bytes:
    """A JPEG of a railing, which tells where it was taken and by which phone, as a phone's own does."""
    image = Image.new("RGB", (1280, 960), (200, 205, 210))
    draw = ImageDraw.Draw(image)
    for left in range(80, 1280, 160):
        draw.rectangle((left, 240, left + 40, 900), colour)
    told = Image.Exif()
    told[ExifTags.Base.Model] = "tour-phone"
    told.get_ifd(ExifTags.IFD.GPSInfo).update({ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (39, 55, 2)})
    out = io.BytesIO()
    image.save(out, "JPEG", exif=told)
    return out.getvalue()


async def photo(walk: Walk) -> None:
    """The desk and whoever goes there see the photo, nobody else; its link needs no token, and must not be altered."""
    desk = await walk.people.desk(COMMUNITY)
    neighbour = await walk.people.resident(f"tour-{walk.key}-neighbour", COMMUNITY, "邻居")
    observer = await walk.people.staff(staff.OBSERVER)
    resident, sent = await _files_with(walk, picture(BROKEN))
    await walk.look(DESK, desk, file_ids=[sent])
    await _sees(walk, DESK, desk, sent)
    await _see_nothing(walk, sent, neighbour, observer)
    await flow.dispatch(walk, desk, mode="open", slots=1)
    (held,) = await flow.members_claim(walk, 1)
    await _sees(walk, MEMBER, held.person, sent)
    await flow.serve(walk, [held], 30)
    await _see_nothing(walk, sent, held.person, neighbour)
    walk.note(MEMBER, "做完后不再看到 sees it no longer once done")
    await flow.evaluate(walk, resident)
    await _sees(walk, RESIDENT, resident, sent)
    await walk.timeline(resident, "demand.filed", "demand.claimed", "claim.served", "demand.closed")


async def voice(walk: Walk) -> None:
    """Who does not type says it: the desk and whoever goes there can listen."""
    desk = await walk.people.desk(COMMUNITY)
    resident, sent = await _files_with(walk, SPOKEN, category="companion", description="见语音")
    heard = await _opened(walk, await desk.get(f"/files/{sent}"), "full")
    walk.expect(heard == SPOKEN, "声音原样 the same sound", len(heard))
    walk.note(DESK, "听到语音 listens to it")
    await flow.dispatch(walk, desk, mode="open", slots=1)
    (held,) = await flow.members_claim(walk, 1)
    shown = await held.person.get(f"/files/{sent}")
    walk.expect((shown["kind"], round(shown["seconds"])) == ("voice", 2), "两秒语音 two seconds of voice", shown)
    await flow.serve(walk, [held], 45)
    await flow.evaluate(walk, resident)
    await walk.timeline(resident, "demand.filed", "demand.claimed", "claim.served", "demand.closed")


async def before_and_after(walk: Walk) -> None:
    """Where a region asks to be shown the work, the desk sees who showed it; who did not is refused nothing."""
    desk = await walk.people.desk(SUBDISTRICT)
    resident = await flow.a_resident_files(walk, PICTURES, category="repair")
    await flow.dispatch(walk, desk, mode="open", slots=2)
    shows, forgets = await flow.members_claim(walk, 2, ["repair"])
    async with rule(walk, "evidence", PICTURES, ASKED):
        profiles = await shows.person.get("/demand-categories", region=PICTURES)
        asked = next(one["evidence"] for one in profiles if one["code"] == "repair")
        walk.expect(asked == ["before_after"], "要求前后对比 asks for before and after", asked)
        walk.step = "前后对比照片 before and after"
        pair = [(await shows.person.upload(picture(colour)))["id"] for colour in (BROKEN, MENDED)]
        await flow.complete(walk, shows, 40, file_ids=pair)
        await flow.complete(walk, forgets, 40)
    walk.note(MEMBER, "一人传了前后照片，一人没传 one shows it, one forgets: both count")
    for held, missing in ((shows, False), (forgets, True)):
        seen = await desk.get(held.path)
        walk.expect(seen["evidence_missing"] is missing, f"缺凭据 missing: {missing}", seen)
    for one in pair:
        await _sees(walk, DESK, desk, one)
    await _see_nothing(walk, pair[0], forgets.person)
    await _sees(walk, RESIDENT, resident, pair[1])
    await flow.evaluate(walk, resident)
    await walk.timeline(resident, "demand.filed", "claim.served", "claim.served", "demand.closed")


async def _files_with(walk: Walk, data: bytes, **body: Any) -> tuple[Person, str]:
    """A resident files with a file; answers them and the file's id."""
    walk.step = "上传 upload"
    uploader = await walk.people.resident(f"tour-{walk.key}", COMMUNITY, "王小雨")
    taken = await uploader.upload(data)
    resident = await flow.a_resident_files(walk, COMMUNITY, file_ids=[taken["id"]], **body)
    walk.expect(walk.demand["file_ids"] == [taken["id"]], "已附上 attached", walk.demand)
    walk.note(RESIDENT, f"附{'照片 a photo' if taken['kind'] == 'photo' else '语音 a voice note'}")
    return resident, taken["id"]


async def _sees(walk: Walk, role: str, person: Person, file_id: str) -> None:
    """Somebody gets links that open the photo, which says nothing but what it shows."""
    walk.step = "看照片 see the photo"
    file = await person.get(f"/files/{file_id}")
    for variant, longest in (("full", 1280), ("thumbnail", 320)):
        image = Image.open(io.BytesIO(await _opened(walk, file, variant)))
        walk.expect(max(image.size) == longest, f"{variant} {longest} px", image.size)
        walk.expect(not image.getexif(), "不含拍摄地点和机型 no place, no phone in it", dict(image.getexif()))
    walk.note(role, "看到照片 sees the photo")


async def _opened(walk: Walk, file: Json, variant: str) -> Any:
    """What a signed link opens without any token; altered by one letter it opens nothing."""
    link = file["links"][variant].removeprefix(API)
    (await walk.people.server.ask("GET", link[:-1] + ("A" if link[-1] != "A" else "B"))).must_refuse("not_found")
    return (await walk.people.server.ask("GET", link)).must()


async def _see_nothing(walk: Walk, file_id: str, *others: Person) -> None:
    """For whom it is not, it is not there, with or without a token."""
    walk.step = "他人看不到 others see nothing"
    for other in others:
        (await walk.people.server.ask("GET", f"/files/{file_id}", token=other.token)).must_refuse("not_found")
    (await walk.people.server.ask("GET", f"/files/{file_id}")).must_refuse("token_invalid")
    walk.note("他人 others", "看不到照片 see no photo")
