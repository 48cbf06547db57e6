from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PolicyConfig(AppConfig):
    name = "lwg_intake.policy"
    label = "policy"

    def ready(self) -> None:
        from lwg_intake.policy.values import write_defaults

        post_migrate.connect(write_defaults, sender=self)
