"""a role takes two: who asked for it, who confirmed it

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 02:00

"""
from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade():
    with op.batch_alter_table('staff_role', schema=None) as batch_op:
        batch_op.add_column(sa.Column('granted_by_id', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('granted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('confirmed_by_id', NUMBER, nullable=True))
        batch_op.add_column(sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_staff_role_granted_by_id_staff'), 'staff', ['granted_by_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_staff_role_confirmed_by_id_staff'), 'staff', ['confirmed_by_id'], ['id'])

    # Whoever had a role before two were asked for keeps it.
    made = '(SELECT created_at FROM staff WHERE staff.id = staff_role.staff_id)'
    op.execute(f'UPDATE staff_role SET granted_at = {made}, confirmed_at = {made}')  # noqa: S608
    with op.batch_alter_table('staff_role', schema=None) as batch_op:
        batch_op.alter_column('granted_at', existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade():
    # Without these columns every row counts: what nobody has confirmed must not begin to count.
    op.execute('DELETE FROM staff_role WHERE confirmed_at IS NULL')
    with op.batch_alter_table('staff_role', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_staff_role_confirmed_by_id_staff'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_staff_role_granted_by_id_staff'), type_='foreignkey')
        batch_op.drop_column('confirmed_at')
        batch_op.drop_column('confirmed_by_id')
        batch_op.drop_column('granted_at')
        batch_op.drop_column('granted_by_id')
