"""What gunicorn and ``flask --app wsgi`` load. Settings that cannot be are told one a line, without a traceback."""
from app import create_app
from app.core.errors import SettingsError
from app.serve import schema

try:
    app = create_app()
except SettingsError as error:
    raise SystemExit("\n".join(f"settings: {fault}" for fault in error.faults)) from None
schema.attach(app)
