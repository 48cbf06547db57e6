from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "lwg_intake.messages"
    label = "outbox"
