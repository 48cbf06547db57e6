from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "lwg_intake.desk"
    label = "desk"
