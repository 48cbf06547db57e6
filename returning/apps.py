from django.apps import AppConfig


class ReturningConfig(AppConfig):
    name = "returning"

    def ready(self) -> None:
        from lwg_intake.checklists.registry import register
        from returning.wing import WING

        register(WING)
