from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "lwg_intake.audit"
    label = "audit"
