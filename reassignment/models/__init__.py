from reassignment.models.departures import Attempt, Departure, Mailing, RosterChange, RosterRow

__all__ = ["Attempt", "Departure", "Mailing", "RosterChange", "RosterRow"]
