"""Channels: each turns what its world sends into an `Incoming`, and our rows into what its world shows."""
