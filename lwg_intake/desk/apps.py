from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "lwg_intake.desk"
    label = "desk"

    def ready(self) -> None:
        from lwg_intake.desk.effects import effects_of
        from lwg_intake.policy.effects import offer

        offer(effects_of)
