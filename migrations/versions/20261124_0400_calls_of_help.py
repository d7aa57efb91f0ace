"""calls for help become the response team's: kind, place, urgency, promise, who had it; incidents use the same board

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-24 04:00

"""
import secrets

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TIME = sa.DateTime(timezone=True)
NEW = (
    ('code', sa.String(length=8)), ('agency_id', NUMBER), ('kind', sa.String(length=10)), ('dossier_code', sa.String(length=8)),
    ('procedure_code', sa.String(length=20)), ('residential_group_id', NUMBER), ('landmark', sa.LargeBinary()),
    ('best_time', sa.String(length=10)), ('urgency', sa.String(length=10)), ('promised_at', TIME), ('photo_file_id', NUMBER),
    ('near_at', TIME), ('late_at', TIME), ('done_at', TIME), ('version', sa.Integer()),
)
REQUIRED = ('code', 'agency_id', 'kind', 'best_time', 'urgency', 'version')
KEYS = {'agency_id': 'agency', 'residential_group_id': 'residential_group', 'photo_file_id': 'stored_file'}

SIGNS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'


def _code():
    """Seven random signs and the one that checks them."""
    body, total = ''.join(secrets.choice(SIGNS) for _ in range(7)), 0
    for sign in body:
        total = (total + SIGNS.index(sign)) * 3 % len(SIGNS)
    return body + SIGNS[(1 - total) % len(SIGNS)]


def _protect():
    """The journal of calls stands as it was written."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            'CREATE TRIGGER help_call_event_append_only BEFORE UPDATE OR DELETE ON help_call_event '
            'FOR EACH ROW EXECUTE FUNCTION append_only()'
        )
        op.execute(
            'CREATE TRIGGER help_call_event_no_truncate BEFORE TRUNCATE ON help_call_event '
            'FOR EACH STATEMENT EXECUTE FUNCTION append_only()'
        )
        return
    for act in ('UPDATE', 'DELETE'):
        op.execute(
            f'CREATE TRIGGER help_call_event_no_{act.lower()} BEFORE {act} ON help_call_event '
            "BEGIN SELECT RAISE(ABORT, 'help_call_event is append only'); END"
        )
    op.execute(
        'CREATE TRIGGER help_call_event_no_replace BEFORE INSERT ON help_call_event '
        'WHEN EXISTS (SELECT 1 FROM help_call_event WHERE id = NEW.id) '
        "BEGIN SELECT RAISE(ABORT, 'help_call_event is append only'); END"
    )


def _fill():
    """What was asked before keeps its words and its people; it gets a code, a kind, and the journal of what is known."""
    bind = op.get_bind()
    ward = bind.execute(sa.text("SELECT id FROM agency WHERE kind = 'ward' ORDER BY id LIMIT 1")).scalar()
    rows = bind.execute(sa.text(
        'SELECT c.id, c.way, c.page, d.public_code, d.procedure_code FROM help_call c LEFT JOIN dossier d ON d.id = c.dossier_id'
    )).all()
    for row in rows:
        about = row.procedure_code
        if about is None and row.page.startswith(('/p/', '/lam/')):
            about = row.page.split('?')[0].split('/')[2][:20] or None
        bind.execute(
            sa.text(
                "UPDATE help_call SET code = :code, agency_id = :ward, kind = :kind, dossier_code = :dossier, "
                "procedure_code = :about, best_time = '', urgency = :urgency, version = 1, done_at = answered_at WHERE id = :id"
            ),
            {
                'code': _code(), 'ward': ward, 'kind': 'visit' if row.way == 'visit' else 'call',
                'dossier': row.public_code, 'about': about, 'urgency': 'stuck' if row.public_code else 'later', 'id': row.id,
            },
        )


def _tell():
    """The journal of what is known of those that were there before."""
    for act, at, who, where in (
        ('asked', 'created_at', 'NULL', '1 = 1'), ('taken', 'taken_at', 'taken_by_id', 'taken_at IS NOT NULL'),
        ('done', 'answered_at', 'taken_by_id', 'answered_at IS NOT NULL'),
    ):
        op.execute(
            f"INSERT INTO help_call_event (call_id, at, act, by_id) SELECT id, {at}, '{act}', {who} FROM help_call "  # noqa: S608
            f'WHERE {where} ORDER BY id'
        )


def upgrade():
    with op.batch_alter_table('help_call', schema=None) as batch_op:
        for name, kind in NEW:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    _fill()
    with op.batch_alter_table('help_call', schema=None) as batch_op:
        for name, kind in NEW:
            if name in REQUIRED:
                batch_op.alter_column(name, existing_type=kind, nullable=False)
        for name, table in KEYS.items():
            batch_op.create_foreign_key(batch_op.f(f'fk_help_call_{name}_{table}'), table, [name], ['id'])
        batch_op.drop_constraint(batch_op.f('fk_help_call_dossier_id_dossier'), type_='foreignkey')
        batch_op.drop_column('dossier_id')
        batch_op.create_unique_constraint(batch_op.f('uq_help_call_code'), ['code'])
        batch_op.create_index(batch_op.f('ix_help_call_dossier_code'), ['dossier_code'], unique=False)
        batch_op.create_index('ix_help_call_board', ['agency_id', 'answered_at', 'promised_at'], unique=False)
    # Only now: on SQLite the table above was made anew, and rows that point at it would not let it go.
    op.create_table('help_call_event',
    sa.Column('call_id', NUMBER, nullable=False),
    sa.Column('at', TIME, nullable=False),
    sa.Column('act', sa.String(length=10), nullable=False),
    sa.Column('by_id', NUMBER, nullable=True),
    sa.Column('to_id', NUMBER, nullable=True),
    sa.Column('word', sa.LargeBinary(), nullable=True),
    sa.Column('id', NUMBER, nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['staff.id'], name=op.f('fk_help_call_event_by_id_staff')),
    sa.ForeignKeyConstraint(['call_id'], ['help_call.id'], name=op.f('fk_help_call_event_call_id_help_call')),
    sa.ForeignKeyConstraint(['to_id'], ['staff.id'], name=op.f('fk_help_call_event_to_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_call_event'))
    )
    with op.batch_alter_table('help_call_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_help_call_event_call_id'), ['call_id'], unique=False)
    _tell()
    _protect()


def downgrade():
    with op.batch_alter_table('help_call', schema=None) as batch_op:
        batch_op.add_column(sa.Column('dossier_id', NUMBER, nullable=True))
    op.execute('UPDATE help_call SET dossier_id = (SELECT id FROM dossier WHERE public_code = help_call.dossier_code)')
    op.drop_table('help_call_event')
    with op.batch_alter_table('help_call', schema=None) as batch_op:
        batch_op.drop_index('ix_help_call_board')
        batch_op.drop_index(batch_op.f('ix_help_call_dossier_code'))
        batch_op.drop_constraint(batch_op.f('uq_help_call_code'), type_='unique')
        for name, table in KEYS.items():
            batch_op.drop_constraint(batch_op.f(f'fk_help_call_{name}_{table}'), type_='foreignkey')
        for name, _kind in NEW:
            batch_op.drop_column(name)
        batch_op.create_foreign_key(batch_op.f('fk_help_call_dossier_id_dossier'), 'dossier', ['dossier_id'], ['id'])
