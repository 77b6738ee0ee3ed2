"""The rules of the grammar: a pattern over token kinds, and what is made of the tokens that match; see grammar.py."""
