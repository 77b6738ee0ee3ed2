"""What the bot can do: one folder per capability. The order of FEATURES is the order in which they look at free words."""

from handlers import (
    booking,
    contact,
    customers,
    danger,
    faq,
    feedback,
    figures,
    inbox,
    lessons,
    oversight,
    prices,
    privacy,
    profile,
    recall,
    reminders,
    rewards,
    segments,
    staff,
    tickets,
    vehicles,
    visits,
    welcome,
)

FEATURES = [
    danger.FEATURE, welcome.FEATURE, tickets.FEATURE, inbox.FEATURE, vehicles.FEATURE, visits.FEATURE, booking.FEATURE,
    feedback.FEATURE, reminders.FEATURE, prices.FEATURE, privacy.FEATURE, rewards.FEATURE, faq.FEATURE, profile.FEATURE,
    contact.FEATURE, customers.FEATURE, lessons.FEATURE, segments.FEATURE, recall.FEATURE, figures.FEATURE, staff.FEATURE,
    oversight.FEATURE,
]  # fmt: skip
