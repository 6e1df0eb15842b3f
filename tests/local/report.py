"""The end of the demo: a table for people, and the same as JSON."""

from .story import Story


def cycle(story: Story, zone, instance, cname_before):
    """What one cycle came to, once its instance is promoted."""
    tags = story.rds.instances()[instance]["tags"]
    prefix = f"rdsecho:{story.echo.name}:"
    confirmed = f"{prefix}confirmed:"
    return {
        "instance": instance,
        "snapshot": tags.get(f"{prefix}snapshot"),
        "stages": story.advances(instance),
        "confirmed_by": sorted(key.removeprefix(confirmed) for key in tags if key.startswith(confirmed)),
        "cname_before": cname_before,
        "cname_after": zone.target(),
    }


def report(story: Story, cycles, seconds):
    """Everything that the demo came to. The stages go on after a cycle's end, so they are read again."""
    return {
        "cycles": [{**each, "stages": story.advances(each["instance"])} for each in cycles],
        "instances_left": sorted(story.rds.instances()),
        "invocations": story.echo.invocation_counts(),
        "rds_calls": story.rds_calls(),
        "mails": len(story.mails),
        "seconds": round(seconds, 1),
    }


def table(found):
    """The report as lines of text."""
    lines = []
    for number, each in enumerate(found["cycles"], 1):
        lines += [f"Cycle {number}: {each['instance']}", f"  restored from   {each['snapshot']}"]
        for stage in each["stages"]:
            lines.append(f"  {stage['stage']:<15} {stage['at'][:16].replace('T', ' ')}  woken by {stage['woken_by']}")
        lines += [
            f"  confirmed by    {', '.join(each['confirmed_by']) or 'nobody'}",
            f"  CNAME before    {each['cname_before']}",
            f"  CNAME after     {each['cname_after']}",
        ]
    lines += ["Instances left    " + ", ".join(found["instances_left"])]
    lines += _columns("Invocations", found["invocations"]) + _columns("RDS calls", found["rds_calls"])
    lines += [f"Mails             {found['mails']}", f"Seconds           {found['seconds']}"]
    return lines


def _columns(title, counts):
    width = max(map(len, counts), default=0)
    lines = [f"{title:<17} {name:<{width}} {count:>5}" for name, count in counts.items()]
    return [line if not place else " " * 18 + line[18:] for place, line in enumerate(lines)]
