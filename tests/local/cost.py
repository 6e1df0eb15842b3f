"""What one echo costs a month beside the databases: counted on the local AWS, priced here, told in docs/COST.md.

`python -m local.cost count` lives through a cycle on the local AWS and writes what it counted to cost-counts.json beside
this file; `python -m local.cost` writes the tables of docs/COST.md from those counts and the prices below.
With RDS_SIM_BIN and FUNCTIONS_DIR set as the Makefile sets them, and PYTHONPATH=tests.
"""

import json
import re
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from .cloud import REPOSITORY
from .story import FALLBACKS

COUNTS = Path(__file__).with_name("cost-counts.json")
PAGE = REPOSITORY / "docs" / "COST.md"

# List prices in US dollars, us-east-1, without free tiers and discounts. Where each is from stands in docs/COST.md.
PRICES = {
    "lambda request": 0.20 / 1e6,
    "lambda GB-second, arm64": 0.0000133334,
    "scheduler invocation": 1.00 / 1e6,
    "custom event": 1.00 / 1e6,
    "KMS key, a month": 1.00,
    "KMS request": 0.03 / 1e4,
    "mail": 0.10 / 1e3,
    "log GB taken in": 0.50,
    "log GB kept, a month": 0.03,
    "custom metric, a month": 0.30,
    "alarm on one metric, a month": 0.10,
    "dashboard, a month": 3.00,
}
# PostgreSQL, single-AZ, an hour.
INSTANCE_HOUR = {
    "db.t4g.micro": 0.016,
    "db.t4g.medium": 0.065,
    "db.m6g.large": 0.159,
    "db.r6g.large": 0.225,
    "db.r6g.xlarge": 0.450,
    "db.r6g.4xlarge": 1.798,
}
STORAGE_GB_MONTH = 0.115
STORAGE_GB = (100, 500, 2000)

HOURS = 730
FALLBACK_MINUTES = 5
MEMORY_GB = 0.25
LOG_DAYS = 90
# Not counted, because a local AWS cannot show them: what a call takes, and what an invocation takes beside its calls.
SECONDS_A_CALL = 0.15
SECONDS_BESIDE = 0.05
# What CloudWatch Logs counts for each event beside its text.
LOG_EVENT_OVERHEAD = 26
ALARMS = 12
KEYS = 2
# How long a cycle is in each state; the rest of the month nothing is under way.
RHYTHMS = {
    "weekly": {"cycles": 365 / 12 / 7, "restoring": 28, "asking": 8, "grace": 24},
    "daily": {"cycles": 365 / 12, "restoring": 4, "asking": 2, "grace": 12},
}

# What people may ask: how docs/COST.md's sum changes.
WAYS = {
    "as deployed": {},
    "one of the account's first three dashboards": {"dashboards": 0},
    "`EncryptionKeyArn` given, shared with others": {"keys": 1},
    "both, and `FallbackRate` of 15 minutes": {"dashboards": 0, "keys": 1, "minutes": 15},
    "`FallbackRate` of 1 minute": {"minutes": 1},
    "invocations that take ten times as long": {"slower": 10},
}


def count():
    """Lives through a cycle that replaces an instance, and through a round of all schedules in each state that lasts."""
    from . import person, seed
    from .cloud import LocalCloud
    from .echo import Echo, package
    from .stories.setting import APPROVERS, FIRST, PARAMETERS, SECOND, surroundings
    from .story import Approver, NobodyYet, Story

    with tempfile.TemporaryDirectory() as work, LocalCloud(Path(work)) as cloud:
        rds, zone = surroundings(cloud)
        echo = Echo(cloud, package(cloud), {**PARAMETERS, "HostedZoneId": zone.id})
        story = Story(echo, rds, approver=Approver(who=APPROVERS[:1]))
        before = story.cycle(FIRST)
        rounds, ran_in_rounds = {}, []

        def round_of_schedules(state):
            rounds[state] = {}
            for name in FALLBACKS:
                echo.wake(name)
                (invocation,) = story.listen()
                ran_in_rounds.append(invocation.order)
                rounds[state][name] = came_to([invocation])

        story.go_to(SECOND - timedelta(minutes=30))
        seed.add_snapshots(rds, SECOND - timedelta(minutes=30))
        round_of_schedules("quiet")
        story.approver = NobodyYet()
        ran, mailed = len(story.invocations), len(story.mails)
        copy = story.begin(SECOND)
        story.go_to(SECOND + timedelta(hours=1))
        round_of_schedules("restoring")
        story.run_until(lambda: story.stage(copy) == "rebooted", f"{copy} is set up")
        round_of_schedules("asking")
        story.approver = Approver(who=APPROVERS[:1])
        for mail in story.mails[mailed:]:
            if story.approver.decide(story, mail, person.links(mail)):
                break
        story.listen()
        round_of_schedules("grace")
        story.see_off(before)
        cycle = [each for each in story.invocations[ran:] if each.order not in ran_in_rounds and is_of_a_cycle(each)]
        echo.close()
    return {"approvers": len(APPROVERS), "a round of the schedules": rounds, "a cycle": came_to(cycle)}


