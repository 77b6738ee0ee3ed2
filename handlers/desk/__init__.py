"""The kit of the staff's side: pages, what they are about, who may see it. The console in `bot/` serves them."""

from handlers.desk.desk import Desk
from handlers.desk.house import House
from handlers.desk.page import ADMINISTRATORS, EVERYBODY, MANAGERS, Go, Missing, Page, Panel, Photo, Picture, Thing

__all__ = [
    "ADMINISTRATORS",
    "EVERYBODY",
    "MANAGERS",
    "Desk",
    "Go",
    "House",
    "Missing",
    "Page",
    "Panel",
    "Photo",
    "Picture",
    "Thing",
]
