"""`rds-echo check` asks IAM about the deployed functions' roles: it finds nothing where nothing is wrong, and names what is."""

import json
from urllib.parse import parse_qsl

import pytest

from local.cloud import FUNCTIONS
from local.command_line import CommandLine
from local.relay import Relay
from permission_table import STACKS
from permissions import Roles
from world import make_world

# Granted for what no setting tells: traces.
NOT_ASKED = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# It is asked about where the latest snapshot is encrypted with a customer's key; here none is.
NOT_ASKED_OF_NEW = {"kms:CreateGrant"}


class Asked(Relay):
    """Stands in front of IAM, and notes what it is asked."""

    def __init__(self, gateway_port):
        self.questions = []
        super().__init__(gateway_port)

    def saw(self, request, body):
        said = dict(parse_qsl(body.decode(), keep_blank_values=True))
        actions = {value for key, value in said.items() if key.startswith("ActionNames.")}
        self.questions.append((said["Action"], said["PolicySourceArn"].rsplit("/", 1)[-1], actions))


class Desk:
    """A person's terminal, set up as the stack's output says."""

    def __init__(self, cloud, folder, world):
        self.world = world
        self.iam = cloud.client("iam")
        options = cloud.client("ssm").get_parameter(Name=f"/rds-echo/{world.echo.name}/command-line")["Parameter"]["Value"]
        self.relay = Asked(cloud.port)
        endpoints = {
            "AWS_ENDPOINT_URL": cloud.url,
            "AWS_ENDPOINT_URL_RDS": f"http://127.0.0.1:{cloud.rds_port}",
            "AWS_ENDPOINT_URL_IAM": self.relay.url,
            "RDS_ECHO_OPTS": options,
        }
        self.options = options
        self.cli = CommandLine(folder, endpoints=endpoints, time_of=cloud)
        self.roles = Roles(world)

    def role(self, function):
        return self.roles.arns[function].rsplit("/", 1)[-1]

    def findings(self, code=None):
        """What check says of each function's role: grade and words."""
        found = self.cli.json("check", code=code)["findings"]
        of = "permissions of "
        return {each["what"].removeprefix(of): (each["grade"], each["says"]) for each in found if each["what"].startswith(of)}


@pytest.fixture
def desk(cloud, template, tmp_path):
    worlds = []

    def sit_down(**parameters):
        world = make_world(cloud, template, **parameters)
        worlds.append(Desk(cloud, tmp_path, world))
        return worlds[-1]

    yield sit_down
    for each in worlds:
        each.relay.close()
        each.world.echo.close()


def test_all_is_well_on_a_deployed_stack_and_few_questions_are_asked(desk):
    at = desk()
    findings = at.findings(code=0)
    assert set(findings) == set(FUNCTIONS)
    assert {grade for grade, _ in findings.values()} == {"ok"}, findings
    assert {operation for operation, _, _ in at.relay.questions} == {"SimulatePrincipalPolicy"}
    assert len(at.relay.questions) <= 4 * len(FUNCTIONS)


@pytest.mark.parametrize("stack", STACKS)
def test_everything_that_a_role_allows_is_asked_about(desk, stack):
    at = desk(**STACKS[stack][0])
    findings = at.findings()
    assert {grade for grade, _ in findings.values()} == {"ok"}, findings
    for function in FUNCTIONS:
        allowed = {action for statement in at.roles.statements(function) for action in statement["Action"]} - NOT_ASKED
        allowed -= NOT_ASKED_OF_NEW if function == "new" else set()
        asked = set().union(*(actions for _, role, actions in at.relay.questions if role == at.role(function)))
        assert asked == allowed, function


def test_a_denial_is_named_with_its_reason(desk):
    at = desk()
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "rds:DeleteDBInstance", "Resource": "*"}]}
    at.iam.put_role_policy(RoleName=at.role("retire"), PolicyName="freeze", PolicyDocument=json.dumps(deny))
    findings = at.findings(code=4)
    grade, says = findings.pop("retire")
    assert grade == "bad" and "rds:DeleteDBInstance on arn:aws:rds:us-east-1:000000000000:db:dev-20" in says and "a policy denies it" in says
    assert {grade for grade, _ in findings.values()} == {"ok"}, findings


def test_the_conditions_count(desk):
    """Policies that say yes to another echo's tag, another sender, another name: of no use here."""
    at = desk()
    for function, name, was, becomes in (
        ("promote", "own", "dev-db.example.test", "other-db.example.test"),
        ("request-approval", "own", "rds-echo@example.test", "other@example.test"),
        ("reboot", "instances", "rdsecho:dev:managed", "rdsecho:qa:managed"),
        ("approve", "instances", "rdsecho:dev:confirmed:*", "rdsecho:qa:confirmed:*"),
        ("new", "instances", "aws:RequestTag/rdsecho:dev:", "aws:RequestTag/rdsecho:qa:"),
    ):
        document = at.iam.get_role_policy(RoleName=at.role(function), PolicyName=name)["PolicyDocument"]
        document = document if isinstance(document, str) else json.dumps(document)
        assert was in document
        at.iam.put_role_policy(RoleName=at.role(function), PolicyName=name, PolicyDocument=document.replace(was, becomes))
    findings = at.findings(code=4)
    for function, action in {
        "promote": "route53:ChangeResourceRecordSets on arn:aws:route53:::hostedzone/",
        "request-approval": "ses:SendEmail on ",
        "reboot": "rds:RebootDBInstance on ",
        "approve": "rds:AddTagsToResource on ",
        "new": "rds:RestoreDBInstanceFromDBSnapshot on ",
    }.items():
        grade, says = findings.pop(function)
        assert grade == "bad" and action in says and "no policy of the role allows it" in says, (function, says)
    assert {grade for grade, _ in findings.values()} == {"ok"}, findings


def test_a_boundary_is_told_from_a_policy(desk):
    at = desk()
    narrow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": "rds:RebootDBInstance", "Resource": "*"}]}
    boundary = at.iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(narrow))["Policy"]["Arn"]
    at.iam.put_role_permissions_boundary(RoleName=at.role("reboot"), PermissionsBoundary=boundary)
    try:
        grade, says = at.findings(code=4)["reboot"]
    finally:
        at.iam.delete_role_permissions_boundary(RoleName=at.role("reboot"))
        at.iam.delete_policy(PolicyArn=boundary)
    assert grade == "bad" and "rds:RebootDBInstance" in says and "the role's permissions boundary does not allow it" in says


def test_a_role_that_is_gone_is_said(desk):
    at = desk()
    options = at.options.replace(at.role("modify"), "gone")
    found = at.cli.run("check", "--output", "json", code=4, environment={"RDS_ECHO_OPTS": options}).json()["findings"]
    (finding,) = [each for each in found if each["what"] == "permissions of modify"]
    assert finding["grade"] == "bad" and "there is no role gone" in finding["says"]


def test_who_may_not_ask_is_told_once_and_nothing_else_suffers(desk):
    at = desk()
    at.relay.close()
    at.relay = Refusing(at.world.cloud.port)
    at.cli.environment["AWS_ENDPOINT_URL_IAM"] = at.relay.url
    findings = at.findings(code=0)
    assert len(findings) == 1
    ((grade, says),) = findings.values()
    assert grade == "doubtful" and "could not be asked" in says and "iam:SimulatePrincipalPolicy" in says


class Refusing(Relay):
    """An IAM that lets nobody ask."""

    def _pass_on(self, request):
        request.rfile.read(int(request.headers.get("Content-Length") or 0))
        body = b"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User is not authorized</Message></Error></ErrorResponse>"
        request.send_response(403)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