def is_of_a_cycle(invocation):
    """Whether it ran beside the fallback schedules, or did in one of their wakes what a cycle needs once."""
    by_schedule = invocation.report["woken_by"] == "schedule" and invocation.function != "new"
    return not by_schedule or any(outcome["did"] in ("advanced", "acted") for outcome in invocation.report["outcomes"])


def came_to(invocations):
    """What some invocations came to, by what they say in their lines."""
    calls, metrics = Counter(), set()
    for invocation in invocations:
        calls.update({each["call"]: each["times"] for each in invocation.report["calls"]})
        for group in invocation.report.get("_aws", {}).get("CloudWatchMetrics", []):
            metrics.update(each["Name"] for each in group["Metrics"])
    return {
        "invocations": dict(sorted(Counter(each.function for each in invocations).items())),
        "log_bytes": sum(size(each.lines) for each in invocations),
        "calls": dict(sorted(calls.items())),
        "metrics": sorted(metrics),
    }


def size(lines):
    """What CloudWatch Logs charges for."""
    return sum(len(line.encode()) + LOG_EVENT_OVERHEAD for line in lines)


def month(counts, rhythm, minutes=FALLBACK_MINUTES, keys=KEYS, alarms=ALARMS, dashboards=1, slower=1):
    """What a month comes to, line by line: what it is, how much of it, and its price."""
    cycles, cycle = rhythm["cycles"], counts["a cycle"]
    hours = {state: rhythm[state] * cycles for state in ("restoring", "asking", "grace")}
    hours["quiet"] = max(0, HOURS - sum(hours.values()))
    looks, logged, metric_hours = 0, cycles * cycle["log_bytes"], 0
    calls = Counter({name: number * cycles for name, number in cycle["calls"].items()})
    for state, round_of in counts["a round of the schedules"].items():
        rounds = hours[state] * 60 / minutes
        looks += rounds * len(round_of)
        logged += rounds * sum(each["log_bytes"] for each in round_of.values())
        for each in round_of.values():
            calls.update({name: number * rounds for name, number in each["calls"].items()})
        # A metric costs by the hours in which it is sent.
        metric_hours += hours[state] * len(of_a_round(round_of))
    always = of_a_round(counts["a round of the schedules"]["quiet"])
    metric_hours += cycles * len(set(cycle["metrics"]) - always)
    invocations = looks + cycles * sum(cycle["invocations"].values())
    seconds = slower * (invocations * SECONDS_BESIDE + sum(calls.values()) * SECONDS_A_CALL)
    mails, announced = calls["ses:SendEmail"], calls["events:PutEvents"]
    kms = sum(number for name, number in calls.items() if name.startswith("kms:"))
    metrics = metric_hours / HOURS
    gigabytes = logged / 1e9
    return [
        ("Lambda, requests", f"{invocations:,.0f}", invocations * PRICES["lambda request"]),
        ("Lambda, time", f"{seconds * MEMORY_GB:,.0f} GB-seconds", seconds * MEMORY_GB * PRICES["lambda GB-second, arm64"]),
        ("EventBridge Scheduler", f"{looks:,.0f} invocations", looks * PRICES["scheduler invocation"]),
        ("EventBridge, our announcements", f"{announced:,.0f} events", announced * PRICES["custom event"]),
        ("KMS, keys (approval, watch)", f"{keys}", keys * PRICES["KMS key, a month"]),
        ("KMS, links and confirmations", f"{kms:,.0f} requests", kms * PRICES["KMS request"]),
        ("SES", f"{mails:,.0f} mails", mails * PRICES["mail"]),
        ("CloudWatch Logs, taken in", f"{gigabytes * 1000:,.0f} MB", gigabytes * PRICES["log GB taken in"]),
        (
            f"CloudWatch Logs, kept for {LOG_DAYS} days",
            f"{gigabytes * 1000 * LOG_DAYS / 30.4:,.0f} MB",
            gigabytes * LOG_DAYS / 30.4 * PRICES["log GB kept, a month"],
        ),
        ("CloudWatch, metrics", f"{metrics:.2f}", metrics * PRICES["custom metric, a month"]),
        ("CloudWatch, alarms", f"{alarms}", alarms * PRICES["alarm on one metric, a month"]),
        ("CloudWatch, dashboard", f"{dashboards}", dashboards * PRICES["dashboard, a month"]),
    ]


