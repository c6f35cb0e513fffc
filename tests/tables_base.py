"""A small valid portfolio as CSV texts, for the tests of the tables."""

from __future__ import annotations

from pathlib import Path

BASE = {
    "projects": """project,name,business_unit,category,status,mandatory,mandatory_reason,earliest_start,latest_start,size
wall,River wall,Place,Infrastructure,proposed,no,,2027-04-01,2028-04-01,900
portal,Online portal,Digital office,Digital,running,no,,,,1200
alarms,Fire alarms,Place,Infrastructure,proposed,yes,Fire safety order,,,40
app,Resident app,Digital office,Digital,proposed,no,,,,
""",
    "options": "project,option,name,start\nwall,later,Start in 2028,2028-04-01\n",
    "criteria": """criterion,source,unit,direction,value_function,worst,best,points,levels,weight
residents,performance,residents,more,linear,0,40000,,,40
reach,performance,homes,more,piecewise,,,0:0; 10:0.5; 100:1,,20
risk,performance,,less,levels,,,,none:1; some:0.5; high:0,30
money,bcr,,more,linear,0,3,,,10
""",
    "performance": """project,criterion,estimate,low,high,evidence
wall,residents,12000,9000,15000,estimated
wall,risk,some,,,judged
app,reach,40,,,measured
""",
    "cash_flows": """project,option,period,fund,cost,benefit,cost_low,cost_high,placeholder
wall,,2027-04-01,general,1200000,0,1000000,1500000,
wall,,2028-04-01,general,300000,400000,,,
portal,,2027-04-01,grant,5000,,,,
alarms,,2027-04-01,,80000,,,,Chief engineer
app,,2027-04-01,general,,,,,
""",
    "objectives": "objective,name,weight\nsafe,Safe homes,30\nonline,Services online,70\n",
    "benefits": "benefit,name,project,objective,owner,from_period\ndry,Dry homes,wall,safe,A,2029-04-01\n",
    "contributions": "project,objective,level,statement\nwall,safe,strong,\nwall,online,0.2,\n",
    "capacity": "role,period,amount\nengineer,2027-04-01,6\nengineer,2027-05-01,6\n",
    "demand": "project,option,role,period,amount\nwall,later,engineer,2027-04-01,2\n",
    "budgets": """period,fund,business_unit,amount
2027-04-01,general,,2000000
2028-04-01,general,,2000000
2027-04-01,grant,Digital office,10000
""",
    "links": "project,relation,other\napp,requires,portal\nwall,excludes,app\n",
    "limits": "group,measure,at_least,at_most\ncategory: Digital,share,0.1,0.6\n",
    "overrides": "project,decision,reason,by\napp,in,Promised,The chair\n",
    "ballots": "round,member,about,kind,first,second,answer\n1,Member A,criteria,pairwise,risk,residents,3\n",
    "approvals": "review,project,option,decision,value,cost\n2026-Q4,wall,later,approved,,1200000\n",
    "status": "review,project,progress,confidence,start,finish\n2026-Q4,portal,0.4,amber,2026-04-01,2028-03-31\n",
    "discount_schedules": "schedule,dated_from,basis,year,rate\nofficial,2026-01-01,by year,1,0.035\n",
}


def write_folder(folder: Path, **changed: str | None) -> Path:
    """Write the base tables with some replaced; None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (BASE | changed).items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
