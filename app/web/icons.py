"""Icons as inline SVG, drawn for this project: no request, no font, nothing that the content policy would stop."""
from __future__ import annotations

from markupsafe import Markup

# Paths are data: one icon a line, wherever a line allows.
PATHS = {
    "call": '<path d="M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2z"/>',
    "back": '<path d="m15 5-7 7 7 7"/>',
    "shield": '<path d="M12 3 4 6v6c0 4.5 3.3 7.5 8 9 4.7-1.5 8-4.5 8-9V6z"/><path d="m8.5 12 2.5 2.5 4.5-5"/>',
    "listen": '<path d="M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.6v.2"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.3l3.5 2"/>',
    "pause": '<circle cx="12" cy="12" r="9"/><path d="M9.7 8.5v7M14.3 8.5v7"/>',
    "cross": '<path d="m6 6 12 12M18 6 6 18"/>',
    "pen": '<path d="M4 20l1-5L16 4l4 4L9 19zM13.5 6.5l4 4"/>',
    "done": '<circle cx="12" cy="12" r="9"/><path d="m7.5 12.3 3.2 3.2 5.8-6.4"/>',
    "camera": '<path d="M3 8h4l2-3h6l2 3h4v12H3z"/><circle cx="12" cy="13.5" r="3.8"/>',
    "offline": '<path d="M3 9.5a13 13 0 0 1 18 0M6 13a8.6 8.6 0 0 1 12 0M9 16.5a4.3 4.3 0 0 1 6 0M12 20v.1M3 3l18 18"/>',
    "warning": '<path d="M12 3.5 22 20.5H2zM12 10v5M12 17.8v.2"/>',
    "stop": '<circle cx="12" cy="12" r="9"/><path d="M8 8h8v8H8z"/>',
    "save": '<path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M4 20h16"/>',
    "print": '<path d="M7 9V3h10v6M7 18H4v-8h16v8h-3M7 14h10v7H7z"/>',
    "paper": '<path d="M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h5"/>',
    "eye": '<path d="M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7z"/><circle cx="12" cy="12" r="3"/>',
    "tick": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "people": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c0-4.5 2.7-6.5 6.5-6.5s6.5 2 6.5 6.5M16 5a3.3 3.3 0 0 1 0 6.5M18 14c2.5.7 3.7 2.7 3.7 6"/>',  # noqa: E501
    "place": '<path d="M12 21c-4-5-6.5-8-6.5-11.5a6.5 6.5 0 0 1 13 0C18.5 13 16 16 12 21z"/><circle cx="12" cy="9.5" r="2.3"/>',
    "speech": '<path d="M3 4h18v13H11l-5 4v-4H3z"/><path d="M7.5 9h9M7.5 12.5h6"/>',
    "hand": '<path d="M7 12V5.5a1.5 1.5 0 0 1 3 0V11m0-6.5a1.5 1.5 0 0 1 3 0V11m0-5a1.5 1.5 0 0 1 3 0v6m0-3a1.5 1.5 0 0 1 3 0v5c0 4-2.5 7-6.5 7-3 0-4.7-1.3-6.2-4L4 13.5c-.8-1.5 1-2.7 2.2-1.5L7.5 14"/>',  # noqa: E501
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c0-5 3.5-7.5 8-7.5s8 2.5 8 7.5"/>',
    "money": '<path d="M3 6h18v12H3z"/><circle cx="12" cy="12" r="2.8"/><path d="M6.5 9v.1M17.5 15v.1"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "birth": '<circle cx="12" cy="7" r="4.5"/><path d="M10.2 7.5v.1M13.8 7.5v.1M12 2.5c1-1.5 3-.5 2 .8M5 21c0-5 3-8 7-8s7 3 7 8zM9 17.5h6"/>',  # noqa: E501
    "heart": '<path d="M12 20C6 15.5 3 12.5 3 9a4.5 4.5 0 0 1 9-1 4.5 4.5 0 0 1 9 1c0 3.5-3 6.5-9 11z"/>',
    "stamp": '<path d="M9.5 13c.5-3-1.5-4-1.5-6.5a4 4 0 0 1 8 0c0 2.5-2 3.5-1.5 6.5H19v4H5v-4zM5 21h14"/>',
    "lotus": '<path d="M12 5c2.5 3 3 6 0 12-3-6-2.5-9 0-12zM12 17c-5 .5-8-2-9-6 3-.3 5 .7 6.7 2.7M12 17c5 .5 8-2 9-6-3-.3-5 .7-6.7 2.7M6 20.5h12"/>',  # noqa: E501
    "card": '<path d="M2.5 5h19v14h-19z"/><circle cx="8" cy="11" r="2.2"/><path d="M4.8 16c.4-1.7 1.5-2.5 3.2-2.5s2.8.8 3.2 2.5M14 9.5h5M14 13h5M14 16h3"/>',  # noqa: E501
    "share": '<path d="M8 12H5v9h14v-9h-3M12 15V3m-4 4 4-4 4 4"/>',
    "turn": '<path d="M19 7v5h-5M19 12a7.5 7.5 0 1 0-2 6"/>',
    "home": '<path d="M3 11.5 12 4l9 7.5M5.5 10v10.5h13V10M10 20.5v-6h4v6"/>',
    "bell": '<path d="M6 17V11a6 6 0 0 1 12 0v6l2 1.5H4zM10 21h4"/>',
    "zoom": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5M7.5 10.5h6M10.5 7.5v6"/>',
    "list": '<path d="M8 6h12M8 12h12M8 18h12M4 6h.1M4 12h.1M4 18h.1"/>',
    "shop": '<path d="M4 9 5.500 4h13L20 9M4 9a2.700 2.700 0 0 0 5.300 0 2.700 2.700 0 0 0 5.400 0A2.700 2.700 0 0 0 20 9M5.500 12v8h13v-8M9.500 20v-5h5v5"/>',  # noqa: E501
}
# Tiles of the home page, by what they stand for.
PATHS |= {
    "copy": PATHS["paper"], "single": PATHS["person"], "marital": PATHS["person"], "pension": PATHS["heart"],
    "certify": PATHS["stamp"], "death": PATHS["lotus"], "marriage": PATHS["people"], "business": PATHS["shop"],
}
_ICONS = {
    name: Markup('<svg class="i" viewBox="0 0 24 24" aria-hidden="true">' + path + "</svg>")  # noqa: S704 - our own constants
    for name, path in PATHS.items()
}
MARK = Markup(
    '<svg viewBox="0 0 44 44" aria-hidden="true" fill="none" stroke="#f2cd6b" stroke-width="2.2" stroke-linecap="round" '
    'stroke-linejoin="round"><path d="M4 15c5 0 7-2 9-6h18c2 4 4 6 9 6zM9 15v14h26V15M17 29v-5a5 5 0 0 1 10 0v5'
    'M4 36c3-2.5 6-2.5 9 0s6 2.5 9 0 6-2.5 9 0 6 2.5 9 0"/></svg>'
)


def icon(name: str) -> Markup:
    """The icon of that name. ``KeyError`` when there is none, so that a misspelt name fails its test."""
    return MARK if name == "mark" else _ICONS[name]
