"""A JPEG without its notes, and otherwise the same to the byte: for photos that lie inside a PDF."""
from __future__ import annotations

_NO_LENGTH = {0x01, *range(0xD0, 0xD9)}
_START_OF_SCAN = 0xDA
# APP1 Exif and XMP, APP3-APP13 makers' notes and thumbnails, COM. APP0, APP2 (colour) and APP14 (colour transform)
# change what one sees and stay.
_NOTES = {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}


def without_notes(photo: bytes) -> bytes:
    """``photo`` without Exif, GPS, comments and makers' notes; as it is when it is not a JPEG we understand."""
    if not photo.startswith(b"\xff\xd8"):
        return photo
    kept, at = [photo[:2]], 2
    while at + 4 <= len(photo) and photo[at] == 0xFF:
        marker = photo[at + 1]
        if marker == _START_OF_SCAN:
            return b"".join([*kept, photo[at:]])
        end = at + 2 if marker in _NO_LENGTH or marker == 0xFF else at + 2 + int.from_bytes(photo[at + 2 : at + 4])
        if marker == 0xFF:
            end = at + 1  # a fill byte
        elif marker not in _NOTES:
            kept.append(photo[at:end])
        at = end
    return photo
