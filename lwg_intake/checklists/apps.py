from django.apps import AppConfig


class ChecklistsConfig(AppConfig):
    name = "lwg_intake.checklists"
    label = "checklists"

    def ready(self) -> None:
        from lwg_intake.checklists.effects import effects_of
        from lwg_intake.policy.effects import offer

        offer(effects_of)
