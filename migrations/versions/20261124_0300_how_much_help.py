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


def upgrade():
    with op.batch_alter_table('dossier', schema=None) as batch_op:
        batch_op.add_column(sa.Column('help_mode', sa.String(length=10), nullable=False, server_default='alone'))
        batch_op.add_column(sa.Column('residential_group_id', NUMBER, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f('fk_dossier_residential_group_id_residential_group'), 'residential_group',
            ['residential_group_id'], ['id'],
        )
        batch_op.create_index(
            'ix_dossier_submitted_at', ['submitted_at', 'residential_group_id', 'help_mode'], unique=False
        )

    # What the rows say: a clerk typed what came over the counter; a session of help names its dossier.
    op.execute("UPDATE dossier SET help_mode = 'counter' WHERE channel = 1")
    for mode in ('beside', 'helper'):
        op.execute(
            f"UPDATE dossier SET help_mode = '{mode}' WHERE channel <> 1 AND EXISTS (SELECT 1 FROM help_session "  # noqa: S608
            f"WHERE help_session.dossier_code = dossier.public_code AND help_session.mode = '{mode}')"
        )
    with op.batch_alter_table('dossier', schema=None) as batch_op:
        batch_op.alter_column('help_mode', existing_type=sa.String(length=10), existing_nullable=False, server_default=None)

    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('residential_group_id', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('told_by_id', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('noted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('note', sa.LargeBinary(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f('fk_message_residential_group_id_residential_group'), 'residential_group',
            ['residential_group_id'], ['id'],
        )
        batch_op.create_foreign_key(batch_op.f('fk_message_told_by_id_staff'), 'staff', ['told_by_id'], ['id'])

    with op.batch_alter_table('bank_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('payer_index', sa.LargeBinary(length=16), nullable=True))
        batch_op.create_index(batch_op.f('ix_bank_event_payer_index'), ['payer_index'], unique=False)

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
    with op.batch_alter_table('bank_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_event_payer_index'))
        batch_op.drop_column('payer_index')

    # Without these columns nobody would ever bring such a message, nor could it go out by itself.
    op.execute("UPDATE message SET state = 'cancelled' WHERE channel <> 'sms' AND state = 'waiting'")
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_message_told_by_id_staff'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_message_residential_group_id_residential_group'), type_='foreignkey')
        batch_op.drop_column('note')
        batch_op.drop_column('noted_at')
        batch_op.drop_column('told_by_id')
        batch_op.drop_column('residential_group_id')

    with op.batch_alter_table('dossier', schema=None) as batch_op:
        batch_op.drop_index('ix_dossier_submitted_at')
        batch_op.drop_constraint(batch_op.f('fk_dossier_residential_group_id_residential_group'), type_='foreignkey')
        batch_op.drop_column('residential_group_id')
        batch_op.drop_column('help_mode')
