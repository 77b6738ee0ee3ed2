"""Small tables that ship with the matcher; docs/matching.md tells how each was made."""
