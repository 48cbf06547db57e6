from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "lwg_intake.access"
    label = "access"
