"""The words of the field, each written once.

An *agency share* is people; a *charge rate* is a price. Enumerations here are the only
spelling of routes, structures and links: files, commands and charts take theirs from them.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Route(StrEnum):
    """How a worker is engaged and therefore taxed.

    Example:
        >>> import sim
        >>> sim.Route("umbrella") is sim.Route.UMBRELLA
        True
    """

    PERMANENT = "permanent"
    AGENCY_PAYE = "agency_paye"
    UMBRELLA = "umbrella"
    PSC_OUTSIDE = "psc_outside"
    PSC_INSIDE = "psc_inside"


ROUTE_LABELS = {
    Route.PERMANENT: "permanent post (local government pension)",
    Route.AGENCY_PAYE: "agency, on the agency's own payroll",
    Route.UMBRELLA: "agency, through an umbrella company",
    Route.PSC_OUTSIDE: "agency, own limited company outside IR35",
    Route.PSC_INSIDE: "agency, own limited company inside IR35",
}


class WorkerState(IntEnum):
    """Where a worker stands in the market; stored as a small integer column."""

    PERMANENT = 0
    PLACED = 1
    BENCH = 2
    OUT = 3


class Source(IntEnum):
    """How a worker first entered the model; part of the worker's random key."""

    START_PERMANENT = 0
    START_PLACED = 1
    START_BENCH = 2
    OUTSIDE_HIRE = 3
    NEWLY_QUALIFIED = 4
    AGENCY_OUTSIDER = 5
    REPLACEMENT = 6


class Event(IntEnum):
    """What happened to a worker, as the ledger writes it down."""

    ENTERED = 0
    LEFT_SECTOR = 1
    WENT_TO_AGENCY = 2
    TOOK_PERMANENT_POST = 3
    MOVED_BOROUGH = 4
    ASSIGNMENT_BEGAN = 5
    ASSIGNMENT_ENDED = 6
    AGENCY_LEFT_SECTOR = 7


class Grade(StrEnum):
    """How far a number can be trusted: computed from data, read in a source, or assumed."""

    MEASURED = "measured"
    LOOKED_UP = "looked_up"
    ASSUMED = "assumed"


class BidTrigger(StrEnum):
    """What a borough looks at when it decides to pay more (a rival structure).

    Example:
        >>> import sim
        >>> list(map(str, sim.BidTrigger))
        ['unfilled', 'vacancies']
    """

    UNFILLED = "unfilled"
    VACANCIES = "vacancies"


class HiringStructure(StrEnum):
    """How permanent hiring answers vacancies (a rival structure).

    Example:
        >>> import sim
        >>> "budget" in list(sim.HiringStructure)
        True
    """

    RESPONSIVE = "responsive"
    SUPPLY_LIMITED = "supply_limited"
    REPUTATION = "reputation"
    BUDGET = "budget"


HIRING_LABELS = {one: one.value.replace("_", "-") for one in HiringStructure} | {
    HiringStructure.REPUTATION: "reputation-led",
    HiringStructure.BUDGET: "budget-limited",
}
"""What hiring is said to be: a structure's own name, unless that does not fit the sentence."""
BIDS_ON = {BidTrigger.UNFILLED: "unfilled posts", BidTrigger.VACANCIES: "vacancies"}
"""What a borough that bids on it looks at."""


class Link(StrEnum):
    """The links of the circle; each can be cut, which freezes it as it was at the start.

    Example:
        >>> import sim
        >>> cut = {"cut_links": [sim.Link.UNFILLED_RAISES_BIDS]}
        >>> len(sim.scenario_from({"extends": "no-cap", "structure": cut}).structure.cut_links)
        1
    """

    UNFILLED_RAISES_BIDS = "unfilled_raises_bids"
    RIVALS_ARE_LEAPFROGGED = "rivals_are_leapfrogged"
    PAY_DRAWS_TO_AGENCY = "pay_draws_to_agency"
    STRAIN_DRIVES_LEAVING = "strain_drives_leaving"
    LEAVING_OPENS_VACANCIES = "leaving_opens_vacancies"
    AGENCY_SHARE_REPELS_APPLICANTS = "agency_share_repels_applicants"
    OVERSPEND_CUTS_OFFER = "overspend_cuts_offer"
    OVERSPEND_SLOWS_BIDS = "overspend_slows_bids"
    DEAR_COVER_IS_UNWANTED = "dear_cover_is_unwanted"


LINK_LABELS = {
    Link.UNFILLED_RAISES_BIDS: "being short raises what a borough bids",
    Link.RIVALS_ARE_LEAPFROGGED: "short boroughs bid above the London mean",
    Link.PAY_DRAWS_TO_AGENCY: "better agency pay draws permanent staff",
    Link.STRAIN_DRIVES_LEAVING: "heavier caseloads drive permanent staff out",
    Link.LEAVING_OPENS_VACANCIES: "leavers leave a vacancy behind",
    Link.AGENCY_SHARE_REPELS_APPLICANTS: "a high agency share repels applicants",
    Link.OVERSPEND_CUTS_OFFER: "overspending cuts the permanent offer",
    Link.OVERSPEND_SLOWS_BIDS: "overspending slows bids and new posts",
    Link.DEAR_COVER_IS_UNWANTED: "dear cover leaves vacancies uncovered by choice",
}


class TaxLawChoice(StrEnum):
    """Whose tax law applies: as Parliament enacted it, or held at one year."""

    ENACTED = "enacted"
    FROZEN = "frozen"


class OffPayroll(StrEnum):
    """Whether the public-sector off-payroll (IR35) reform is enforced."""

    ENACTED = "enacted"
    ENFORCED = "enforced"
    NOT_ENFORCED = "not_enforced"


class Enforcement(StrEnum):
    """What happens when a member wants to pay more than the cap."""

    VOLUNTARY = "voluntary"
    BREAK_GLASS = "break_glass"
    STRICT = "strict"


class PriceBasis(StrEnum):
    """What a quoted hourly price means: the borough's charge or the agency's assignment rate."""

    CHARGE = "charge"
    ASSIGNMENT = "assignment"


class Judgement(StrEnum):
    """What Ofsted found at its last inspection, best first."""

    OUTSTANDING = "outstanding"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    INADEQUATE = "inadequate"


GRADES = tuple(Judgement)
"""Judgements by number: a borough's grade is a place in this tuple."""


LONDON = "London"
TARGET_PERMANENT_SHARE = 0.90
"""The share the story's best borough reached; drawn on every chart and counted in every table."""
