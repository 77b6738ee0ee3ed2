"""What we hold of people: for every column of every table whether it is personal, whose, and what erasing makes of it.

A table or column that is not named here fails a test: whoever adds one decides what it is. What is kept after an erasure says
something of a visit, a bill or a promise, and points at a person without name, number, plate, address or words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# Whose a row is: the column that says it, and what its number is that of.
Kind = Literal["chat", "customer", "vehicle", "ticket", "appointment", "coupon", "message", "staff_message"]
# "gone": the row goes. "blank": its personal columns get these values. "kept": nothing personal is in it; it is exported only.
Fate = Literal["gone", "blank", "kept"]


@dataclass(frozen=True, slots=True)
class Unique:
    """Stands for "erased-" and the row's number, where a value must differ from all others."""


@dataclass(frozen=True, slots=True)
class Declared:
    """`plain`: columns with nothing personal, as names between spaces. `personal`: columns of a customer, and what stands there
    afterwards (nothing counts for a row that goes). `staff`: columns about or written by staff, which an erasure leaves.
    `of`: whose a row is, for rows of customers. `untold`: columns that are not told even to them, such as codes.
    """

    plain: str = ""
    personal: Mapping[str, Any] = field(default_factory=dict)
    staff: str = ""
    of: Mapping[str, Kind] = field(default_factory=dict)
    fate: Fate = "kept"
    untold: str = ""


def _shop(plain: str, staff: str = "") -> Declared:
    """Content and workings of the shop."""
    return Declared(plain=plain, staff=staff)


_CHAT: Mapping[str, Kind] = {"chat_id": "chat"}
_CUSTOMER: Mapping[str, Kind] = {"customer_id": "customer"}
_BOTH: Mapping[str, Kind] = {"chat_id": "chat", "customer_id": "customer"}
_VEHICLE: Mapping[str, Kind] = {"vehicle_id": "vehicle"}
_TICKET: Mapping[str, Kind] = {"ticket_id": "ticket"}

