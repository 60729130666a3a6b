"""The five districts of the articles: how many organizations and members each reported, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class District:
    """One article's district; `seats` are the subdistricts that its members report to."""

    key: str
    name: str
    code: str
    phone_prefix: str
    organizations: int
    members: int
    working_committee: str
    seats: tuple[str, ...]

    @property
    def root_region(self) -> str:
        """Where the working committee sits: at the district, or at its one subdistrict."""
        return self.code if len(self.seats) > 1 else self.seats[0]


SHIJINGSHAN_SEATS = tuple(f"110107{number:03}" for number in (1, 2, 3, 4, 5, 6, 9, 10, 11))

SHIJINGSHAN = District(
    "shijingshan", "石景山", "110107", "199", 221, 21_737, "石景山区直属机关党工委", SHIJINGSHAN_SEATS
)
SHIWAN = District("shiwan", "石湾（禅城）", "440604", "198", 39, 9_741, "石湾镇街道党工委", ("440604010",))
LULIANG = District("luliang", "陆良", "530322", "197", 110, 4_000, "陆良县直机关工委", ("530322001", "530322002"))
XIONGGUAN = District("xiongguan", "雄关（嘉峪关）", "620201", "196", 65, 960, "雄关区党工委", ("620201001",))
SHIHE = District("shihe", "浉河", "411502", "195", 40, 1_000, "浉河区直机关工委", ("411502006", "411502008"))

DISTRICTS: Sequence[District] = (SHIJINGSHAN, SHIWAN, LULIANG, XIONGGUAN, SHIHE)


def district_of(region_code: str) -> District:
    """The district that a region lies in; raises `LookupError` for one of no article."""
    for district in DISTRICTS:
        if region_code.startswith(district.code):
            return district
    raise LookupError(region_code)
