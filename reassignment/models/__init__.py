from reassignment.models.departures import Attempt, Departure, Mailing, RosterChange, RosterRow
from reassignment.models.requests import Offer, Reassignment

__all__ = ["Attempt", "Departure", "Mailing", "Offer", "Reassignment", "RosterChange", "RosterRow"]
