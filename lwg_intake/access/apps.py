from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "lwg_intake.access"
    label = "access"

    def ready(self) -> None:
        from lwg_intake.access import sessions

        sessions.listen()
