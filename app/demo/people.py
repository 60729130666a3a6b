"""The generated members: number N is always the same person, so that nothing needs to be remembered."""

from app.demo.districts import District

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = (
    "建国秀英志强丽华晓明桂兰海涛玉梅立新雪莲国庆春燕文斌淑珍永康红霞"
    "宏伟静怡卫东慧敏学军翠萍家和雅琴世杰月娥振华美玲平安彩云长青"
)
"""Two characters each."""
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
    at = number % (len(GIVEN) // 2) * 2
    return f"{surname}{GIVEN[at : at + 2]}{MARKER}"


def phone(district: District, number: int) -> str:
    """The phone of member `number`: the district's prefix and the number in eight digits."""
    return f"{district.phone_prefix}{number:08}"


def skills(number: int) -> list[str]:
    """What member `number` can do: about half of them one thing, and some of these another one."""
    found = {at: None for at in (number % ONE_IN, number * 7 % (3 * ONE_IN)) if at < len(SKILLS)}
    return [SKILLS[at] for at in found]
