"""how much help a dossier had, messages that people bring, what the helpers' leader looks at, the paying account

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-24 03:00

"""
from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def _add(table, name, kind, points_to=None, default=None):
    """A new column without rebuilding the table: SQLite could not drop one that others point to."""
    if op.get_bind().dialect.name == 'sqlite':
        words = [f'ALTER TABLE {table} ADD COLUMN {name} {kind.compile(op.get_bind().dialect)}']
        words += [f"NOT NULL DEFAULT '{default}'"] if default else []
        words += [f'REFERENCES {points_to} (id)'] if points_to else []
        op.execute(' '.join(words))
        return
    op.add_column(table, sa.Column(name, kind, nullable=not default, server_default=default))
    if points_to:
        op.create_foreign_key(op.f(f'fk_{table}_{name}_{points_to}'), table, points_to, [name], ['id'])


def upgrade():
    _add('dossier', 'help_mode', sa.String(length=10), default='alone')
    _add('dossier', 'residential_group_id', NUMBER, 'residential_group')
    op.create_index('ix_dossier_submitted_at', 'dossier', ['submitted_at', 'residential_group_id', 'help_mode'])

    # What the rows say: a clerk typed what came over the counter; a session of help names its dossier.
    op.execute("UPDATE dossier SET help_mode = 'counter' WHERE channel = 1")
    for mode in ('beside', 'helper'):
        op.execute(
            f"UPDATE dossier SET help_mode = '{mode}' WHERE channel <> 1 AND EXISTS (SELECT 1 FROM help_session "  # noqa: S608
            f"WHERE help_session.dossier_code = dossier.public_code AND help_session.mode = '{mode}')"
        )
    _add('message', 'residential_group_id', NUMBER, 'residential_group')
    _add('message', 'told_by_id', NUMBER, 'staff')
    _add('message', 'noted_at', sa.DateTime(timezone=True))
    _add('message', 'note', sa.LargeBinary())
    _add('bank_event', 'payer_index', sa.LargeBinary(length=16))
    op.create_index(op.f('ix_bank_event_payer_index'), 'bank_event', ['payer_index'])

    op.create_table('odd_pattern',
    sa.Column('agency_id', NUMBER, nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('key', sa.LargeBinary(length=16), nullable=False),
    sa.Column('helper_id', NUMBER, nullable=True),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('codes', sa.JSON(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', NUMBER, nullable=True),
    sa.Column('word', sa.LargeBinary(), nullable=True),
    sa.Column('id', NUMBER, nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_odd_pattern_agency_id_agency')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['staff.id'], name=op.f('fk_odd_pattern_closed_by_id_staff')),
    sa.ForeignKeyConstraint(['helper_id'], ['helper.id'], name=op.f('fk_odd_pattern_helper_id_helper')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_odd_pattern'))
    )
    with op.batch_alter_table('odd_pattern', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_odd_pattern_found_at'), ['found_at'], unique=False)
        batch_op.create_index(
            'uq_odd_pattern_open', ['agency_id', 'kind', 'key'], unique=True,
            sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'),
        )


def downgrade():
    op.drop_table('odd_pattern')
    op.drop_index(op.f('ix_bank_event_payer_index'), 'bank_event')
    op.drop_index('ix_dossier_submitted_at', 'dossier')
    # Without these columns nobody would ever bring such a message, nor could it go out by itself.
    op.execute("UPDATE message SET state = 'cancelled' WHERE channel <> 'sms' AND state = 'waiting'")
    for table, names in (
        ('bank_event', ('payer_index',)), ('message', ('note', 'noted_at', 'told_by_id', 'residential_group_id')),
        ('dossier', ('residential_group_id', 'help_mode')),
    ):
        for name in names:
            op.execute(f'ALTER TABLE {table} DROP COLUMN {name}')  # its constraint goes with it
