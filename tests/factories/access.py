import factory

from lwg_intake.access.models import User
from lwg_intake.access.roles import Role


class UserFactory(factory.django.DjangoModelFactory):
    """Staff. `UserFactory(roles=[Role.MANAGER])`; a CSR unless said otherwise."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"staff{n}@example.com")
    first_name = "Sam"
    last_name = factory.Sequence(lambda n: f"Staff{n}")
    roles = factory.LazyFunction(lambda: [Role.CSR])
    password = factory.django.Password("a-long-password")
