"""What we remember: the database, then one file per noun with its table and every query on it."""

# All nouns are loaded together, so that foreign keys find their tables whichever feature asks first.
from storage import (
    appointments,
    catalogue,
    chats,
    customers,
    database,
    entries,
    leases,
    marks,
    media,
    merging,
    messages,
    odometer,
    phone_codes,
    promises,
    proposals,
    quarantine,
    revisions,
    slots,
    stores,
    technicians,
    terms,
    tickets,
    tier_rules,
    vehicles,
    verdicts,
    visits,
    waitlist,
)

__all__ = [
    "appointments", "catalogue", "chats", "customers", "database", "entries", "leases", "marks", "media", "merging", "messages",
    "odometer", "phone_codes", "promises", "proposals", "quarantine", "revisions", "slots", "stores", "technicians", "terms",
    "tickets", "tier_rules", "vehicles", "verdicts", "visits", "waitlist",
]  # fmt: skip
