from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from lwg_intake.access.accounts import password_path
from lwg_intake.access.roles import Role
from lwg_intake.audit.record import coming_from
from lwg_intake.desk.actions.people import add_person, note_password_link
from lwg_intake.errors import Refusal


class Command(BaseCommand):
    help = "Open an account, such as that of the first administrator, and print the address to choose its password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help='First and last name: "Ana Ruiz".')
        parser.add_argument("--role", action="append", required=True, choices=Role.values, dest="roles")

    @coming_from("manage.py add_account")
    def handle(self, *args: Any, email: str, name: str, roles: list[str], **options: Any) -> None:
        first, _, last = name.strip().partition(" ")
        try:
            validate_email(email)
            person = add_person(by=None, email=email.lower(), first_name=first, last_name=last, roles=roles)
            note_password_link(by=None, person=person)
        except ValidationError as error:
            raise CommandError(f"{email} is no e-mail address.") from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{person} has an account now. Open this address of the program within three days:")
        self.stdout.write(password_path(person))
