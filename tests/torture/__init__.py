"""Runs that try to break the promises: kill -9 at random, and updates of every shape. Short here, long by `make torture`."""
