"""What we remember: the database, then one file per noun with its table and every query on it."""

# All nouns are loaded together, so that foreign keys find their tables whichever feature asks first.
from storage import (
    appointments,
    audit,
    catalogue,
    chats,
    contact,
    customers,
    database,
    entries,
    keys,
    leases,
    marks,
    media,
    merging,
    messages,
    odometer,
    people,
    phone_codes,
    promises,
    proposals,
    quarantine,
    revisions,
    slots,
    staff,
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
    "appointments", "audit", "catalogue", "chats", "contact", "customers", "database", "entries", "keys", "leases", "marks",
    "media", "merging", "messages", "odometer", "people", "phone_codes", "promises", "proposals", "quarantine", "revisions",
    "slots", "staff", "stores", "technicians", "terms", "tickets", "tier_rules", "vehicles", "verdicts", "visits",
    "waitlist",
]  # fmt: skip
