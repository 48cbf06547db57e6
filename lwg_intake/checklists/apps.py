from django.apps import AppConfig


class ChecklistsConfig(AppConfig):
    name = "lwg_intake.checklists"
    label = "checklists"