def of_a_round(round_of):
    """The metrics that a round of the schedules sends."""
    return {name for each in round_of.values() for name in each["metrics"]}


def tables(counts):
    """The parts of docs/COST.md that are computed, by their names."""
    months = {name: month(counts, rhythm) for name, rhythm in RHYTHMS.items()}
    lines = ["| | weekly | $ | daily | $ |", "|---|---:|---:|---:|---:|"]
    for (what, weekly, cost), (_, daily, daily_cost) in zip(*months.values(), strict=True):
        lines.append(f"| {what} | {weekly} | {cost:.2f} | {daily} | {daily_cost:.2f} |")
    sums = [sum(cost for _, _, cost in rows) for rows in months.values()]
    lines.append(f"| **together** | | **{sums[0]:.2f}** | | **{sums[1]:.2f}** |")

    states = counts["a round of the schedules"]
    counted = ["| function | " + " | ".join(states) + " |", "|---|" + "---|" * len(states)]
    for name in FALLBACKS:
        counted.append(f"| {name} | " + " | ".join(listed(states[state][name]["calls"]) for state in states) + " |")
    logged = [f"{sum(each['log_bytes'] for each in round_of.values()):,}" for round_of in states.values()]
    sent = [", ".join(sorted(of_a_round(round_of))) for round_of in states.values()]
    counted += [f"| *log bytes of all five* | {' | '.join(logged)} |", f"| *metrics* | {' | '.join(sent)} |"]
    cycle = counts["a cycle"]
    counted += [
        "",
        f"Beside that a cycle with {counts['approvers']} approvers, of whom one confirms, took {sum(cycle['invocations'].values())} invocations",
        f"({listed(cycle['invocations'])}), {cycle['log_bytes']:,} log bytes, and these calls: {listed(cycle['calls'])}.",
        f"It sent these metrics: {', '.join(cycle['metrics'])}.",
    ]

    ways = ["| | weekly | daily |", "|---|---:|---:|"]
    for what, each in WAYS.items():
        sums = [sum(cost for _, _, cost in month(counts, rhythm, **each)) for rhythm in RHYTHMS.values()]
        ways.append(f"| {what} | {' | '.join(f'{each:.2f}' for each in sums)} |")

    day = ["| class | an hour | " + " | ".join(f"a day, {size:,} GB" for size in STORAGE_GB) + " |", "|---|---:|" + "---:|" * len(STORAGE_GB)]
    for name, hour in INSTANCE_HOUR.items():
        days = [hour * 24 + size * STORAGE_GB_MONTH * 24 / HOURS for size in STORAGE_GB]
        day.append(f"| {name} | {hour:.3f} | " + " | ".join(f"{each:,.2f}" for each in days) + " |")
    return {"month": lines, "ways": ways, "counted": counted, "day": day}


def listed(numbers):
    return ", ".join(f"{number} {name}" for name, number in numbers.items()) or "none"


def page(text, counts):
    """docs/COST.md with its tables as they are now."""
    for name, lines in tables(counts).items():
        pattern = rf"(<!-- {name}: .*?-->\n\n).*?(\n\n<!-- end -->)"
        text, found = re.subn(pattern, lambda match, lines=lines: match[1] + "\n".join(lines) + match[2], text, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"docs/COST.md has {found} places for the table {name}, not one")
    return text


def main():
    if sys.argv[1:] == ["count"]:
        from .cloud import ended_by_signals

        ended_by_signals()
        COUNTS.write_text(json.dumps(count(), indent=1) + "\n")
    PAGE.write_text(page(PAGE.read_text(), json.loads(COUNTS.read_text())))


if __name__ == "__main__":
    main()
