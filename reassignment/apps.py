from django.apps import AppConfig


class ReassignmentConfig(AppConfig):
    name = "reassignment"

    def ready(self) -> None:
        from lwg_intake.checklists.registry import register
        from reassignment.wing import WING

        register(WING)
