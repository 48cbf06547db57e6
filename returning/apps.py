from django.apps import AppConfig


class ReturningConfig(AppConfig):
    name = "returning"

    def ready(self) -> None:
        from lwg_intake.checklists.registry import register
        from lwg_intake.policy.effects import offer
        from returning.effects import effects_of
        from returning.wing import WING

        register(WING)
        offer(effects_of)
