"""What our CSS may use: the floor is Chrome 57 (design guide, section 8), the oldest WebView still met on phones.

An unknown property is skipped by an old browser, an unknown selector drops its whole rule, an unknown value its line.
``ENHANCEMENTS`` may be missing without loss: each says why.
"""
from __future__ import annotations

PROPERTIES = frozenset(
    """
    align-content align-items align-self animation animation-delay animation-direction animation-duration
    animation-fill-mode animation-iteration-count animation-name animation-timing-function background
    background-attachment background-clip background-color background-image background-origin background-position
    background-repeat background-size border border-bottom border-bottom-color border-bottom-left-radius
    border-bottom-right-radius border-bottom-style border-bottom-width border-collapse border-color border-image
    border-left border-left-color border-left-style border-left-width border-radius border-right border-right-color
    border-right-style border-right-width border-spacing border-style border-top border-top-color
    border-top-left-radius border-top-right-radius border-top-style border-top-width border-width bottom
    box-shadow box-sizing break-after break-before break-inside caption-side caret-color clear clip clip-path color
    column-count column-gap column-rule column-span column-width columns content counter-increment counter-reset
    cursor direction display empty-cells fill fill-opacity fill-rule filter flex flex-basis flex-direction flex-flow
    flex-grow flex-shrink flex-wrap float font font-family font-feature-settings font-kerning font-size
    font-size-adjust font-stretch font-style font-variant font-variant-caps font-variant-ligatures
    font-variant-numeric font-weight grid grid-area grid-auto-columns grid-auto-flow grid-auto-rows grid-column
    grid-column-end grid-column-gap grid-column-start grid-gap grid-row grid-row-end grid-row-gap grid-row-start
    grid-template grid-template-areas grid-template-columns grid-template-rows height hyphens image-rendering isolation
    justify-content justify-items justify-self left letter-spacing line-height list-style list-style-image
    list-style-position list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width
    min-height min-width object-fit object-position opacity order orphans outline outline-color outline-offset
    outline-style outline-width overflow overflow-wrap overflow-x overflow-y padding padding-bottom padding-left
    padding-right padding-top page-break-after page-break-before page-break-inside pointer-events position quotes
    resize right size stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-opacity
    stroke-width tab-size table-layout text-align text-align-last text-anchor text-decoration text-indent
    text-overflow text-rendering text-shadow text-transform top touch-action transform transform-origin transition
    transition-delay transition-duration transition-property transition-timing-function user-select vertical-align
    visibility white-space widows width will-change word-break word-spacing word-wrap writing-mode z-index
    """.split()
)
ENHANCEMENTS = {
    "appearance": "with -webkit-appearance beside it",
    "color-scheme": "only colours the browser's own parts",
    "forced-color-adjust": "only where forced colours exist",
    "overscroll-behavior": "only the feel of scrolling",
    "page": "print only",
    "print-color-adjust": "with -webkit-print-color-adjust beside it",
    "scroll-margin-top": "only where a jump comes to rest",
    "scroll-padding-top": "only where a jump comes to rest",
    "text-decoration-color": "the line keeps the text's colour",
    "text-decoration-thickness": "the line stays thin",
    "text-size-adjust": "with -webkit-text-size-adjust beside it",
    "text-underline-offset": "the line stays nearer",
}
PREFIXED = frozenset({"-webkit-appearance", "-webkit-print-color-adjust", "-webkit-text-size-adjust",
                      "-webkit-tap-highlight-color", "-webkit-overflow-scrolling", "-webkit-hyphens"})

AT_RULES = frozenset({"media", "page", "font-face", "keyframes", "charset", "supports"})

PSEUDO_CLASSES = frozenset(
    """
    active checked default disabled empty enabled first-child first-of-type focus hover in-range indeterminate
    invalid lang last-child last-of-type link not nth-child nth-last-child nth-last-of-type nth-of-type only-child
    only-of-type optional out-of-range read-only read-write required root target valid visited
    """.split()
)
PSEUDO_ELEMENTS = frozenset({"before", "after", "first-letter", "first-line", "placeholder", "selection"})
OLD_ELEMENTS = frozenset({"before", "after", "first-letter", "first-line"})  # also known with one colon
# Known to newer browsers only: each must be alone in its rule, which then only removes or adds something small.
ALONE = {
    ":focus-visible": "only inside :not(), so that only the newer ones lose the ring of a mouse click",
    "::file-selector-button": "hides what the label says anyway",
}

FUNCTIONS = frozenset(
    """
    attr calc counter counters cubic-bezier format hsl hsla linear-gradient local matrix minmax radial-gradient
    repeat repeating-linear-gradient rgb rgba rotate scale scalex scaley steps translate translatex translatey
    translatez translate3d url var blur brightness contrast drop-shadow grayscale invert opacity saturate sepia
    rect polygon circle inset ellipse fit-content
    """.split()
)
UNITS = frozenset("em rem ex ch px pt mm cm in pc q vw vh vmin vmax fr s ms deg rad turn grad dpi dppx".split())
# display values of 2017; flow-root and contents came later
DISPLAYS = frozenset(
    "none block inline inline-block flex inline-flex grid inline-grid table table-row table-cell list-item".split()
)
