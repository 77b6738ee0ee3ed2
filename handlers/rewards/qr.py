"""The code of a coupon as a picture, made once for a chat."""

import hashlib
from datetime import datetime
from io import BytesIO

from sqlalchemy.orm import Session

from handlers.rewards import codes
from storage import media
from storage.coupons import Coupon

SCALE, BORDER = 8, 4


def picture(session: Session, coupon: Coupon, chat_id: int, now: datetime) -> str:
    """The id of the picture. A scanner at the desk types what it reads into the console's field."""
    import segno  # late: only who shows it pays for it

    made = BytesIO()
    code = segno.make(codes.SCANNED + coupon.code, error="m")
    code.save(made, kind="png", scale=SCALE, border=BORDER)
    content = made.getvalue()
    width, height = code.symbol_size(SCALE, BORDER)
    sha256 = hashlib.sha256(content).hexdigest()
    return media.same(session, chat_id, sha256) or media.keep(
        session, chat_id=chat_id, sha256=sha256, mime="image/png", width=int(width), height=int(height), content=content, now=now
    )
