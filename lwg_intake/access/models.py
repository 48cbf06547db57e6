from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models.functions import Lower

from lwg_intake.access.roles import Can, Role, rights_of
from lwg_intake.audit.record import record


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An administrator: there is no superuser here, since that would be a way past the roles table."""
        return self.create_user(email, password, roles=[Role.ADMINISTRATOR], **fields)


class User(AbstractUser):
    """An account of one member of staff, named by e-mail address. A person may hold several roles."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_email")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is right. Where a sign-in hashes it anew, as is done by now, that is on record with it."""
        before = self.password
        with transaction.atomic():
            is_right = super().check_password(raw_password)
            if self.password != before:
                record("account.password_written", by=self, on=self)
        return is_right

    @cached_property
    def rights(self) -> frozenset[Can]:
        return rights_of(self.roles)

    def can(self, right: Can) -> bool:
        """Whether one of this person's roles holds the right."""
        return right in self.rights
