"""What kiosks and windows send about money."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from queue_server.payments.model.cash import MOST_PIECES, Piece

Centimos = Annotated[int, Field(gt=0, lt=1_000_000)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_ ]{0,39}$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PieceBody(Body):
    """One note or coin that was kept. `id` is minted by the kiosk's journal, once for each."""

    id: UUID
    serial: Annotated[str, Field(min_length=1, max_length=60)]
    counter: Annotated[int, Field(ge=0, le=2**31 - 1)]
    amount_centimos: Centimos
    item: Annotated[str, Field(max_length=20)]

    def piece(self) -> Piece:
        """The domain's own form of it."""
        return Piece(self.id, self.serial, self.counter, self.amount_centimos, self.item)


Pieces = Annotated[list[PieceBody], Field(min_length=1, max_length=MOST_PIECES)]
