"""Who may do what: one table, in a form a manager could read. Nothing else names a role."""

from django.db.models import TextChoices


class Role(TextChoices):
    CSR = "csr", "CSR"
    MANAGER = "manager", "Manager"
    TRANSITION_MANAGER = "transition_manager", "Transition manager"
    CLINICIAN = "clinician", "Clinician"
    SUPERVISOR = "supervisor", "Supervisor"
    BILLING = "billing", "Billing"
    ADMINISTRATOR = "administrator", "Administrator"


class Can(TextChoices):
    """A right. The label completes the sentence "This person can …"."""

    SEE_ALL_CLIENTS = "see_all_clients", "see every client's record"
    SEE_OWN_CLIENTS = "see_own_clients", "see the clients assigned to them"
    SEE_TEAM_CLIENTS = "see_team_clients", "see the clients of the clinicians they supervise"
    SEE_CASES = "see_cases", "see open cases and the tracker"
    WORK_RETURNS = "work_returns", "start a return and work through its steps"
    DECIDE_RETURNS = "decide_returns", "decide whether a category C or D client, or a severe A, may return"
    WORK_REASSIGNMENTS = "work_reassignments", "start a change of clinician and work through its steps"
    REMOVE_CLINICIANS = "remove_clinicians", "mark an old clinician as removed from a client's record"
    ANSWER_MANAGEMENT = "answer_management", "answer questions put to management"
    ANSWER_BILLING = "answer_billing", "answer questions put to billing"
    CLEAR_BALANCES = "clear_balances", "clear a balance or record a payment arrangement"
    SET_POLICY = "set_policy", "change the practice's numbers"
    REVIEW_CASELOAD = "review_caseload", "review what the night suggests for their own clients"
    REVIEW_ALL_CASELOADS = "review_all_caseloads", "see what the night suggests for everybody's clients"
    CONSULT_CLOSINGS = "consult_closings", "look at an attendance closure before it goes on"
    CLOSE_CLIENTS = "close_clients", "close a client of their own, of their team, or one asked of them"
    END_UNRESPONSIVE = "end_unresponsive", "end services of an unresponsive client of a departure"
    RING_CLIENTS = "ring_clients", "work the call list and offer places that came free"
    KEEP_BACKFILL = "keep_backfill", "put clients on the backfill list and take them off"
    RUN_DEPARTURES = "run_departures", "open, watch over and close a clinician's departure"
    VERIFY_ROSTER = "verify_roster", "look through the roster of their own departure"
    WORK_CALLS = "work_calls", "ring and write to the clients of a departure, and place them"
    SEE_FIGURES = "see_figures", "see how the practice is doing"
    SEE_OUTBOX = "see_outbox", "see what waits in the outbox, hold messages back and send them again"
    EDIT_TEXTS = "edit_texts", "change the words of the practice's messages"
    SEE_TRAIL = "see_trail", "see who saw or changed a client's record"
    KEEP_RECORDS = "keep_records", "set legal holds and decide about records past their date"
    IMPORT = "import_files", "import files, and take an import back"
    MANAGE_PEOPLE = "manage_people", "add accounts and set their roles"
    USE_DESK = "use_desk", "sign in and see their own work"


_OFFICE = {Can.USE_DESK, Can.SEE_ALL_CLIENTS, Can.SEE_CASES}
_CARE = {Can.USE_DESK, Can.SEE_OWN_CLIENTS, Can.REVIEW_CASELOAD, Can.CLOSE_CLIENTS, Can.KEEP_BACKFILL, Can.SEE_FIGURES}

MAY: dict[Role, set[Can]] = {
    Role.CSR: {
        *_OFFICE,
        Can.WORK_REASSIGNMENTS,
        Can.WORK_CALLS,
        Can.RING_CLIENTS,
        Can.KEEP_BACKFILL,
        Can.WORK_RETURNS,
        Can.CONSULT_CLOSINGS,
    },
    Role.MANAGER: {
        *_OFFICE,
        Can.RUN_DEPARTURES,
        Can.WORK_CALLS,
        Can.WORK_REASSIGNMENTS,
        Can.WORK_RETURNS,
        Can.DECIDE_RETURNS,
        Can.REMOVE_CLINICIANS,
        Can.ANSWER_MANAGEMENT,
        Can.CONSULT_CLOSINGS,
        Can.SET_POLICY,
        Can.IMPORT,
        Can.SEE_TRAIL,
        Can.KEEP_RECORDS,
        Can.SEE_OUTBOX,
        Can.EDIT_TEXTS,
        Can.REVIEW_ALL_CASELOADS,
        Can.RING_CLIENTS,
        Can.KEEP_BACKFILL,
        Can.SEE_FIGURES,
    },
    Role.TRANSITION_MANAGER: {
        *_OFFICE,
        Can.RUN_DEPARTURES,
        Can.WORK_CALLS,
        Can.WORK_REASSIGNMENTS,
        Can.END_UNRESPONSIVE,
        Can.CLOSE_CLIENTS,
        Can.SEE_FIGURES,
        Can.SEE_OUTBOX,
    },
    Role.CLINICIAN: {*_CARE, Can.VERIFY_ROSTER, Can.END_UNRESPONSIVE},
    Role.SUPERVISOR: {*_CARE, Can.VERIFY_ROSTER, Can.SEE_TEAM_CLIENTS},
    Role.BILLING: {*_OFFICE, Can.ANSWER_BILLING, Can.CLEAR_BALANCES},
    Role.ADMINISTRATOR: {Can.USE_DESK, Can.MANAGE_PEOPLE, Can.IMPORT},
}


def rights_of(roles: list[str]) -> frozenset[Can]:
    """Everything that holders of these roles may do, together."""
    return frozenset().union(*(MAY[Role(role)] for role in roles))


def who_may(right: Can) -> list[str]:
    """The labels of the roles that hold a right, in the order of the roles."""
    return [role.label for role in Role if right in MAY[role]]


def table() -> str:
    """The roles table as Markdown, for the docs."""
    head = "| This person can … | " + " | ".join(role.label for role in Role) + " |"
    rule = "|---|" + ":-:|" * len(Role)
    rows = (f"| {can.label} | " + " | ".join("●" if can in MAY[r] else "" for r in Role) + " |" for can in Can)
    return "\n".join([head, rule, *rows])
