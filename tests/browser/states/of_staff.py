"""Pages of those who work at the ward: queue, dossier, acts, counter, calls, money, calendar, posters, accounts."""
from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.accounts import roles as staff_roles
from app.accounts import services as accounts
from app.accounts.permissions import Role
from app.accounts.queries import get_ward
from app.accounts.sessions import actor_of
from app.core import clock
from app.core.actor import SYSTEM, Actor
from app.core.db import transaction
from app.dossiers.forms import hide
from app.dossiers.models import State as At
from app.dossiers.queries import list_papers
from app.dossiers.services import desk, slips
from app.procedures import poster_register as posters
from app.procedures.queries import list_fee_lines
from app.working_time.queries import list_days
from tests import factories
from tests.browser.states.of_citizen import COPIES, exemption_asked, take_cash
from tests.browser.states.registry import PageState as S
from tests.browser.states.world import LONG_NAME, Look, World, known
from tests.payments import desk as bank

BIRTH, EXTRACT, PENSION = factories.BIRTH, factories.EXTRACT, factories.PENSION
R = Role


def _full(world: World) -> None:
    """Something stands in every list."""
    world.of_long_name()
    for state, days in ((At.IN_PROCESS, 40), (At.ACCEPTED, 0), (At.FINISHED, 0)):
        world.at(state, BIRTH, days_ago=days)
    world.at(At.HANDED_OVER)


def _queue(query: str = "", *roles: Role) -> Callable[[World], Look]:
    def look(world: World) -> Look:
        _full(world)
        return world.clerk(f"/ho-so{query}", *roles)
    return look


def _found(world: World, path: str, text: str) -> Look:
    _full(world)
    return world.clerk(f"{path}?tim={world.once(f'hidden {text}', lambda: hide(text))}")


def _dossier(world: World, code: str, *roles: Role, path: str = "") -> Look:
    return world.clerk(f"/ho-so/{code}{path}", *roles)


def _of_everything(world: World) -> str:
    """A dossier with notes, a correction, a twin and a long name."""
    code = world.of_long_name(At.ACCEPTED, BIRTH)

    def more() -> bool:
        clerk = world.actor(R.RECEPTIONIST)
        with transaction():
            desk.add_note(known(code), clerk, "Đã gọi điện, gia đình sẽ mang thêm giấy. " * 6)
        with transaction():
            desk.correct_answer(known(code), clerk, "child_name", "Nguyễn Thị Ví Dụ Sửa", reason="Gõ thiếu chữ")
        return True
    world.once("of everything", more)
    return code


def _photo(world: World) -> Look:
    code = world.at(At.ACCEPTED, BIRTH)
    token = world.once("staff photo", lambda: list_papers(known(code))[0][1].token)
    return _dossier(world, code, path=f"/anh/{token}/xem")


def _foreign(world: World) -> Look:
    _, token = world.session("foreign", "staff", lambda: factories.make_staff(
        R.SPECIALIST, username="noi-khac", agency=factories.other_agency()
    ))
    return Look(f"/can-bo/ho-so/{world.at(At.ACCEPTED)}", token, status=404)


def _slip_ready(world: World) -> Look:
    """A slip that was made this minute: it waits ten for the printer."""
    code = world.at(At.ACCEPTED, days_ago=11)
    number, token = world.session("slip ready", "staff", lambda: world.actor(R.RETURN_OFFICER))
    with world.inside(), transaction():
        slips.replace_slip(known(code), world.actor(R.RETURN_OFFICER), identity_checked=True, session_id=number)
    return Look(f"/can-bo/ho-so/{code}/phieu-moi/in", token)


# Money

def _receipt(world: World, path: str = "") -> Look:
    code = world.at(At.SUBMITTED, days_ago=8)
    world.once("day of the receipt", clock.today)
    year, number = world.once("a receipt", lambda: take_cash(world, code))
    return world.clerk(path or f"/bien-lai/{year}/{number}", R.CASHIER)


