"""helpers, mandates and their journal, sessions of help

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-24 00:00

"""
from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# What is written here once stands: the database itself refuses to change it, whoever asks.
APPEND_ONLY = {'consent_text': ('version', 'language'), 'mandate': ('code',), 'mandate_event': ('seq',)}


def _protect():
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append only', TG_TABLE_NAME; END $$"
        )
        for table in APPEND_ONLY:
            op.execute(
                f'CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} '
                'FOR EACH ROW EXECUTE FUNCTION append_only()'
            )
            op.execute(
                f'CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} '
                'FOR EACH STATEMENT EXECUTE FUNCTION append_only()'
            )
        return
    for table, key in APPEND_ONLY.items():
        for act in ('UPDATE', 'DELETE'):
            op.execute(
                f'CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} '
                f"BEGIN SELECT RAISE(ABORT, '{table} is append only'); END"
            )
        # INSERT OR REPLACE would take the old row away without asking the trigger on DELETE.
        same = ' AND '.join(f'{column} = NEW.{column}' for column in key)
        same = f'({same}) OR id = NEW.id' if table == 'mandate' else same
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(ABORT, '{table} is append only'); END")  # noqa: S608


def upgrade():
    op.create_table('consent_text',
    sa.Column('version', sa.String(length=20), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('version', 'language', name=op.f('pk_consent_text'))
    )
    op.create_table('mandate_head',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('chain', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandate_head'))
    )
    op.create_table('helper',
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('team', sa.String(length=120), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('phone_index', sa.LargeBinary(length=16), nullable=False),
    sa.Column('pledged_on', sa.Date(), nullable=False),
    sa.Column('pledge_file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('badge_token', sa.String(length=22), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('last_active_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('training_page', sa.Integer(), nullable=False),
    sa.Column('trained_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pin_hash', sa.String(length=200), nullable=True),
    sa.Column('pin_set_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pin_failed', sa.Integer(), nullable=False),
    sa.Column('pin_locked_until_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['pledge_file_id'], ['stored_file.id'], name=op.f('fk_helper_pledge_file_id_stored_file')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_helper_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_helper')),
    sa.UniqueConstraint('badge_token', name=op.f('uq_helper_badge_token')),
    sa.UniqueConstraint('staff_id', name=op.f('uq_helper_staff_id'))
    )
    with op.batch_alter_table('helper', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_helper_phone_index'), ['phone_index'], unique=False)

    op.create_table('helper_group',
    sa.Column('helper_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('residential_group_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['helper_id'], ['helper.id'], name=op.f('fk_helper_group_helper_id_helper')),
    sa.ForeignKeyConstraint(['residential_group_id'], ['residential_group.id'], name=op.f('fk_helper_group_residential_group_id_residential_group')),
    sa.PrimaryKeyConstraint('helper_id', 'residential_group_id', name=op.f('pk_helper_group'))
    )
    op.create_table('mandate',
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('agency_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('helper_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_name', sa.LargeBinary(), nullable=False),
    sa.Column('person_key', sa.LargeBinary(length=16), nullable=True),
    sa.Column('person_phone', sa.LargeBinary(), nullable=True),
    sa.Column('phone_index', sa.LargeBinary(length=16), nullable=True),
    sa.Column('dossier_code', sa.String(length=8), nullable=True),
    sa.Column('procedure_codes', sa.JSON(), nullable=False),
    sa.Column('method', sa.String(length=12), nullable=False),
    sa.Column('is_relative', sa.Boolean(), nullable=False),
    sa.Column('witness_name', sa.LargeBinary(), nullable=False),
    sa.Column('text_version', sa.String(length=20), nullable=False),
    sa.Column('text_language', sa.String(length=2), nullable=False),
    sa.Column('text_sha256', sa.String(length=64), nullable=False),
    sa.Column('evidence_file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('evidence_sha256', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('to_call_back', sa.Boolean(), nullable=False),
    sa.Column('seal', sa.LargeBinary(length=32), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_mandate_agency_id_agency')),
    sa.ForeignKeyConstraint(['evidence_file_id'], ['stored_file.id'], name=op.f('fk_mandate_evidence_file_id_stored_file')),
    sa.ForeignKeyConstraint(['helper_id'], ['helper.id'], name=op.f('fk_mandate_helper_id_helper')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandate')),
    sa.UniqueConstraint('code', name=op.f('uq_mandate_code'))
    )
    with op.batch_alter_table('mandate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mandate_dossier_code'), ['dossier_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_mandate_helper_id'), ['helper_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mandate_made_at'), ['made_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_mandate_person_key'), ['person_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_mandate_phone_index'), ['phone_index'], unique=False)

    op.create_table('mandate_code',
    sa.Column('helper_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('phone_index', sa.LargeBinary(length=16), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['helper_id'], ['helper.id'], name=op.f('fk_mandate_code_helper_id_helper')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandate_code'))
    )
    with op.batch_alter_table('mandate_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mandate_code_created_at'), ['created_at'], unique=False)

    op.create_table('help_session',
    sa.Column('helper_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('web_session_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mandate_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('person_name', sa.LargeBinary(), nullable=False),
    sa.Column('dossier_code', sa.String(length=8), nullable=True),
    sa.Column('mode', sa.String(length=10), nullable=False),
    sa.Column('several_per_page', sa.Boolean(), nullable=False),
    sa.Column('flags', sa.JSON(), nullable=False),
    sa.Column('turned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('turned_for', sa.String(length=10), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['helper_id'], ['helper.id'], name=op.f('fk_help_session_helper_id_helper')),
    sa.ForeignKeyConstraint(['mandate_id'], ['mandate.id'], name=op.f('fk_help_session_mandate_id_mandate')),
    sa.ForeignKeyConstraint(['web_session_id'], ['web_session.id'], name=op.f('fk_help_session_web_session_id_web_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_session'))
    )
    with op.batch_alter_table('help_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_help_session_dossier_code'), ['dossier_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_help_session_helper_id'), ['helper_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_help_session_mandate_id'), ['mandate_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_help_session_started_at'), ['started_at'], unique=False)

    op.create_table('mandate_call',
    sa.Column('mandate_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('called_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['called_by_id'], ['staff.id'], name=op.f('fk_mandate_call_called_by_id_staff')),
    sa.ForeignKeyConstraint(['mandate_id'], ['mandate.id'], name=op.f('fk_mandate_call_mandate_id_mandate')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandate_call'))
    )
    with op.batch_alter_table('mandate_call', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mandate_call_mandate_id'), ['mandate_id'], unique=False)

    op.create_table('mandate_event',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('mandate_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('act', sa.String(length=60), nullable=False),
    sa.Column('by_kind', sa.String(length=10), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('chain', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['mandate_id'], ['mandate.id'], name=op.f('fk_mandate_event_mandate_id_mandate')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_mandate_event'))
    )
    with op.batch_alter_table('mandate_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mandate_event_mandate_id'), ['mandate_id'], unique=False)
    _protect()


def downgrade():
    with op.batch_alter_table('mandate_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mandate_event_mandate_id'))

    op.drop_table('mandate_event')
    with op.batch_alter_table('mandate_call', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mandate_call_mandate_id'))

    op.drop_table('mandate_call')
    with op.batch_alter_table('help_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_help_session_started_at'))
        batch_op.drop_index(batch_op.f('ix_help_session_mandate_id'))
        batch_op.drop_index(batch_op.f('ix_help_session_helper_id'))
        batch_op.drop_index(batch_op.f('ix_help_session_dossier_code'))

    op.drop_table('help_session')
    with op.batch_alter_table('mandate_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mandate_code_created_at'))

    op.drop_table('mandate_code')
    with op.batch_alter_table('mandate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mandate_phone_index'))
        batch_op.drop_index(batch_op.f('ix_mandate_person_key'))
        batch_op.drop_index(batch_op.f('ix_mandate_made_at'))
        batch_op.drop_index(batch_op.f('ix_mandate_helper_id'))
        batch_op.drop_index(batch_op.f('ix_mandate_dossier_code'))

    op.drop_table('mandate')
    op.drop_table('helper_group')
    with op.batch_alter_table('helper', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_helper_phone_index'))

    op.drop_table('helper')
    op.drop_table('mandate_head')
    op.drop_table('consent_text')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION append_only()')
