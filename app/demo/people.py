"""The generated members: number N is always the same person, so that nothing needs to be remembered."""

from app.demo.districts import District

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = (
    "建国 秀英 志强 丽华 晓明 桂兰 海涛 玉梅 立新 雪莲 国庆 春燕 文斌 淑珍 永康 红霞 "
    "宏伟 静怡 卫东 慧敏 学军 翠萍 家和 雅琴 世杰 月娥 振华 美玲 平安 彩云 长青"
).split()
MARKER = "（演示）"
"""Stands behind every generated name, so that nobody takes one for a real person."""

SKILLS = (
    "medical",
    "teaching",
    "legal",
    "repair",
    "mediation",
    "counselling",
    "first_aid",
    "elder_care",
    "driving",
    "it_support",
    "photography",
    "sign_language",
)
ONE_IN = 25
"""Of so many numbers in a row, each skill has one."""


def name(number: int) -> str:
    """The name of member `number`: surnames and given names turn at different speeds."""
    surname = SURNAMES[number % len(SURNAMES)]
    return f"{surname}{GIVEN[number % len(GIVEN)]}{MARKER}"


def phone(district: District, number: int) -> str:
    """The phone of member `number`: the district's prefix and the number in eight digits."""
    return f"{district.phone_prefix}{number:08}"


def skills(number: int) -> list[str]:
    """What member `number` can do: about half of them one thing, and some of these another one."""
    found = {at: None for at in (number % ONE_IN, number * 7 % (3 * ONE_IN)) if at < len(SKILLS)}
    return [SKILLS[at] for at in found]