def _receipts_of_day(world: World) -> Look:
    _receipt(world)
    day = world.once("day of the receipt", clock.today)
    return world.clerk(f"/bien-lai?ngay={day}", R.CASHIER)


def _suspense(world: World) -> Look:
    code = world.at(At.SUBMITTED, days_ago=9)
    order = world.order(code)
    world.once("suspense", lambda: bank.pay(order, text="CHUYEN TIEN LE PHI " + "KHONG RO " * 8))
    world.once("short", lambda: bank.pay(order, amount_vnd=1000))
    return world.clerk("/tien-treo", R.CASHIER)


def _cash(world: World, state: At = At.SUBMITTED) -> Look:
    return world.clerk(f"/thu-tien/{world.of_long_name(state)}", R.CASHIER)


# Calendar, posters, fees, accounts

def _day(world: World) -> Look:
    def first() -> str:
        return list_days(2026)[0].day.isoformat()
    return world.clerk(f"/lich/ngay/{world.once('a day', first)}", R.LEADER)


def _poster(world: World, *, retired: bool = False) -> Look:
    def make() -> int:
        with transaction() as session:
            subject = "" if retired else "1.001193"
            scope = posters.Scope.WARD if retired else posters.Scope.PROCEDURE
            poster = posters.make_poster(
                SYSTEM, get_ward(), scope=scope, subject=subject, place="Nhà sinh hoạt cộng đồng Tổ dân phố Ví Dụ Liên Khu"
            )
            for code in poster.codes[:3]:
                posters.count_scan(code)
            if retired:
                posters.retire_poster(SYSTEM, poster)
            session.flush()
            return poster.number
    return world.clerk(f"/to-dan/{world.once(f'poster {retired}', make)}", R.ADMINISTRATOR)


def _posters(world: World, path: str) -> Look:
    _poster(world)
    _poster(world, retired=True)
    return world.clerk(path, R.ADMINISTRATOR)


def _fee(world: World) -> Look:
    def first() -> str:
        line = next(one for one in list_fee_lines(get_ward().id))
        return f"/le-phi/{line.procedure.code}/{line.fee.id}"
    return world.clerk(str(world.once("a fee", first)), R.LEADER)


def _asked(world: World, path: str, *who: Role) -> Look:
    """An administrator asked for two roles of someone new; one was refused and asked for again."""
    def make() -> bool:
        admin, leader = world.actor(R.ADMINISTRATOR), world.actor(R.LEADER)
        with transaction():
            accounts.add_staff(
                admin, username="vai-tro-cho", full_name=LONG_NAME, roles=frozenset({R.CASHIER, R.RETURN_OFFICER, R.LEADER}),
                agency=get_ward(), title="Phó Chủ tịch (ví dụ)", desk="Quầy 7",
            )
        with transaction():
            staff_roles.confirm_role(leader, "vai-tro-cho", R.RETURN_OFFICER)
            staff_roles.refuse_role(leader, "vai-tro-cho", R.LEADER)
        with transaction():
            staff_roles.grant_roles(admin, "vai-tro-cho", frozenset({R.LEADER}))
        return True
    world.once("roles asked for", make)
    return world.clerk(path, *who)


def _no_role_yet(world: World) -> Look:
    def make() -> Actor:
        with transaction():
            staff = accounts.add_staff(
                world.actor(R.ADMINISTRATOR), username="chua-vai-tro", full_name="Phan Thị Thử", agency=get_ward(),
                roles=frozenset({R.RECEPTIONIST, R.CASHIER}),
            )
            return actor_of(staff)
    return Look("/can-bo", world.session("no role yet", "staff", make)[1])


def _demo(world: World) -> Look:
    world.staff(R.RECEPTIONIST)
    with world.inside(), transaction():
        return Look(accounts.demo_sign_in_links()[0][1])


def _messages(world: World) -> Look:
    world.at(At.HANDED_OVER)
    return world.clerk("/tin-nhan", R.ADMINISTRATOR)


