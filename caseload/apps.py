from django.apps import AppConfig


class CaseloadConfig(AppConfig):
    name = "caseload"

    def ready(self) -> None:
        from caseload.effects import effects_of
        from caseload.wing import WING
        from lwg_intake.checklists.registry import register
        from lwg_intake.policy.effects import offer

        register(WING)
        offer(effects_of)
