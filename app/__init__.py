"""ROOF: the only file that knows every room."""
from __future__ import annotations

from pathlib import Path

from flask import Flask

from app.accounts import cli as accounts_cli
from app.accounts import frame, sessions
from app.accounts import views_public as accounts_public
from app.accounts import views_staff as accounts_staff
from app.accounts.permissions import Permission
from app.assistance import cli as assistance_cli
from app.assistance import guards as assistance_guards
from app.assistance import tasks as assistance_tasks
from app.assistance import views_helper as assistance_helper
from app.assistance import views_public as assistance_public
from app.assistance import views_staff as assistance_staff
from app.assistance.services import proposals
from app.core import crypto, db
from app.core.errors import N_
from app.core.settings import Settings
from app.dossiers import cli as dossiers_cli
from app.dossiers import tasks as dossiers_tasks
from app.dossiers import views_citizen as dossiers_citizen
from app.dossiers import views_helper as dossiers_helper
from app.dossiers import views_public as dossiers_public
from app.dossiers import views_staff as dossiers_staff
from app.files import tasks as files_tasks
from app.notifications import tasks as notifications_tasks
from app.notifications import views_staff as notifications_staff
from app.payments import cli as payments_cli
from app.payments import tasks as payments_tasks
from app.payments import views_citizen as payments_citizen
from app.payments import views_public as payments_public
from app.payments import views_staff as payments_staff
from app.procedures import cli as procedures_cli
from app.procedures import views_citizen as procedures_citizen
from app.procedures import views_public as procedures_public
from app.procedures import views_staff as procedures_staff
from app.procedures.words import explain_shown
from app.providers import antivirus, sms, storage
from app.providers.antivirus.clamd import ClamdAntivirus
from app.providers.antivirus.memory import MemoryAntivirus
from app.providers.sms.http import HttpSms
from app.providers.sms.memory import MemorySms
from app.providers.storage.disk import DiskStorage
from app.serve import commands
from app.web import addresses, csrf, errors, guarding, i18n, rendering, requests, security, static_files, transactions
from app.web import views as web_views
from app.web.transactions import Application
from app.working_time import cli as working_time_cli
from app.working_time import views_staff as working_time_staff

BLUEPRINTS = (
    web_views.bp, accounts_public.bp, accounts_staff.bp, procedures_citizen.bp, procedures_public.bp,
    procedures_staff.bp, dossiers_public.bp, dossiers_citizen.bp, dossiers_helper.bp,
    dossiers_staff.bp, notifications_staff.bp,
    payments_citizen.bp, payments_public.bp, payments_staff.bp, working_time_staff.bp,
    assistance_public.bp, assistance_helper.bp, assistance_staff.bp,
)
COMMANDS = (
    *accounts_cli.GROUPS, *assistance_cli.GROUPS, *dossiers_cli.GROUPS, *procedures_cli.GROUPS, *working_time_cli.GROUPS,
    payments_cli.vietqr_cli, payments_cli.payments_cli, commands.jobs, commands.doctor, commands.demo,
)
# Imported so that their job handlers are known.
TASKS = (files_tasks, notifications_tasks, assistance_tasks, dossiers_tasks, payments_tasks)
# What the staff menu shows, in order: permission, title, endpoint.
MENU = (
    (Permission.DOSSIER_LIST, N_("Hàng đợi"), "dossiers_staff.queue"),
    (Permission.DOSSIER_INTAKE, N_("Tiếp nhận"), "dossiers_staff.intake"),
    (Permission.CASH_TAKE, N_("Thu tiền"), "payments_staff.desk"),
    (Permission.EXEMPTION_DECIDE, N_("Xin miễn"), "payments_staff.exemption_list"),
    (Permission.MONEY_VIEW, N_("Tiền treo"), "payments_staff.suspense_list"),
    (Permission.HELP_BOARD, N_("Bảng việc"), "assistance_staff.board"),
    (Permission.HELP_GIVE, N_("Làm giúp"), "assistance_helper.home"),
    (Permission.HELP_GIVE, N_("Việc đến nhà"), "assistance_staff.errands"),
    (Permission.HELPERS_EDIT, N_("Người giúp"), "assistance_staff.helpers"),
    (Permission.HELP_LEAD, N_("Giấy nhờ của tổ"), "assistance_staff.mandate_list"),
    (Permission.HELP_LEAD, N_("Nên xem lại"), "assistance_staff.patterns"),
    (Permission.HELP_LEAD, N_("Số liệu giúp"), "dossiers_staff.help_numbers"),
    (Permission.MANDATE_CHECK, N_("Giấy nhờ"), "assistance_staff.papers"),
    (Permission.DOSSIER_VIEW, N_("Báo tận nơi"), "dossiers_staff.telling"),
    (Permission.MESSAGES_VIEW, N_("Tin nhắn"), "notifications_staff.messages"),
    (Permission.FEES_EDIT, N_("Mức thu"), "procedures_staff.fees"),
    (Permission.POSTERS_EDIT, N_("Tờ dán"), "procedures_staff.posters"),
    (Permission.CALENDAR_EDIT, N_("Ngày nghỉ"), "working_time_staff.this_year"),
    (Permission.STAFF_EDIT, N_("Tài khoản"), "accounts_staff.accounts"),
    (Permission.ROLES_CONFIRM, N_("Vai trò"), "accounts_staff.waiting_roles"),
    (Permission.AGENCY_EDIT, N_("Phường"), "accounts_staff.agency"),
)

_HERE = Path(__file__).resolve().parent


def create_app(settings: Settings | None = None) -> Flask:
    """The whole product. Raises ``SettingsError`` with every fault of the settings."""
    settings = settings or Settings.from_env()
    app = Application(__name__, template_folder=str(_HERE.parent / "templates"), static_folder=str(_HERE / "static"))
    app.extensions["settings"] = settings
    app.testing = settings.app_env == "test"
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=db.engine_options(settings),
        SECRET_KEY=settings.root_key.hex(),
        SECURE_COOKIES=settings.secure_cookies,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        MAX_CONTENT_LENGTH=40 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=300,
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    crypto.keyring.configure(settings.root_key)
    proposals.configure(most_open=settings.helper_most_open)
    db.db.init_app(app)
    _open_doors(settings)
    # The order matters: the transaction begins before the guards read, and headers are finished last.
    for layer in (
        requests, security, csrf, transactions, assistance_guards, guarding, i18n, rendering, addresses, errors, static_files,
    ):
        layer.init_app(app)
    app.jinja_env.globals.update(
        helped=dossiers_helper.ending.helped,
        staff_menu=assistance_guards.unless_turned(accounts_staff.menu), own_drafts=dossiers_public.own_drafts,
        explain_shown=explain_shown,
    )
    accounts_staff.MENU[:] = MENU
    sessions.init_app(app)
    rendering.frame(frame.page_frame)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for group in COMMANDS:
        app.cli.add_command(group)
    return app


def _open_doors(settings: Settings) -> None:
    storage.configure(DiskStorage(settings.data_dir / "files"))
    antivirus.configure(ClamdAntivirus(Path(settings.clamd_socket)) if settings.clamd_socket else MemoryAntivirus())
    if settings.sms_provider == "http":
        sms.configure(HttpSms(settings.sms_http_url, settings.sms_http_token))
    else:
        sms.configure(MemorySms(echo=settings.demo))
