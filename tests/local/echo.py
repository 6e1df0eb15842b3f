"""One echo on the local cloud: the template deployed as a user would deploy it."""

import hashlib
import io
import itertools
import json
import re
import zipfile
from dataclasses import dataclass, field

from .cloud import FUNCTIONS, REPOSITORY, LocalCloud, built
from .process import LocalCloudError, until
from .proxy import Proxy

BUCKET = "artifacts"
ENDED = re.compile("(CREATE|UPDATE|DELETE)_(COMPLETE|FAILED)|(UPDATE_)?ROLLBACK_(COMPLETE|FAILED)")


@dataclass
class Invocation:
    """One run of a function, as CloudWatch Logs has it."""

    function: str
    order: int
    lines: list = field(default_factory=list)

    @property
    def report(self):
        """The JSON line that the function prints; None where it printed none."""
        for line in self.lines:
            if line.startswith("{"):
                try:
                    found = json.loads(line)
                except ValueError:
                    continue
                if "outcomes" in found or "function" in found:
                    return found
        return None


def package(cloud: LocalCloud, edition=""):
    """Puts the built functions into S3 and gives the template that names them there, as `sam package` does.

    With another `edition` the same programs have another hash, as a later build has.
    """
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    template = (REPOSITORY / "template.yaml").read_text()
    for name in FUNCTIONS:
        archive = built("FUNCTIONS_DIR", "lambda") / name / "bootstrap.zip"
        if not archive.is_file():
            raise LocalCloudError(f"there is no {archive}: build it with `make build`")
        code = _commented(archive.read_bytes(), edition)
        key = f"{name}-{hashlib.sha256(code).hexdigest()[:16]}.zip"
        s3.put_object(Bucket=BUCKET, Key=key, Body=code)
        template, count = re.subn(rf"(CodeUri: )functions/{name}$", rf"\1s3://{BUCKET}/{key}", template, flags=re.MULTILINE)
        if count != 1:
            raise LocalCloudError(f"template.yaml names functions/{name} {count} times as a CodeUri, not once")
    return template


def _commented(archive, comment):
    """A zip archive with a comment; as it was without one."""
    if not comment:
        return archive
    changed = io.BytesIO(archive)
    with zipfile.ZipFile(changed, "a") as opened:
        opened.comment = comment.encode()
    return changed.getvalue()


