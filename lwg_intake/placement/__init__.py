"""From the phone number to the first visit: what a return and a reassignment share."""
