from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "lwg_intake.records"
    label = "records"