def _old_session(world: World) -> Look:
    def make() -> str:
        with clock.moved_to(clock.now() - timedelta(hours=11)):
            return factories.make_session("staff", factories.make_staff(R.SPECIALIST))[1]
    return Look("/can-bo/ho-so", str(world.once("old session", make)))


H, C, A, W, PO = "dossiers_staff", "payments_staff", "accounts_staff", "working_time_staff", "procedures_staff"
DESK = [
    S(f"{H}.queue", "empty", lambda w: w.clerk("/ho-so"), bare=True),
    S(f"{H}.queue", "full, long names, late", _queue()),
    S(f"{H}.queue", "new ones", _queue("?loc=submitted")),
    S(f"{H}.queue", "ended", _queue("?loc=ended", R.LEADER)),
    S(f"{H}.queue", "nothing found", lambda w: _found(w, "/ho-so", "không có ai")),
    S(f"{H}.queue", "found", lambda w: _found(w, "/ho-so", LONG_NAME)),
    S(f"{H}.queue", "a slip was scanned", _queue("?phieu=1")),
    S(f"{H}.queue", "cashier", _queue("", R.CASHIER)),
    S(f"{H}.dossier", "submitted", lambda w: _dossier(w, w.at(At.SUBMITTED, BIRTH))),
    S(f"{H}.dossier", "everything in it", lambda w: _dossier(w, _of_everything(w))),
    S(f"{H}.dossier", "wrong note", lambda w: _dossier(w, w.at(At.SUBMITTED, BIRTH)).sends("/ghi-chu", note="")),
    S(f"{H}.dossier", "wrong colleague", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH)).sends("/giao", colleague="99999")),
    S(f"{H}.dossier", "late", lambda w: _dossier(w, w.at(At.IN_PROCESS, BIRTH, days_ago=40), R.SPECIALIST)),
    S(f"{H}.dossier", "mine to examine", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH), R.SPECIALIST)),
    S(f"{H}.dossier", "mine to sign", lambda w: _dossier(w, w.at(At.IN_PROCESS, BIRTH, examined=True), R.LEADER)),
    S(f"{H}.dossier", "not mine to sign", lambda w: _dossier(w, w.at(At.IN_PROCESS, BIRTH, examined=True))),
    S(f"{H}.dossier", "more is wanted", lambda w: _dossier(w, w.at(At.AWAITING_SUPPLEMENT, COPIES))),
    S(f"{H}.dossier", "waiting for money", lambda w: _dossier(w, w.at(At.AWAITING_PAYMENT), R.SPECIALIST)),
    S(f"{H}.dossier", "withdrawal asked", lambda w: _dossier(w, w.at(At.WITHDRAWAL_ASKED), R.LEADER)),
    S(f"{H}.dossier", "finished", lambda w: _dossier(w, w.at(At.FINISHED, BIRTH))),
    S(f"{H}.dossier", "handed over", lambda w: _dossier(w, w.at(At.HANDED_OVER))),
    S(f"{H}.dossier", "refused", lambda w: _dossier(w, w.at(At.REFUSED))),
    S(f"{H}.dossier", "stopped", lambda w: _dossier(w, w.at(At.STOPPED))),
    S(f"{H}.dossier", "foreign", _foreign),
    S(f"{H}.view_photo", "large", _photo),
    S(f"{H}.ask_supplement", "choose", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH), path="/bo-sung")),
    S(f"{H}.ask_supplement", "nothing chosen", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH), path="/bo-sung").sends()),
    S(f"{H}.ask_supplement", "no reason", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH), path="/bo-sung").sends(
        want="paper.birth_proof"
    )),
    S(f"{H}.refuse", "ask", lambda w: _dossier(w, w.at(At.SUBMITTED, BIRTH), path="/khong-nhan")),
    S(f"{H}.refuse", "no reason", lambda w: _dossier(w, w.at(At.SUBMITTED, BIRTH), path="/khong-nhan").sends()),
    S(f"{H}.stop", "ask", lambda w: _dossier(w, w.at(At.IN_PROCESS, BIRTH), R.LEADER, path="/dung")),
    S(f"{H}.stop", "no reason", lambda w: _dossier(w, w.at(At.IN_PROCESS, BIRTH), R.LEADER, path="/dung").sends()),
    S(f"{H}.return_to_examiner", "ask", lambda w: _dossier(
        w, w.at(At.IN_PROCESS, BIRTH, examined=True), R.LEADER, path="/tra-lai"
    )),
    S(f"{H}.return_to_examiner", "no reason", lambda w: _dossier(
        w, w.at(At.IN_PROCESS, BIRTH, examined=True), R.LEADER, path="/tra-lai"
    ).sends()),
    S(f"{H}.decline_withdrawal", "ask", lambda w: _dossier(w, w.at(At.WITHDRAWAL_ASKED), R.LEADER, path="/khong-cho-rut")),
    S(f"{H}.decline_withdrawal", "no reason", lambda w: _dossier(
        w, w.at(At.WITHDRAWAL_ASKED), R.LEADER, path="/khong-cho-rut"
    ).sends()),
    S(f"{H}.examine", "no result yet", lambda w: _dossier(w, w.at(At.IN_PROCESS, BIRTH), R.SPECIALIST, path="/trinh-ky")),
    S(f"{H}.examine", "no file chosen", lambda w: _dossier(
        w, w.at(At.IN_PROCESS, BIRTH), R.SPECIALIST, path="/trinh-ky"
    ).sends("/ket-qua")),
    S(f"{H}.examine", "sent up", lambda w: _dossier(
        w, w.at(At.IN_PROCESS, BIRTH, examined=True), R.SPECIALIST, path="/trinh-ky"
    )),
    S(f"{H}.hand_over", "ask", lambda w: _dossier(w, w.of_long_name(At.FINISHED, PENSION), path="/tra-ket-qua")),
    S(f"{H}.hand_over", "nobody named", lambda w: _dossier(
        w, w.of_long_name(At.FINISHED, PENSION), path="/tra-ket-qua"
    ).sends(collector_name="")),
    S(f"{H}.correct", "name", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH), path="/sua/child_name")),
    S(f"{H}.correct", "date", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH), path="/sua/child_birth")),
    S(f"{H}.correct", "wrong", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH), path="/sua/child_birth").sends(
        child_birth_day="40"
    )),
    S(f"{H}.intake", "empty", lambda w: w.clerk("/tiep-nhan"), bare=True),
    S(f"{H}.intake", "found, one left", lambda w: (
        w.counter_draft(EXTRACT), w.clerk("/tiep-nhan?q=khai+sinh"))[1]),
    S(f"{H}.intake", "nothing found", lambda w: w.clerk("/tiep-nhan?q=zzqxw")),
    S(f"{H}.counter", "birth", lambda w: w.clerk(f"/tiep-nhan/{w.counter_draft(BIRTH)}")),
    S(f"{H}.counter", "extract, papers lacking", lambda w: w.clerk(
        f"/tiep-nhan/{w.counter_draft(BIRTH, with_papers=False)}"
    ).sends(status=200, child_birth_day="40", act="accept")),
    S(f"{H}.counter", "saved", lambda w: w.clerk(f"/tiep-nhan/{w.counter_draft(EXTRACT)}?luu=1")),
    S(f"{H}.lost_slip", "ask", lambda w: w.clerk("/mat-phieu")),
    S(f"{H}.lost_slip", "found", lambda w: _found(w, "/mat-phieu", LONG_NAME)),
    S(f"{H}.lost_slip", "nothing found", lambda w: _found(w, "/mat-phieu", "không có ai")),
    S(f"{H}.replace_slip", "ask", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH), path="/phieu-moi")),
    S(f"{H}.replace_slip", "card not seen", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH), path="/phieu-moi").sends()),
    S(f"{H}.print_slip", "ready", _slip_ready),
    S(f"{H}.print_slip", "too late", lambda w: _dossier(w, w.at(At.ACCEPTED, BIRTH), path="/phieu-moi/in")),
]
MONEY = [
    S(f"{C}.desk", "empty", lambda w: w.clerk("/thu-tien", R.CASHIER), bare=True),
    S(f"{C}.desk", "unpaid", lambda w: (_full(w), w.clerk("/thu-tien", R.CASHIER))[1]),
    S(f"{C}.desk", "nothing found", lambda w: w.clerk("/thu-tien?tim=zzqxw", R.CASHIER)),
    S(f"{C}.take", "owed", _cash),
    S(f"{C}.take", "wrong amount", lambda w: _cash(w).sends("", amount_vnd="1", payer_name=LONG_NAME)),
    S(f"{C}.take", "paid", lambda w: (_receipt(w), w.clerk(f"/thu-tien/{w.at(At.SUBMITTED, days_ago=8)}", R.CASHIER))[1]),
    S(f"{C}.take", "nothing to pay", lambda w: w.clerk(f"/thu-tien/{w.at(At.SUBMITTED, PENSION)}", R.CASHIER)),
    S(f"{C}.day", "empty", lambda w: w.clerk("/bien-lai?ngay=2026-01-03", R.CASHIER)),
    S(f"{C}.day", "receipts", _receipts_of_day),
    S(f"{C}.receipt", "one", _receipt),
    S(f"{C}.suspense_list", "empty", lambda w: w.clerk("/tien-treo", R.CASHIER), bare=True),
    S(f"{C}.suspense_list", "money of nobody", _suspense),
    S(f"{C}.suspense_list", "nothing written", lambda w: _suspense(w).sends("/tien-treo/*", text="")),
    S(f"{C}.exemption_list", "empty", lambda w: w.clerk("/xin-mien"), bare=True),
    S(f"{C}.exemption_list", "waiting", lambda w: (exemption_asked(w), w.clerk("/xin-mien"))[1]),
    S(f"{C}.exemption", "asked", lambda w: w.clerk(f"/xin-mien/{exemption_asked(w)}")),
    S(f"{C}.exemption", "no reason", lambda w: w.clerk(f"/xin-mien/{exemption_asked(w)}").sends(answer="decline", reason="")),
]
HOUSE = [
    S(f"{A}.start", "nothing begins here", lambda w: w.clerk("", R.AUDITOR)),
    S(f"{A}.accounts", "list", lambda w: (_full(w), w.clerk("/tai-khoan", R.ADMINISTRATOR))[1]),
    S(f"{A}.accounts", "wrong", lambda w: w.clerk("/tai-khoan", R.ADMINISTRATOR).sends(
        act="add", username="", full_name=""
    )),
    S(f"{A}.start", "roles wait", _no_role_yet),
    S(f"{A}.accounts", "roles wait", lambda w: _asked(w, "/tai-khoan", R.ADMINISTRATOR)),
    S(f"{A}.waiting_roles", "none", lambda w: w.clerk("/vai-tro", R.LEADER), bare=True),
    S(f"{A}.waiting_roles", "some, mine to confirm", lambda w: _asked(w, "/vai-tro", R.LEADER)),
    S(f"{A}.waiting_roles", "some, asked for by me", lambda w: _asked(w, "/vai-tro", R.ADMINISTRATOR)),
    S(f"{A}.account", "mine to confirm", lambda w: _asked(w, "/vai-tro/vai-tro-cho", R.LEADER)),
    S(f"{A}.account", "asked for by me", lambda w: _asked(w, "/vai-tro/vai-tro-cho", R.ADMINISTRATOR)),
    S(f"{A}.account", "nothing chosen", lambda w: _asked(w, "/vai-tro/vai-tro-cho", R.ADMINISTRATOR).sends(
        "/sua", act="grant"
    )),
    S(f"{A}.account", "neither yes nor no", lambda w: _asked(w, "/vai-tro/vai-tro-cho", R.LEADER).sends(
        "/vai-tro-cho", act="sleep"
    )),
    S(f"{A}.account", "no such account", lambda w: w.clerk("/vai-tro/khong-co", R.LEADER).answers(404)),
    S(f"{A}.agency", "form", lambda w: w.clerk("/phuong", R.ADMINISTRATOR)),
    S(f"{A}.agency", "wrong", lambda w: w.clerk("/phuong", R.ADMINISTRATOR).sends(bank_bin="1", name="")),
    S("accounts_public.sign_in", "form", lambda w: Look("/can-bo/vao")),
    S("accounts_public.sign_in", "wrong", lambda w: Look("/can-bo/vao", w.stranger()).sends(
        username="khong-co", password="sai", code="000000"
    )),
    S("accounts_public.sign_in", "session ran out", _old_session),
    S("accounts_public.signed_out", "goodbye", lambda w: Look("/can-bo/thoat-roi")),
    S("accounts_public.set_up", "form", lambda w: Look(f"/can-bo/tai-khoan/{w.ticket()}")),
    S("accounts_public.set_up", "wrong", lambda w: Look(f"/can-bo/tai-khoan/{w.ticket()}", w.stranger()).sends(
        password="ngắn", code="000000"
    )),
    S("accounts_public.set_up", "used up", lambda w: Look("/can-bo/tai-khoan/khong-con", status=404)),
    S("accounts_public.demo_link", "who", _demo),
    S("notifications_staff.messages", "empty", lambda w: w.clerk("/tin-nhan", R.ADMINISTRATOR), bare=True),
    S("notifications_staff.messages", "sent", _messages),
    S(f"{W}.this_year", "year", lambda w: w.clerk("/lich", R.LEADER)),
    S(f"{W}.year", "known", lambda w: w.clerk("/lich/2026", R.LEADER)),
    S(f"{W}.year", "not known", lambda w: w.clerk("/lich/2090", R.LEADER)),
    S(f"{W}.year", "no source", lambda w: w.clerk("/lich/2028", R.LEADER).sends(act="confirm", source="")),
    S(f"{W}.new_day", "form", lambda w: w.clerk("/lich/2026/them", R.LEADER)),
    S(f"{W}.new_day", "wrong", lambda w: w.clerk("/lich/2026/them", R.LEADER).sends(day="", name="")),
    S(f"{W}.day", "form", _day),
    S(f"{W}.day", "wrong", lambda w: _day(w).sends(name="", source="")),
    S(f"{W}.hours", "form", lambda w: w.clerk("/lich/gio", R.LEADER)),
    S(f"{W}.hours", "wrong", lambda w: w.clerk("/lich/gio", R.LEADER).sends(valid_from="")),
    S(f"{PO}.posters", "empty", lambda w: w.clerk("/to-dan", R.ADMINISTRATOR), bare=True),
    S(f"{PO}.posters", "some", lambda w: _posters(w, "/to-dan")),
    S(f"{PO}.scans", "empty", lambda w: w.clerk("/to-dan/luot-quet", R.ADMINISTRATOR), bare=True),
    S(f"{PO}.scans", "some", lambda w: _posters(w, "/to-dan/luot-quet")),
    S(f"{PO}.new_poster", "form", lambda w: w.clerk("/to-dan/moi", R.ADMINISTRATOR)),
    S(f"{PO}.new_poster", "wrong", lambda w: w.clerk("/to-dan/moi", R.ADMINISTRATOR).sends(subject="", place="")),
    S(f"{PO}.poster", "one procedure", _poster),
    S(f"{PO}.poster", "taken down", lambda w: _poster(w, retired=True)),
    S(f"{PO}.fees", "list", lambda w: w.clerk("/le-phi", R.LEADER)),
    S(f"{PO}.fee", "form", _fee),
    S(f"{PO}.fee", "wrong", lambda w: _fee(w).sends(amount_vnd="", source_note="")),
    S("errors.staff", "no such page", lambda w: w.clerk("/khong-co").answers(404)),
    S("errors.staff", "not this role", lambda w: w.clerk("/tai-khoan").answers(403)),
]
STAFF_STATES = DESK + MONEY + HOUSE