# In the order in which an erasure goes: what points at a row comes before it.
TABLES: Mapping[str, Declared] = {
    # -- what was said
    "ticket_messages": Declared("ticket_id message_id", of={"message_id": "message"}, fate="gone"),
    "ticket_posts": Declared("message_id ticket_id kind before settled", of=_TICKET),
    "ticket_drafts": Declared("ticket_id", {"words": "", "note": ""}, "staff_id changed_at", _TICKET, "gone"),
    "ticket_later": Declared("id ticket_id seen due_at ended_at waits", {"words": ""}, "staff_id", _TICKET, "gone"),
    "ticket_notes": Declared("id ticket_id at", {"text": ""}, "who staff_id", _TICKET, "blank"),
    "ticket_boards": Declared(
        "ticket_id chat_id topic_id card_id message_id note_id event_id ended", {"title": ""}, "", _TICKET, "blank"
    ),
    "gaps": Declared("id kind chat_id language nearest confidence at", {"text": ""}, "", _CHAT, "gone"),
    "media": Declared(
        "id chat_id mime width height created_at", {"sha256": "", "name": "", "content": b""}, "", _CHAT, "gone"
    ),
    "messages": Declared(
        "id chat_id channel status kind token edits feature purpose priority created_at due_at lease_until claimed_by attempts "
        "sent_at error",
        {"text": "", "data": {}, "key": None, "channel_ref": None}, "", {"chat_id": "chat"}, "gone",
    ),
    "phone_codes": Declared(
        "id chat_id made_at expires_at failures ended_at", {"phone": "", "code": ""}, "", _CHAT, "gone", untold="code"
    ),
    # -- what is done for them
    "appointment_events": Declared(
        "id appointment_id at origin what", {"details": {}}, "who", {"appointment_id": "appointment"}, "blank"
    ),
    "waitlist": Declared(
        "id store_id customer_id chat_id vehicle_id model_id services transport earliest latest status asked_at appointment_id "
        "offered_at offer_until told_at passed offers",
        {"name": None, "phone": None, "note": ""}, "", _BOTH, "gone",
    ),
    "appointments": Declared(
        "id token store_id customer_id chat_id vehicle_id model_id services starts_at ends_at legs bay_id technician_id "
        "transport price discount status hold_until sequence source created_at changed_at",
        {"name": None, "phone": None, "note": ""}, "advisor_id", _BOTH, "blank",
    ),
    "feedback": Declared(
        "id key chat_id customer_id store_id appointment_id visit_id services day ended_at outcome asked_at reminded_at work "
        "people causes answered_at finished_at ticket_id",
        {"words": "", "media": []}, "technician_id advisor", _BOTH, "blank",
    ),
    "tickets": Declared(
        "id token chat_id customer_id store_id visit_id appointment_id kind tier category status severity error unplaced "
        "opened_at "
        "response_from solution_from first_response_due solution_due response_alarm solution_alarm look_at reckoned_with "
        "answered_at heard_at "
        "unanswered reopened resolved_at closed_at merged_into rating",
        {"summary": "", "wish": None, "phone": None, "reasons": [], "cause": None, "remedy": None, "prevention": None},
        "staff_id", _BOTH, "blank",
    ),
    "ticket_events": Declared("id ticket_id at place what detail", {}, "who staff_id", _TICKET),
    "ticket_marks": Declared("id key chat_id ticket_id kind at cleared_at", of=_CHAT),
    "ticket_notices": Declared("id key ticket_id kind role at told_at message_id tries", {}, "staff_id", _TICKET),
    "ticket_pauses": Declared("id ticket_id began_at ended_at", of=_TICKET),
    "ticket_relays": Declared("id chat_id ref thread ticket_id message_id note_id album watched_id", {}, "staff_id", _TICKET),
    "ticket_approvals": Declared("id ticket_id offer asked_at decided_at granted", {}, "asked_by decided_by", _TICKET),
    "ticket_tags": Declared("ticket_id tag", of=_TICKET),
    "ticket_snoozes": Declared("ticket_id until", {}, "staff_id", _TICKET),
    "ticket_parts": Declared("id ticket_id expected_on began_at told_at until reminded ended_at", {}, "staff_id what", _TICKET),
    "ticket_mentions": Declared("ticket_id at", {}, "staff_id", _TICKET),
    "coupon_entries": Declared(
        "id coupon_id offer_id kind turn worth amount bill store_id at",
        {"note": ""}, "staff_id", {"coupon_id": "coupon"}, "blank",
    ),
    "campaign_people": Declared(
        "id campaign_id customer_id arm status reason tries key taken_at taken_on until_at until_on appointment_id coupon_id "
        "clicked_at", of=_CUSTOMER,
    ),
    "campaign_openings": Declared(
        "id campaign_id customer_id place opens taken_at taken_on until_at until_on coupon_id came_of", of=_CUSTOMER
    ),
    "coupons": Declared(
        "id code key offer_id customer_id state uses valid_until appointment_id issued_at", {"reason": ""}, "", _CUSTOMER, "blank"
    ),
    # -- what they wish and agreed to
    "consent_texts": _shop("id words anew ends_at ended at", "staff_id"),
    "consents": Declared("id chat_id customer_id purpose given version channel at", of=_BOTH),
    "contact_decisions": Declared("id key chat_id customer_id kind purpose priority verdict reason due_at at", of=_BOTH),
    "contact_wishes": Declared("chat_id off per_week per_month paused_until timezone preferred", of=_CHAT, fate="gone"),
    "push_answers": Declared("id key customer_id answer until at", of=_CUSTOMER, fate="gone"),
    "survey_invitations": Declared("id quarter chat_id store_id used", of=_CHAT),
    # -- their cars
    "vehicle_invites": Declared("vehicle_id expires_at", {"digest": ""}, "", _VEHICLE, "gone", untold="digest"),
    "vehicle_people": Declared(
        "vehicle_id customer_id role since removed_at", of={"vehicle_id": "vehicle", "customer_id": "customer"}, fate="gone"
    ),
    "care_notes": Declared("id vehicle_id services done_on km source at", of=_VEHICLE, fate="gone"),
    "odometer_readings": Declared("id vehicle_id read_on km source visit_id", of=_VEHICLE),
    "visits": Declared("id code vehicle_id store_id visited_on services amount odometer_km", of=_VEHICLE),
    "vehicles": Declared(
        "id customer_id model_id year removed_at",
        {
            "code": Unique(), "plate": None, "plate_key": None, "vin": None, "colour": None, "name": None, "trim": None,
            "delivered_on": None, "insured_until": None, "inspection_due": None, "warranty_until": None, "parked": None,
        },
        "", {"id": "vehicle"}, "blank",
    ),
    # -- who they are
    "customer_advisors": Declared("id customer_id", {}, "staff_id", _CUSTOMER, "gone"),
    "customer_facts": Declared(
        "customer_id as_of visits visits_30 visits_365 first_on last_on spent spent_365 spent_90 spent_90_before cars "
        "delivered_on year km next_on", of=_CUSTOMER,
    ),
    "customer_tags": Declared("customer_id at", {"tag": ""}, "staff_id", _CUSTOMER, "gone"),
    "facts_due": Declared("id customer_id", of=_CUSTOMER),
    "segment_members": Declared("id segment_id customer_id entered_at left_at", of=_CUSTOMER, fate="gone"),
    "chats": Declared(
        "id channel pulls customer_id store_id language language_chosen misses ticket_id stopped_at reachable send_after "
        "burst_at burst hour_at hour created_at seen_at asked_at muted_until",
        {
            "address": Unique(), "name": "", "model_id": None, "form": None, "run": None, "slot": None, "answers": {},
            "asked": [],
        },
        "", {"id": "chat"}, "blank",
    ),
    "customers": Declared(
        "id store_id language provisional created_at",
        {"code": Unique(), "name": "—", "phone": None, "phone_verified_at": None, "birthday": None, "lunar_birthday": None},
        "", {"id": "customer"}, "blank",
    ),
    # -- linked by no number; `storage.erasing` looks for the person's words and address in them
    "staff_link_tries": Declared("id at", {"address": ""}),
    "alias_proposals": Declared("id entry_id language count first_at last_at status", {"text": "", "folded": ""}),
    "quarantine": Declared("id key channel reason at", {"raw": ""}),
    # -- of nobody
    "erasures": _shop("id who asked_at done_at place"),
    "survey_answers": _shop("key quarter store_id trust effort recommend"),
    "tries": _shop("key count"),
    # -- staff, and what they write of no one customer
    "audit": _shop("id at place action about details", "staff_id"),
    "alarms": _shop("id kind at details told_at seen_at", "staff_id seen_by"),
    "export_requests": _shop("id kind rows asked_at decided_at granted used_at", "asked_by decided_by"),
    "seals": _shop("id source row_id sealed_at whole digest"),
    "lessons": _shop("id ticket_id store_id at tier category", "staff_id title root whys remedy prevention draft"),
    "staff": _shop("id role store_id created_at dismissed_at", "login name language theme keys password"),
    "staff_factors": _shop("confirmed_at used_step failures failed_at", "staff_id secret"),
    "staff_recovery_codes": _shop("", "digest staff_id"),
    "staff_invites": _shop("expires_at", "digest staff_id"),
    "staff_sessions": _shop("created_at seen_at failures", "digest staff_id browser"),
    "staff_shifts": _shop("", "staff_id week away_until skills"),
    "staff_links": _shop("linked_at", "staff_id address"),
    "staff_link_codes": _shop("expires_at", "digest staff_id"),
    "ticket_bulks": _shop("id do to_id items at due_at ended_at", "staff_id"),
    "ticket_filters": _shop("id", "staff_id name query"),
    "ticket_presence": _shop("ticket_id seen_at wrote_at", "staff_id"),
    "technicians": _shop("id store_id code skills active", "name"),
    "shifts": _shop("id technician_id weekday starts ends"),
    # -- the shop
    "bays": _shop("id store_id code kind model active"),
    "campaigns": _shop(
        "id name segment_id offer_id store_id letters starts_at ends_at hold_out services places hold_hours days_ahead "
        "report_days "
        "cost status note created_at approved_at ended_at link", "made_by approved_by",
    ),
    "car_models": _shop("id code make names aliases energy"),
    "closures": _shop("id store_id bay_id technician_id starts_at ends_at reason"),
    "entries": _shop(
        "id entry_id language category question aliases answer buttons audience valid_from valid_until stores changed_at"
    ),
    "facts_runs": _shop("day upto finished_at"),
    "feedback_causes": _shop("code names words unless position"),
    "holds": _shop("id reason begun_at ended_at outcome"),
    "kb_replaced": _shop("id version_id entry_id language content"),
    "kb_versions": _shop("id at what about added changed removed", "staff_id"),
    "keys": _shop("name value"),
    "leases": _shop("name holder until"),
    "offers": _shop(
        "id code names kind percent amount service currency stores services minimum stacks stock budget per_customer days "
        "starts_on "
        "ends_on issuer per_day issued committed spent created_at closed_at"
    ),
    "opening_hours": _shop("id store_id weekday opens closes"),
    "prices": _shop("id store_id service_id model_id amount valid_from valid_until cost"),
    "push_alarms": _shop("id rule day most at allowed_at"),
    "push_rules": _shop("code rule changed_at"),
    "push_settings": _shop("id figures"),
    "push_signals": _shop("id signal store_id at after_id counts done_at", "staff_id"),
    "push_sweeps": _shop("zone day after_id version counts done_at"),
    "quanta": _shop("resource quantum appointment_id"),
    "revisions": _shop("name number"),
    "saved_answers": _shop("code names texts afterwards tag hidden changed_at offer"),
    "segments": _shop("id code names family rule store_id active changed_at"),
    "services": _shop(
        "id code category names includes aliases minutes model_minutes at_km bay_kind skill position active"
    ),
    "slot_days": _shop("store_id day taken"),
    "suggestion_counts": _shop("code offered taken"),
    "special_days": _shop("id store_id day spans names"),
    "store_clocks": _shop("store_id timezone known"),
    "stores": _shop("id code kind names addresses parking phone timezone region currency position booking feedback margin"),
    "ticket_promises": _shop(
        "tier store response_minutes response_always solution_minutes solution_always goodwill goodwill_budget "
        "warning_percent"
    ),
    "tier_corrections": _shop("rule was became count last_at"),
    "tier_settings": _shop("id ear"),
    "tier_rules": _shop("code tier category names words near unless opens position"),
    "verdicts": _shop("entry_id language helped person last_at"),
}  # fmt: skip
