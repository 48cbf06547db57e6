import pytest

from tests.pages import signed_in
from tests.returning.conftest import former, practice
from tests.returning.deeds import start


@pytest.fixture
def case(practice):
    return start(practice, former())


@pytest.fixture
def csr(practice):
    return signed_in(practice.csr)


@pytest.fixture
def other(practice):
    return signed_in(practice.other_csr)


__all__ = ["practice"]