class Echo:
    """A deployed stack. Made by `deploy`; `close` deletes it."""

    _numbers = itertools.count(1)

    def __init__(self, cloud: LocalCloud, template, parameters):
        self.cloud = cloud
        self.name = parameters["EchoName"]
        self.stack = f"rds-echo-{self.name}-{next(Echo._numbers)}"
        self.proxy = Proxy(cloud.port)
        self._seen = {}
        self._order = itertools.count(1)
        self.parameters = {"BaseUrl": self.proxy.url, **parameters}
        try:
            self._create(template)
        except BaseException:
            self.proxy.close()
            raise

    def _create(self, template):
        self.cloud.client("cloudformation").create_stack(**self._described(template))
        stack = self._ended()
        if stack["StackStatus"] != "CREATE_COMPLETE":
            raise LocalCloudError("\n  ".join([f"the stack is {stack['StackStatus']}:", *self._said()]))
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        self.proxy.lead_to(self.outputs["ApproveFunctionUrl"])

    def _described(self, template):
        # By S3, as SAM does: in the request itself CloudFormation takes 51,200 bytes.
        key = f"{self.stack}.yaml"
        self.cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=template.encode())
        return {
            "StackName": self.stack,
            "TemplateURL": f"{self.cloud.url}/{BUCKET}/{key}",
            "Parameters": [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in self.parameters.items()],
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        }

    def _said(self):
        """Why resources are as they are, oldest first."""
        events = self.cloud.client("cloudformation").describe_stack_events(StackName=self.stack)["StackEvents"]
        return [
            f"{event['LogicalResourceId']} {event['ResourceStatus']}: {event['ResourceStatusReason']}"
            for event in reversed(events)
            if event.get("ResourceStatusReason")
        ]

    def update(self, template, **changed):
        """Updates the stack with a template and changed parameters; gives its status then. One that was rolled back keeps the old ones."""
        before = self.parameters
        self.parameters = {**before, **changed}
        try:
            self.cloud.client("cloudformation").update_stack(**self._described(template))
        except BaseException:
            self.parameters = before
            raise
        status = self._ended()["StackStatus"]
        if status != "UPDATE_COMPLETE":
            self.parameters = before
        return status

    def _ended(self):
        def look():
            stack = self.cloud.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
            return stack if ENDED.fullmatch(stack["StackStatus"]) else None

        return until(look, f"stack {self.stack}", 60, every=0.1)

    def function(self, name):
        """The deployed function's name."""
        return f"rds-echo-{self.name}-{name}"

    def invoke(self, name, event):
        """Runs a function with an event of one's own; gives its answer and whether it failed."""
        answer = self.cloud.client("lambda").invoke(FunctionName=self.function(name), Payload=json.dumps(event))
        self.cloud.quiet()
        return json.loads(answer["Payload"].read() or b"null"), "FunctionError" in answer

    def schedule(self, name):
        """The deployed schedule of a function."""
        scheduler = self.cloud.client("scheduler")
        for listed in scheduler.list_schedules()["Schedules"]:
            schedule = scheduler.get_schedule(Name=listed["Name"], GroupName=listed.get("GroupName", "default"))
            if schedule["Target"]["Arn"].endswith(f":{self.function(name)}"):
                return schedule
        raise LocalCloudError(f"the stack has no schedule for {name}")

    def wake(self, *names):
        """Wakes functions as their deployed schedules would: one-off schedules, already due, with their targets.

        The deployed ones go by the real clock, and nobody wants to wait for that.
        """
        scheduler = self.cloud.client("scheduler")
        due = []
        for name in names:
            due.append(f"now-{self.name}-{name}-{next(self._order)}")
            scheduler.create_schedule(
                Name=due[-1],
                ScheduleExpression="at(2020-01-01T00:00:00)",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target=self.schedule(name)["Target"],
                ActionAfterCompletion="DELETE",
            )

        def fired():
            return not {schedule["Name"] for schedule in scheduler.list_schedules()["Schedules"]} & set(due)

        until(fired, "the schedules to fire", 30)
        self.cloud.quiet()

    def put_event(self, **entry):
        """An event of one's own on the default bus."""
        self.cloud.client("events").put_events(Entries=[{**entry, "Detail": json.dumps(entry.get("Detail", {}))}])
        self.cloud.quiet()

    def new_invocations(self):
        """What has run since the last call, in the order of its end."""
        logs = self.cloud.client("logs")
        fresh = []
        for name in FUNCTIONS:
            seen = self._seen.setdefault(name, set())
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{self.function(name)}")["events"]
            streams = {}
            for event in events:
                if event["logStreamName"] not in seen:
                    streams.setdefault(event["logStreamName"], []).append(event)
            # MiniStack gives each invocation a stream of its own, written at its end.
            for stream, lines in streams.items():
                seen.add(stream)
                fresh.append((lines[0]["timestamp"], name, [line["message"] for line in lines]))
        fresh.sort(key=lambda each: each[0])
        return [Invocation(name, next(self._order), lines) for _, name, lines in fresh]

    def invocation_counts(self):
        """How often each function ran: its START lines in CloudWatch Logs."""
        logs = self.cloud.client("logs")
        counts = {}
        for name in FUNCTIONS:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{self.function(name)}")["events"]
            counts[name] = sum(event["message"].startswith("START ") for event in events)
        return counts

    def close(self):
        """Deletes the stack, and with it whatever could still wake."""
        self.proxy.close()
        self.cloud.quiet()
        formation = self.cloud.client("cloudformation")
        formation.delete_stack(StackName=self.stack)

        def gone():
            stacks = formation.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
            return self.stack in {each["StackName"] for each in stacks}

        until(gone, f"the end of stack {self.stack}", 60, every=0.1)
