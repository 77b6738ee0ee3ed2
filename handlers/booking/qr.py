"""The code that a customer shows at the desk: the appointment's address in this shop, as a picture."""

import hashlib
from datetime import datetime
from io import BytesIO

from sqlalchemy.orm import Session

from handlers.customers.rules import CODE
from storage import media
from storage.appointments import Appointment

SCALE, BORDER = 8, 4


def text_of(row: Appointment) -> str:
    """What a scanner at the desk reads and types into the console's search."""
    return f"{CODE}{row.token}"


def picture(session: Session, row: Appointment, chat_id: int, now: datetime) -> str:
    """The id of the picture, kept for this chat; made once."""
    import segno  # late: only who shows it pays for it

    made = BytesIO()
    code = segno.make(text_of(row), error="m")
    code.save(made, kind="png", scale=SCALE, border=BORDER)
    content = made.getvalue()
    width, height = code.symbol_size(SCALE, BORDER)
    sha256 = hashlib.sha256(content).hexdigest()
    known = media.same(session, chat_id, sha256)
    if known is not None:
        return known
    return media.keep(
        session, chat_id=chat_id, sha256=sha256, mime="image/png", width=int(width), height=int(height), content=content, now=now
    )
