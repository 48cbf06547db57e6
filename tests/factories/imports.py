import factory

from lwg_intake.imports.models import Change, Kind, Person, Run, RunFile
from tests.factories.access import UserFactory


class RunFactory(factory.django.DjangoModelFactory):
    """Checked, and waiting for the administrator."""

    class Meta:
        model = Run

    status = "checked"
    by = factory.SubFactory(UserFactory, roles=["administrator"])


class RunFileFactory(factory.django.DjangoModelFactory):
    """A file of clients."""

    class Meta:
        model = RunFile

    run = factory.SubFactory(RunFactory)
    file = "clients"
    name = "clients.csv"
    place = factory.Sequence(lambda n: n % 1000)


class ChangeFactory(factory.django.DjangoModelFactory):
    """A client that the file created."""

    class Meta:
        model = Change

    file = factory.SubFactory(RunFileFactory)
    table = "records_client"
    record_id = 1
    client_id = 1


class KindFactory(factory.django.DjangoModelFactory):
    """Somebody said what the columns of a list of clients mean."""

    class Meta:
        model = Kind

    mark = factory.Sequence(lambda n: f"{n:064x}")
    name = "clients of the old system.csv"
    mapping = factory.LazyFunction(lambda: {"makes": "clients", "columns": {"client": 0}})
    made_by = factory.SubFactory(UserFactory, roles=["administrator"])


class PersonFactory(factory.django.DjangoModelFactory):
    """Somebody whom nobody has decided about yet."""

    class Meta:
        model = Person

    key = factory.Sequence(lambda n: f"ada brightwater {n}")
    name = "Ada Brightwater"
