from tests.returning.conftest import practice

__all__ = ["practice"]
