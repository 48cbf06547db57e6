from django.apps import AppConfig


class ReturningConfig(AppConfig):
    name = "returning"
