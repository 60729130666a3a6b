"""What can be refused of a file."""

from app.content.refused import Fault
from app.kit.errors import AppError, InvalidRequest, Text


class TooManyUploads(AppError):
    status, code = 429, "too_many_uploads"
    title = Text("今天上传的文件太多了，请明天再试", "Too many uploads today, please try again tomorrow")


FAULTS = {
    Fault.UNSUPPORTED: Text(
        "请上传 JPEG、PNG、WebP、HEIC 照片或 MP3、M4A 语音",
        "send a JPEG, PNG, WebP or HEIC photo, or an MP3 or M4A voice note",
    ),
    Fault.DAMAGED: Text("文件不完整或已损坏", "the file is cut short or damaged"),
    Fault.TOO_MANY_PIXELS: Text(
        "照片像素太多：一般最多 5000 万，WebP 最多 2300 万，请缩小后上传",
        "the photo has too many pixels: most kinds take 50 million, WebP 23 million",
    ),
    Fault.ANIMATED: Text("不支持动图", "moving pictures are not taken"),
    Fault.TOO_LONG: Text("语音太长", "the voice note is too long"),
    Fault.TOO_COMPLEX: Text("照片太复杂，请换一张或截图后上传", "the photo is too complex; send a screenshot of it"),
}


def refusal(fault: Fault) -> InvalidRequest:
    """The refusal of a file for its content."""
    message = FAULTS[fault]
    return InvalidRequest.field("file", fault, message.zh, message.en)
