from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "lwg_intake.imports"
    label = "imports"
