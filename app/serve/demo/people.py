"""Persons who plainly do not exist, and staff for every role (domain.md section 4: made-up names only)."""
from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from app.accounts.permissions import Role

_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Đỗ", "Ngô", "Võ", "Đặng")
_GIVEN = ("Mẫu", "Ví Dụ", "Thử", "Thí Dụ", "Tên Giả", "Minh Họa", "Giả Định", "Ẵm Ngữ", "Tập Dượt", "Làm Mẫu")
_STREETS = ("Đường Thử", "Đường Mẫu", "Kiệt Ví Dụ", "Đường Giả Định")

# username, name, title, desk, roles
STAFF: tuple[tuple[str, str, str, str, tuple[Role, ...]], ...] = (
    ("lethithu", "Lê Thị Thử", "Công chức tiếp nhận", "Quầy 3", (Role.RECEPTIONIST,)),
    ("phanthimau", "Phan Thị Mẫu", "Công chức tiếp nhận", "Quầy 1", (Role.RECEPTIONIST,)),
    ("tranvanmau", "Trần Văn Mẫu", "Công chức tư pháp - hộ tịch", "", (Role.SPECIALIST,)),
    ("hoangvanthu", "Hoàng Văn Thử", "Công chức văn hóa - xã hội", "", (Role.SPECIALIST,)),
    ("vothividu", "Võ Thị Ví Dụ", "Phó Chủ tịch", "", (Role.LEADER,)),
    ("dothivanthu", "Đỗ Thị Thí Dụ", "Văn thư", "", (Role.RECORDS_OFFICER,)),
    ("ngovantra", "Ngô Văn Giả Định", "Trả kết quả", "Quầy 3", (Role.RETURN_OFFICER,)),
    ("dangthiquy", "Đặng Thị Làm Mẫu", "Thủ quỹ", "Quầy 4", (Role.CASHIER,)),
    ("phamvansoat", "Phạm Văn Minh Họa", "Giám sát", "", (Role.AUDITOR,)),
    ("nguyenquantri", "Nguyễn Văn Tập Dượt", "Quản trị", "", (Role.ADMINISTRATOR,)),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up person."""

    name: str
    sex: str  # male | female
    born_on: date
    id_number: str
    phone: str
    street: str
    group: str


def make_person(rng: random.Random, *, born: tuple[int, int] = (1940, 2004)) -> Person:
    """A person whose ID number fits sex and birth year (domain.md 4.2) and whose telephone no provider has given out."""
    sex = rng.choice(("male", "female"))
    born_on = date(rng.randint(*born), rng.randint(1, 12), rng.randint(1, 28))
    middle = "Văn" if sex == "male" else "Thị"
    sign = (0 if born_on.year < 2000 else 2) + (sex == "female")
    return Person(
        name=f"{rng.choice(_FAMILIES)} {middle} {rng.choice(_GIVEN)}", sex=sex, born_on=born_on,
        id_number=f"046{sign}{born_on.year % 100:02d}{rng.randint(0, 999_999):06d}",
        phone=f"0905000{rng.randint(0, 999):03d}", street=f"{rng.randint(1, 99)} {rng.choice(_STREETS)}",
        group=f"Tổ dân phố {rng.randint(1, 12)}",
    )
