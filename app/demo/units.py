"""The units around the party line: those that the articles name, and such as every district has."""

from dataclasses import dataclass

from app.organizations.models import OrganizationKind as Kind


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of one district; where `liaison` names one, somebody can sign in and speak for it."""

    name: str
    kind: Kind = Kind.DEPARTMENT
    liaison: str | None = None


def _departments(names: str) -> tuple[Unit, ...]:
    return tuple(Unit(name) for name in names.split())


def _local(kind: Kind, names: str) -> tuple[Unit, ...]:
    return tuple(Unit(name, kind) for name in names.split())


UNITS: dict[str, tuple[Unit, ...]] = {
    "shijingshan": (
        Unit("石景山区住建委", liaison="zhujianwei"),
        Unit("石景山区城管委", liaison="chengguanwei"),
        Unit("石景山交通支队", liaison="jiaotong"),
        Unit("中铁二十二局集团", Kind.ENTERPRISE, "zhongtie22"),
        Unit("北方工业大学", Kind.LOCAL_UNIT, "ncut"),
        Unit("冬奥组委机关", Kind.LOCAL_UNIT, "dongao"),
        Unit("五里坨驻区部队", Kind.GARRISON, "budui"),
        *_departments(
            "石景山区政协机关 石景山区民政局 石景山区卫健委 石景山区教委 石景山区司法局 石景山区人社局 "
            "石景山区应急局 石景山区文旅局 石景山区市场监管局 石景山区生态环境局 石景山区园林绿化局 "
            "石景山区财政局 石景山区审计局 石景山区统计局 石景山区税务局 石景山公安分局"
        ),
        *_local(Kind.ENTERPRISE, "石景山热力公司 石景山排水公司 石景山物业集团 石景山公交场站"),
        *_local(Kind.LOCAL_UNIT, "石景山医院 石景山区图书馆 石景山区实验小学 石景山区业余大学"),
        *_local(Kind.SOCIAL_ORGANIZATION, "老街坊议事会 石景山社工事务所"),
    ),
    "shiwan": (
        Unit("丽日玫瑰名城物业服务中心", Kind.ENTERPRISE, "lirimeigui"),
        Unit("禅城区应急管理局石湾镇街道分局", liaison="yingji"),
        Unit("佛山市生态环境局", liaison="shengtai"),
        Unit("石湾社区卫生服务中心", Kind.LOCAL_UNIT, "shiwanwei"),
    ),
    "luliang": (
        Unit("陆良县法院", liaison="fayuan"),
        Unit("陆良县人社局", liaison="renshe"),
        Unit("陆良县公安局", liaison="gongan"),
        Unit("陆良县财政局", liaison="caizheng"),
        *_departments(
            "陆良县住建局 陆良县民政局 陆良县教育体育局 陆良县卫健局 陆良县司法局 陆良县检察院 "
            "陆良县农业农村局 陆良县水务局 陆良县林草局 陆良县文旅局 陆良县审计局 陆良县统计局 "
            "陆良县税务局 陆良县市场监管局 陆良县交通运输局 陆良县自然资源局 陆良县应急局 "
            "陆良县医保局 陆良县乡村振兴局 陆良县融媒体中心"
        ),
        *_local(Kind.LOCAL_UNIT, "陆良县人民医院 陆良县中医医院 陆良县第一中学 陆良县供电局"),
        *_local(Kind.ENTERPRISE, "陆良县供水公司 陆良县城投公司"),
    ),
    "xiongguan": (
        Unit("嘉恒物业公司", Kind.ENTERPRISE, "jiaheng"),
        Unit("嘉峪关市住建局", liaison="zhujianju"),
        Unit("中鹏房地产", Kind.ENTERPRISE, "zhongpeng"),
        Unit("市政工程公司", Kind.ENTERPRISE, "shizheng"),
        Unit("雄关卫生服务中心", Kind.LOCAL_UNIT, "weisheng"),
        Unit("雄关早教中心", Kind.LOCAL_UNIT),
        Unit("棉纺厂", Kind.ENTERPRISE),
        *_departments("嘉峪关市教育局 嘉峪关市民政局 嘉峪关市公安局雄关分局"),
        *(Unit(f"雄关第{number}党建联盟", Kind.ALLIANCE) for number in "一二三四五六七八九十"),
        Unit("雄关第十一党建联盟", Kind.ALLIANCE),
        Unit("雄关第十二党建联盟", Kind.ALLIANCE),
    ),
    "shihe": (
        Unit("湖东城管中队", liaison="hudong"),
        Unit("金牛山城管中队", liaison="jinniushan"),
        Unit("温青工作室", Kind.SOCIAL_ORGANIZATION, "wenqing"),
        Unit("巧手驿站", Kind.SOCIAL_ORGANIZATION, "qiaoshou"),
        *_departments("浉河区民政局 浉河区司法局 浉河区教体局 浉河区卫健委 浉河区住建局 浉河公安分局"),
        *_local(Kind.LOCAL_UNIT, "浉河区人民医院 湖东社区卫生服务中心"),
    ),
}
"""The units of each district by its key; branches below them fill up the count that the article gives."""
