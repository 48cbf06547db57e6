from datetime import date

import factory

from lwg_intake.policy.models import Setting


class SettingFactory(factory.django.DjangoModelFactory):
    """One of the practice's numbers, from a day on."""

    class Meta:
        model = Setting

    key = "return_intake_months"
    value = 12
    effective_on = date(2026, 1, 1)
    source = "S0, R1"
