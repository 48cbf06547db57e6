"""Factories: a valid row of every model, invented. Give only what the test is about."""
