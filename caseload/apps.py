from django.apps import AppConfig


class CaseloadConfig(AppConfig):
    name = "caseload"

    def ready(self) -> None:
        from caseload.wing import WING
        from lwg_intake.checklists.registry import register

        register(WING)
