from django.apps import AppConfig


class ReassignmentConfig(AppConfig):
    name = "reassignment"
