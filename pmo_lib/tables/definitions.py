"""The tables themselves, as plain data: see `pmo_lib.tables.dictionary`.

One entry a table: name, facts, columns. One entry a column: heading, kind,
meaning, example, and what else there is to say of it.
"""

from __future__ import annotations

_CELL = {"required": "cell"}
_MONEY = {"unit": "currency", "low": 0}
_ANY_MONEY = {"unit": "currency"}
_PROJECT = {"required": "cell", "of": "projects"}
_OPTION = {"default": "as proposed"}
_FUND = {"default": "general"}
_SHARE = {"low": 0, "high": 1}


def _words(*words: str, required: str = "cell", default: str = "") -> dict:
    return {"choices": words, "required": required, "default": default}


DEFINITIONS = [
    (
        "projects",
        {"meaning": "One row a project, proposed or running.", "key": ("project",), "indexed": True},
        [
            ("project", "label", "Short label used in every table", "example-wall", _CELL),
            ("name", "label", "Name shown to the board", "Example: river flood wall", {"default": "the label"}),
            ("programme", "label", "Group of related projects", "Resilience"),
            ("sponsor", "label", "Who answers for the project", "Director of Place"),
            ("business_unit", "label", "Part of the organisation", "Place"),
            ("category", "label", "Strategic bucket, used by limits", "Infrastructure"),
            ("status", "choice", "Where the project stands", "proposed",
             _words("proposed", "running", "paused", "complete", required="", default="proposed")),
            ("mandatory", "flag", "Whether it must be done; yes needs a reason", "no", {"default": "no"}),
            ("mandatory_reason", "text", "The duty that makes it mandatory", ""),
            ("planned_start", "date", "Start for which flows and demand are stated", "2027-04-01"),
            ("earliest_start", "date", "No start before this date", "2027-04-01"),
            ("latest_start", "date", "No start after this date", "2029-04-01"),
            ("size", "number", "Extent of the project, in size_unit", 12000, {"low": 0, "unit": "size_unit"}),
            ("size_unit", "label", "What size counts", "residents"),
            ("sunk_cost", "number", "Already spent; shown, never used", "", _MONEY),
            ("exit_cost", "number", "Cost of stopping it now", "", _MONEY),
            ("pause_cost", "number", "Cost of pausing it for a period", "", _MONEY),
            ("description", "text", "What it does, for whom", "A wall of 2.1 km along the river."),
        ],
    ),
    (
        "options",
        {"meaning": "Versions or starts of a project; at most one is taken.", "key": ("project", "option")},
        [
            ("project", "label", "The project", "example-wall", _PROJECT),
            ("option", "label", "Label of the version or start", "a year later", _CELL),
            ("name", "label", "Name shown to the board", "Start in 2028"),
            ("start", "date", "Start of this option; flows move with it", "2028-04-01"),
        ],
    ),
    (
        "criteria",
        {"meaning": "What makes one project worth more than another.", "key": ("criterion",), "indexed": True},
        [
            ("criterion", "label", "Short label used in every table", "residents", _CELL),
            ("name", "label", "Name shown to the board", "Residents served", {"default": "the label"}),
            ("source", "choice", "Where its performance comes from", "performance",
             _words("performance", "npv", "bcr", "payback", "alignment", required="", default="performance")),
            ("unit", "label", "Natural unit", "residents"),
            ("direction", "choice", "Whether more or less is better", "more", _words("more", "less")),
            ("value_function", "choice", "How performance becomes value", "linear",
             _words("linear", "piecewise", "levels", required="")),
            ("worst", "number", "Performance of value 0 (linear)", 0, {"unit": "unit"}),
            ("best", "number", "Performance of value 1 (linear)", 40000, {"unit": "unit"}),
            ("points", "text", "Performance:value pairs (piecewise), as 0:0; 1000:0.5; 40000:1", ""),
            ("levels", "text", "Word:value pairs (levels), as none:0; some:0.5; full:1", ""),
            ("not_doing", "number", "Performance if the project is not done", 0,
             {"unit": "unit", "default": "the worst reference"}),
            ("adds", "flag", "Whether totals over projects have a meaning", "yes", {"default": "no"}),
            ("weight", "number", "Weight on any scale", 40, {"low": 0, "unit": "points"}),
            ("swing_worst", "number", "Lower end of the swing the weight was judged for", 0, {"unit": "unit"}),
            ("swing_best", "number", "Upper end of that swing", 40000, {"unit": "unit"}),
            ("description", "text", "What is measured, and how", "Residents who would use it in a year."),
        ],
    ),
    (
        "performance",
        {"meaning": "How well each project does on each criterion.", "key": ("project", "criterion"),
         "spread": "criterion"},
        [
            ("project", "label", "The project", "example-wall", _PROJECT),
            ("criterion", "label", "The criterion", "residents", {"required": "cell", "of": "criteria"}),
            ("estimate", "rating", "Best estimate in the natural unit, or a level word", 12000,
             {"required": "column", "unit": "unit of the criterion"}),
            ("low", "number", "Low estimate", 9000, {"unit": "unit of the criterion"}),
            ("high", "number", "High estimate", 15000, {"unit": "unit of the criterion"}),
            ("evidence", "choice", "What the estimate rests on", "estimated",
             _words("measured", "estimated", "judged", required="")),
            ("scored_by", "label", "Who gave the estimate", "Planning office"),
            ("source", "text", "Where it can be looked up", "Flood model, run 7"),
        ],
    ),
    (
        "cash_flows",
        {"meaning": "Costs and benefits by year, stated for the planned start.",
         "key": ("project", "option", "period", "fund"), "spread": "period"},
        [
            ("project", "label", "The project", "example-wall", _PROJECT),
            ("option", "label", "The option", "", _OPTION),
            ("period", "period", "Start of the year", "2027-04-01", _CELL),
            ("fund", "label", "Fund that pays", "general", _FUND),
            ("cost", "number", "Cost in the year", 1200000, _MONEY | {"required": "column"}),
            ("benefit", "number", "Benefit in the year; may be negative", 0, _ANY_MONEY),
            ("cost_low", "number", "Low cost", 1000000, _MONEY),
            ("cost_high", "number", "High cost", 1500000, _MONEY),
            ("benefit_low", "number", "Low benefit", "", _ANY_MONEY),
            ("benefit_high", "number", "High benefit", "", _ANY_MONEY),
            ("placeholder", "label", "Who stands behind an amount that is only a placeholder", ""),
        ],
    ),
    (
        "benefits",
        {"meaning": "Benefits that somebody owns.", "key": ("benefit",)},
        [
            ("benefit", "label", "Short label", "fewer-floods", _CELL),
            ("name", "label", "Name shown to the board", "Homes no longer flooded"),
            ("project", "label", "The project that brings it", "example-wall", _PROJECT),
            ("objective", "label", "The objective it serves", "safe-homes", {"of": "objectives"}),
            ("owner", "label", "Who answers for it", "Director of Place"),
            ("from_period", "period", "First period in which it is felt", "2029-04-01"),
        ],
    ),
    (
        "objectives",
        {"meaning": "The ends the organisation states.", "key": ("objective",), "indexed": True},
        [
            ("objective", "label", "Short label used in every table", "safe-homes", _CELL),
            ("name", "label", "Name shown to the board", "Safe homes", {"default": "the label"}),
            ("weight", "number", "Weight on any scale", 30, {"low": 0, "unit": "points"}),
            ("rank", "number", "Place by importance, 1 first, where there is no weight", "", {"low": 1}),
            ("owner", "label", "Who answers for it", "Chief executive"),
            ("description", "text", "What it means", "Nobody's home floods twice."),
        ],
    ),
    (
        "contributions",
        {"meaning": "How far each project serves each objective.", "key": ("project", "objective"),
         "spread": "objective"},
        [
            ("project", "label", "The project", "example-wall", _PROJECT),
            ("objective", "label", "The objective", "safe-homes", {"required": "cell", "of": "objectives"}),
            ("level", "rating", "none, low, moderate, strong or extreme; or a number from 0 to 1", "strong",
             {"required": "cell"} | _SHARE),
            ("statement", "text", "Why", "Protects 900 homes."),
        ],
    ),
    (
        "capacity",
        {"meaning": "People available by role and month.", "key": ("role", "period"), "spread": "period"},
        [
            ("role", "label", "The role", "engineer", _CELL),
            ("period", "period", "First day of the month", "2027-04-01", _CELL),
            ("amount", "number", "People available", 6, {"required": "cell", "unit": "FTE", "low": 0}),
        ],
    ),
    (
        "demand",
        {"meaning": "People needed, stated for the planned start.",
         "key": ("project", "option", "role", "period"), "spread": "period"},
        [
            ("project", "label", "The project", "example-wall", _PROJECT),
            ("option", "label", "The option", "", _OPTION),
            ("role", "label", "The role", "engineer", {"required": "cell", "of": "capacity"}),
            ("period", "period", "First day of the month", "2027-04-01", _CELL),
            ("amount", "number", "People needed", 2, {"required": "cell", "unit": "FTE", "low": 0}),
        ],
    ),
    (
        "budgets",
        {"meaning": "Money available by year.", "key": ("period", "fund", "business_unit"), "spread": "period"},
        [
            ("period", "period", "Start of the year", "2027-04-01", _CELL),
            ("fund", "label", "The fund", "general", _FUND),
            ("business_unit", "label", "Part of the organisation it is kept for", "", {"default": "all"}),
            ("amount", "number", "Money available", 20000000, _MONEY | {"required": "cell"}),
        ],
    ),
    (
        "links",
        {"meaning": "Projects that need, exclude or follow one another.", "key": ("project", "relation", "other")},
        [
            ("project", "label", "The project", "example-app", _PROJECT),
            ("relation", "choice", "How it depends on the other", "requires",
             _words("requires", "excludes", "together", "after")),
            ("other", "label", "The other project", "example-wall", _PROJECT),
            ("note", "text", "Why", "Reads the gauges on the wall."),
            ("value", "number", "Extra value of doing both", "", {"unit": "value"}),
            ("cost", "number", "Extra cost of doing both; negative saves", "", _ANY_MONEY),
        ],
    ),
    (
        "limits",
        {"meaning": "Shares, amounts or counts the list must keep to.", "key": ("group", "measure")},
        [
            ("group", "label", "category, programme, business_unit or objective, a colon, and its name",
             "category: Infrastructure", _CELL),
            ("measure", "choice", "Share of cost, amount of cost, or number of projects", "share",
             _words("share", "amount", "count")),
            ("at_least", "number", "Lower limit", "", {"low": 0, "unit": "share, currency or projects"}),
            ("at_most", "number", "Upper limit", 0.6, {"low": 0, "unit": "share, currency or projects"}),
        ],
    ),
    (
        "overrides",
        {"meaning": "Projects the board includes or excludes.", "key": ("project",)},
        [
            ("project", "label", "The project", "example-app", _PROJECT),
            ("decision", "choice", "Included (in) or excluded (out)", "in", _words("in", "out")),
            ("reason", "text", "Why", "Promised to residents in the last plan.", _CELL),
            ("by", "label", "Who decided", "The chair", _CELL),
        ],
    ),
    (
        "ballots",
        {"meaning": "What each member answered in each round of weighing.",
         "key": ("round", "member", "about", "kind", "first", "second")},
        [
            ("round", "label", "The round", "1", _CELL),
            ("member", "label", "Who answered", "Member A", _CELL),
            ("about", "choice", "What is weighed", "criteria", _words("criteria", "objectives")),
            ("kind", "choice", "How it was asked", "points", _words("points", "swing", "order", "pairwise")),
            ("first", "label", "The criterion or objective", "residents", _CELL),
            ("second", "label", "The one it is compared with (pairwise)", ""),
            ("answer", "number", "Points, place, or how many times as much", 40, _CELL | {"low": 0}),
        ],
    ),
    (
        "approvals",
        {"meaning": "Decisions of earlier meetings.", "key": ("review", "project", "option")},
        [
            ("review", "label", "The meeting", "2026-Q4", _CELL),
            ("project", "label", "The project", "example-wall", _PROJECT),
            ("option", "label", "The option", ""),
            ("decision", "label", "What was decided", "approved", _CELL),
            ("value", "number", "Value it was approved at", "", {"unit": "value"}),
            ("cost", "number", "Cost it was approved at", 1200000, _MONEY),
            ("settings_hash", "label", "Mark of the settings used", ""),
        ],
    ),
    (
        "status",
        {"meaning": "How running projects stood at each review.", "key": ("review", "project")},
        [
            ("review", "label", "The review", "2026-Q4", _CELL),
            ("project", "label", "The project", "example-wall", _PROJECT),
            ("forecast_cost", "number", "Total cost as forecast then", 1250000, _MONEY),
            ("forecast_benefit", "number", "Total benefit as forecast then", "", _ANY_MONEY),
            ("spent", "number", "Spent by then", 0, _MONEY),
            ("progress", "number", "Share done", 0, _SHARE | {"unit": "share"}),
            ("confidence", "choice", "Confidence in delivery", "amber",
             _words("red", "amber", "green", required="")),
            ("start", "date", "Start as known then", "2027-04-01"),
            ("finish", "date", "Finish as forecast then", "2029-03-31"),
            ("risks", "text", "Main risks", "Ground conditions"),
            ("issues", "text", "Open issues", ""),
            ("changes", "text", "Changes since the last review", ""),
            ("milestones", "text", "Milestones reached and next", "Design agreed"),
        ],
    ),
    (
        "discount_schedules",
        {"meaning": "Official discount rates, dated.", "key": ("schedule", "dated_from", "basis", "year")},
        [
            ("schedule", "label", "Name of the schedule", "example schedule", _CELL),
            ("dated_from", "date", "Date from which it applies", "2026-01-01"),
            ("basis", "choice", "by year: rates chain; by length: one rate, interpolated", "by year",
             _words("by year", "by length")),
            ("year", "number", "First year of the rate (1 = the first after now), or the length quoted", 1,
             _CELL | {"low": 0, "unit": "years"}),
            ("rate", "number", "Discount rate, 0.035 for 3.5 %", 0.035,
             _CELL | {"low": -0.5, "high": 1, "unit": "per year"}),
            ("source", "text", "Where it is published", "Treasury guidance"),
        ],
    ),
    (
        "set_aside",
        {"meaning": "Projects that were read from a foreign file and cannot be used; written, not typed.",
         "key": ("project",), "indexed": True},
        [
            ("project", "label", "The project", "", _CELL),
            ("name", "label", "Name shown to the board", ""),
            ("reason", "text", "Why it cannot be used", "", _CELL),
        ],
    ),
]
