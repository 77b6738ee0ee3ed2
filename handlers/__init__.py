"""What the bot can do: one folder per capability. The order of FEATURES is the order in which they look at free words."""

FEATURES: list[object] = []
