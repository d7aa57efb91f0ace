"""what a session of help keeps while it lasts: the person, the procedure, the call that led here, a word at the end

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-24 05:00

"""
from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('help_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('person', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('procedure_code', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('began_draft', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('call_code', sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column('rating', sa.String(length=10), nullable=True))
    with op.batch_alter_table('help_session', schema=None) as batch_op:
        batch_op.alter_column('began_draft', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade():
    with op.batch_alter_table('help_session', schema=None) as batch_op:
        for name in ('rating', 'call_code', 'began_draft', 'procedure_code', 'person'):
            batch_op.drop_column(name)
