from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "lwg_intake.audit"
    label = "audit"

    def ready(self) -> None:
        from lwg_intake.audit import checks  # noqa: F401
