"""The rule numbers of observation rounds, with their defaults."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StrictInt

from app.kit.errors import Text
from app.policies.rules import Duration, Rule

Code = Annotated[str, Field(pattern="^[a-z0-9_]{1,30}$")]
Title = Annotated[str, Field(min_length=1, max_length=60)]
Sheets = Annotated[StrictInt, Field(ge=1, le=100)]
Files = Annotated[StrictInt, Field(ge=0, le=50)]


class ObservationKey:
    """The rules of observation rounds, by name."""

    CRITERIA = Rule[dict[str, str]](
        "observation_criteria",
        Annotated[dict[Code, Title], Field(max_length=200)],
        {
            "epidemic_control": "疫情防控工作",
            "branch_standards": "党支部规范化建设",
            "grid_management": "网格化管理",
            "flags_and_stars": "“夺旗争星”活动开展",
            "star_buildings": "“星级楼组”创建",
            "party_projects": "党建项目",
            "three_meetings": "“三会一课”",
            "theme_day": "主题党日“4+N”",
            "double_enrollment": "党员“双报到”",
        },
        Text("观摩考评常用项目", "the dictionary of what rubrics judge, by code"),
    )
    LEAST_SHEETS = Rule[int](
        "observation_least_sheets",
        Sheets,
        3,
        Text("每个观摩对象至少要有几份有效打分", "sheets that an object needs before it is ranked"),
    )
    UNDERTAKING_DUE = Rule[timedelta](
        "undertaking_due",
        Duration,
        timedelta(days=30),
        Text("整改和承诺的默认期限", "how long an object has for what was found or promised"),
    )
    UNDERTAKING_REMINDER = Rule[timedelta](
        "undertaking_reminder",
        Duration,
        timedelta(days=3),
        Text("整改和承诺到期前多久提醒", "how long before its day an undertaking is called to mind"),
    )
    FILES = Rule[int](
        "observation_files",
        Files,
        9,
        Text("观摩汇报和整改佐证的照片数量上限", "how many photos a report, or what was done, may have"),
    )
