"""${message}"""

import sqlalchemy as sa
from alembic import op

from queue_server.core import schema

revision = ${repr(up_revision).replace(chr(39), chr(34))}
down_revision = ${repr(down_revision).replace(chr(39), chr(34))}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
