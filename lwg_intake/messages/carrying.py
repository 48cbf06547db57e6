"""What can become of a message on its way, in the same words for mail and for text; and the way by mail."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage


class Away(Exception):
    """The server did not take it: later it may. The text is the error's kind, never what the server said."""


class Unsure(Away):
    """It may have left. It is tried again only once that is known."""


class Returned(Exception):
    """The address or number was refused for good; the text is a sentence for staff."""


class Unfit(Exception):
    """This cannot be sent at all; the text is a sentence for staff."""


def mail(*, to: str, subject: str, body: str, key: str) -> None:
    """Hand an e-mail over. Raises Away, Returned and Unfit."""
    letter = EmailMessage(subject, body, to=[to], headers={"Message-ID": f"<{key}@outbox>"})
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max(code for code, _ in error.recipients.values())
        if code >= 500:
            raise Returned(f"The address was refused ({code}). Correct it in the record, then send again.") from None
        raise Away(type(error).__name__) from None
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= 500:
            raise Unfit(f"The mail server refused this message ({error.smtp_code}). Ask the administrator.") from None
        raise Away(type(error).__name__) from None
    except (smtplib.SMTPException, OSError) as error:
        raise Away(type(error).__name__) from None
    except ValueError as error:
        raise Unfit(
            f"This cannot be sent as an e-mail ({type(error).__name__}). Correct the address on record."
        ) from None
