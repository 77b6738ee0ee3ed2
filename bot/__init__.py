"""How the world reaches us: command line, channels, courier, clockwork. The only asynchronous code."""
