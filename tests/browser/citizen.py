"""A person with a phone: fills pages by what stands on them, as the eyes would, with or without scripts."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

# What this person answers, by the end of an input's name. Plainly made up.
USUAL = {
    "_day": "2", "_month": "9", "_year": "1975", "_line": "12 Đường Thử", "_group": "Tổ dân phố 5",
    "_ward": "Phường Phú Xuân", "_city": "Thành phố Huế", "phone": "0905000123", "copies": "2",
}
NAME, NUMBER = "Nguyễn Văn Mẫu", "046075000001"


class Citizen:
    """One phone. ``answers`` says what to choose or type for an input name; the rest is usual."""

    def __init__(self, page: Page, *, scripts: bool, photo: Path, answers: Mapping[str, str]) -> None:
        self.page, self.scripts, self.photo, self.answers = page, scripts, photo, dict(answers)
        self.visited: list[str] = []

    def press(self, words: str) -> None:
        """Press the button or link with these words and wait for the next page."""
        found = self.page.locator(f"main >> :is(button, a):visible:has-text({words!r})").first
        if not self.scripts:
            found.click()  # waits for the page that it leads to
            self.page.wait_for_load_state()
            return
        # Whether a whole page or a block follows, the old content is gone when the answer is there.
        self.page.evaluate("document.getElementById('main').setAttribute('data-old', '')")
        found.click()
        self.page.wait_for_selector("#main:not([data-old])", state="attached")
        self.page.wait_for_load_state()

    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()

    def code(self) -> str:
        """Public code of the dossier in the address."""
        return self.page.url.split("/ho-so/")[1].split("/")[0].split("?")[0]

    def start(self, procedure_path: str) -> str:
        """From the procedure's page to the first question; the public code."""
        self.page.goto(procedure_path)
        self.press("Bắt đầu làm")
        self.press("Tôi hiểu, bắt đầu")
        return self.code()

    def photograph_card(self, card: Path) -> None:
        """Photograph the ID card, look at what was read, go on."""
        self.send_photo("#id_photo", card, "Gửi ảnh này")
        expect(self.page.locator("h1")).to_have_text("Thông tin này đúng chưa?")
        self.press("Đúng rồi, tiếp tục")

    def send_photo(self, selector: str, photo: Path, words: str) -> None:
        """Choose a photo; with scripts it is sent at once, without them a button sends it."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            self.page.set_input_files(selector, photo)
            if not self.scripts:
                self.press(words)
        self.page.wait_for_load_state("networkidle")

    def fill_in(self) -> None:
        """Answer page after page until the check page."""
        for _step in range(40):
            self.visited.append(self.page.url)
            if "/xem-lai" in self.page.url:
                return
            if "/giay/" in self.page.url:
                self._paper()
            else:
                self._question()
        raise AssertionError(f"no end after {self.visited}")

    def _question(self) -> None:
        before = self.page.url
        for field in self.page.locator("form.stack :is(input:not([type=hidden]), textarea)").all():
            self._fill(field)
        self.press("Tiếp tục")
        if self.page.url == before:  # asked once whether it is right
            self.press("Tiếp tục")
        assert self.page.url != before, self.page.locator("main").inner_text()

    def _fill(self, field: Locator) -> None:
        kind, name = field.get_attribute("type") or "text", field.get_attribute("name") or ""
        if kind == "checkbox":
            return
        if kind == "radio":
            wanted = self.answers.get(name)
            chosen = self.page.locator(f"input[name='{name}']:checked").count()
            if field.get_attribute("value") == wanted or (wanted is None and not chosen and field.is_visible()):
                field.check(force=True)
            return
        if field.is_visible() and (not field.input_value() or name in self.answers):
            field.fill(self._words(name))

    def _words(self, name: str) -> str:
        if name in self.answers:
            return self.answers[name]
        usual = next((words for end, words in USUAL.items() if name.endswith(end)), None)
        if usual is not None:
            return usual
        if name.endswith("_id"):
            return NUMBER
        return NAME if name.endswith("_name") else "Phường Thuận Lộc"

    def _paper(self) -> None:
        """A required paper gets a photo; one that may be left out is left out."""
        if "không bắt buộc" not in self.page.locator("h1").inner_text():
            self.send_photo("#photo", self.photo, "Gửi ảnh")
            expect(self.page.locator("main")).to_contain_text("Đã nhận 1 ảnh")
        self.press("Tiếp tục")
