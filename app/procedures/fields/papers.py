"""Papers with their photos (giấy tờ, ảnh chụp). The photos themselves live in the files room; here is what is asked."""
from __future__ import annotations

from app.core.errors import N_
from app.procedures.fields.base import Message, Translate, plain
from app.procedures.parts import Paper

NO_PHOTO = N_("Chưa có ảnh nào. Chụp giấy rồi gửi.")
FEW_PHOTOS = N_("Mới nhận %(count)s ảnh. Giấy này cần ít nhất %(least)s ảnh.")
SHOW_PHOTOS = N_("Đã nhận %(count)s ảnh")
SHOW_NONE = N_("Chưa có ảnh")
PRINT_PAPER = N_("%(name)s: %(count)s ảnh")


class Papers:
    """What a paper needs; a value is the number of photos that have arrived with all their bytes."""

    code = "papers"

    def enough(self, paper: Paper, photos: int) -> bool:
        """Whether the dossier may be sent as far as this paper goes."""
        return not paper.required or photos >= max(paper.min_photos, 1)

    def parse(self, paper: Paper, photos: int) -> Message | None:
        """The fault to show when the person wants to go on, if there is one."""
        if self.enough(paper, photos):
            return None
        if photos:
            return FEW_PHOTOS, {"count": photos, "least": paper.min_photos}
        return NO_PHOTO, {}

    def check(self, paper: Paper, photos: int) -> list[Message]:
        """An optional paper begun with fewer photos than it has sides."""
        if 0 < photos < paper.min_photos and not paper.required:
            return [(FEW_PHOTOS, {"count": photos, "least": paper.min_photos})]
        return []

    def show(self, paper: Paper, photos: int, _: Translate = plain) -> list[str]:
        """"Đã nhận 2 ảnh"."""
        return [_(SHOW_PHOTOS, {"count": photos}) if photos else _(SHOW_NONE)]

    def print_lines(self, paper: Paper, photos: int) -> list[str]:
        """The official name of the paper and how many photos came."""
        return [plain(PRINT_PAPER, {"name": paper.name, "count": photos})] if photos else []


PAPERS = Papers()
