"""Reminders: what is said at the right time without being asked, by rules that a manager edits."""
