"""The glossary: what the code calls a thing, what a councillor calls it, and what it means.

Names that stand elsewhere (outcomes, structures, ends of intervals) are taken from there, so that
tables, charts, reports and this list agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from sim.answers.comparison import HIGH_CASE, LOW_CASE
from sim.domain.headline import AGENCY_COST, AGENCY_SHARE, CHARGE_RATE, POSTS, UNFILLED, WORKFORCE
from sim.domain.vocabulary import BIDS_ON, HIRING_LABELS, BidTrigger, HiringStructure
from sim.market.outcomes import OUTCOME
from sim.words.captions import WAY_OF_HIRING
from sim.words.tables import labelled


class Term(NamedTuple):
    """One thing: the code's word, the reader's word, and one sentence of meaning."""

    code: str
    plain: str
    meaning: str


def _outcome(name: str, meaning: str) -> Term:
    outcome = OUTCOME[name]
    return Term(name, labelled(outcome.label, outcome.unit), meaning)


def _hiring(structure: HiringStructure, meaning: str) -> Term:
    return Term(f"structure.hiring = {structure}", f"{HIRING_LABELS[structure]} hiring", meaning)


def _bids(trigger: BidTrigger, meaning: str) -> Term:
    return Term(f"structure.bid_trigger = {trigger}", f"bids on {BIDS_ON[trigger]}", meaning)


GLOSSARY: tuple[Term, ...] = (
    _outcome(WORKFORCE, "Of all social workers at work, those in permanent posts; it also rises "
             "when posts are left empty."),
    _outcome(POSTS, "Of all posts, those held by permanent staff; an empty post counts against "
             "it."),
    _outcome(UNFILLED, "Posts that neither permanent nor agency staff fill."),
    _outcome("vacancy_share", "Posts without a permanent holder, whether or not an agency worker "
             "covers them."),
    _outcome("uncovered_by_choice", "Empty posts for which a borough finds agency cover too "
             "dear."),
    _outcome("unmet", "Empty posts for which a borough wants agency cover and finds nobody."),
    _outcome(AGENCY_SHARE, "Of all social workers at work, those supplied by agencies."),
    _outcome(CHARGE_RATE, "What we pay the agency per hour of a social worker's time, on average "
             "and without VAT: not what the worker is paid."),
    _outcome(AGENCY_COST, "What boroughs pay agencies in a year."),
    _outcome("log_take_home_premium", "How much more an agency worker takes home than a permanent "
             "colleague, after tax (in logs: 0.10 is about 10 % more)."),
    Term("strain", "strain", "How much heavier caseloads, weaker leadership or an inadequate "
         "judgement make the job than usual."),
    Term("establishment", "posts", "All posts a borough has decided to have, filled or not."),
    Term("bench", "agency staff between assignments", "Agency staff without a post this month."),
    Term("off-framework, project teams", "teams outside the cap", "Agency staff bought as whole "
         "teams, to which the cap does not apply."),
    Term("cap, pledge", "the cap", "An agreement on the most that its signatories pay an agency "
         "per hour."),
    Term("member", "signatory", "A borough that has signed the cap."),
    Term("defection, defector", "boroughs that leave", "Signatories that stop keeping to the cap "
         "because they are short of staff."),
    Term("free rider", "free rider", "A borough that is better off outside a cap that the others "
         "keep."),
    Term("tolerance", "how short a borough may be before it leaves", "The unfilled posts a "
         "signatory bears before it breaks the cap."),
    Term("break_glass", "signed exceptions", "Signatories may pay a share of placements above "
         "the cap."),
    Term("lawful floor", "equal-pay minimum", "The least an agency worker must be paid after 12 "
         "weeks; a cap below it gives way."),
    Term("off-payroll, IR35", "the tax change of 2017 (IR35)", "The borough decides whether a "
         "worker's own company is taxed as employment."),
    Term("structure", "rival structures", "Different accounts of how boroughs bid and hire that "
         "fit the records about equally well."),
    Term("hiring structure", WAY_OF_HIRING, "What decides how many permanent staff a borough can "
         "hire."),
    _hiring(HiringStructure.RESPONSIVE, "The more vacancies, the more people are hired."),
    _hiring(HiringStructure.SUPPLY_LIMITED, "The people to be had limit hiring: more vacancies "
            "bring few more hires."),
    _hiring(HiringStructure.REPUTATION, "A high agency share puts applicants off."),
    _hiring(HiringStructure.BUDGET, "Overspending on agency staff cuts what a borough offers "
            "permanent staff."),
    Term("bid trigger", "what boroughs bid on", "What a borough looks at when it decides to pay "
         "agencies more."),
    _bids(BidTrigger.UNFILLED, "It pays more when posts stand empty."),
    _bids(BidTrigger.VACANCIES, "It pays more when posts lack a permanent holder, even if agency "
          "staff cover them."),
    Term("parameter", "assumption", "A number the model needs, such as how fast a borough raises "
         "its bid."),
    Term("prior", "assumptions, as a range", "The range within which we would expect a number, "
         "before looking at the records."),
    Term("posterior, calibrated", "assumptions, fitted to records", "Values that make the model "
         "come close to London's records of 2017-2021."),
    Term("not identified", "the records cannot tell", "The records fit about as well whatever the "
         "number is."),
    Term("lever", "policy lever", "One thing a policy can change, such as the cap or the "
         "permanent offer."),
    Term("scenario", "scenario", "A start, a policy and assumptions, under one name."),
    Term("run, replicate", "run", "The model played through once, with one set of assumptions and "
         "one course of luck."),
    Term("draw", "draw", "One set of assumptions, picked at random from those that are allowed."),
    Term("seed", "seed", "The number that fixes the luck: the same seed gives the same results."),
    Term("ensemble", "all runs", "Many runs of one scenario, from which means and intervals are "
         "taken."),
    Term("q10", LOW_CASE, "Only 1 run in 10 is lower; a bad case, 1 in 10, where more is better."),
    Term("q90", HIGH_CASE, "Only 1 run in 10 is higher; a bad case, 1 in 10, where less is "
         "better."),
    Term("80 % interval", "80 % interval", "8 runs in 10 lie within it, 1 in 10 below and 1 in 10 "
         "above."),
    Term("paired difference", "difference", "Base and policy run with the same people and the "
         "same luck, so what differs is the policy's doing."),
    Term("chance of 90 %", "chance of 90 %", "The share of runs that reach it on at least one 30 "
         "September."),
    Term("borough twin", "the quick estimate", "The same model in amounts instead of people: "
         "fast, and checked against the full model."),
    Term("agent model", "the full model", "Every social worker is followed from post to post."),
    Term("future", "future", "One set of assumptions, one rival structure and one state of what is "
         "open about the policies, the same for all that are compared; how likely it is nobody "
         "knows."),
    Term("regret", "regret", "How far a policy is behind the best of those compared in the same "
         "future."),
    Term("stylised start", "stylised start", "A start that borrows the pattern of another year, "
         "because no census covers its own."),
    Term("hindcast", "forecast of the past", "A forecast from an old census, compared with what "
         "was published later."),
    Term("stamp", "version of the model", "Which code and data made a result; results of "
         "different stamps are never mixed."),
)  # fmt: skip
"""Every term, people and posts first, then the cap, then how the model is built and read."""


def glossary_lines(terms: Iterable[Term] = GLOSSARY) -> list[str]:
    """Return terms as plain sentences, one a term."""
    return [f"{_head(term)}: {term.meaning}" for term in terms]


def used_in(text: str) -> list[Term]:
    """Return the terms whose plain name stands in a text, in the glossary's order."""
    said = " ".join(text.casefold().split())
    return [term for term in GLOSSARY if _is_said(term, said)]


def _is_said(term: Term, text: str) -> bool:
    names = {term.plain, term.plain.removesuffix(" per hour").removesuffix(" per year")}
    return any(re.search(rf"\b{re.escape(name.casefold())}", text) for name in names)


def _head(term: Term) -> str:
    return term.plain if term.plain == term.code else f"{term.plain} ({term.code})"
