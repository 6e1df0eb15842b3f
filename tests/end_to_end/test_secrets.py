"""Where tokens may stand: in the mail to one person and nowhere else. And what SES is asked to send."""

import json
import re

import pytest
from asked import asking
from crowd import Shot, press, send
from world import APPROVERS

DANA, ELI, KIM = APPROVERS


@pytest.fixture(scope="module")
def told(cloud, template):
    """A whole story with a queue that hears all of the bus: (asked, events, requests to SES)."""
    queue = cloud.client("sqs").create_queue(QueueName="everything-on-the-bus")["QueueUrl"]
    arn = cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events = cloud.client("events")
    events.put_rule(Name="everything", EventPattern=json.dumps({"source": [{"prefix": ""}]}))
    events.put_targets(Rule="everything", Targets=[{"Id": "queue", "Arn": arn}])
    try:
        with asking(cloud, template, Approvals=2) as asked:
            for who in APPROVERS:
                send(asked.base, [Shot(method, asked.path(who, action)) for method in ("GET", "HEAD") for action in ("confirm", "cancel")])
            bent = [asked.path(DANA, "confirm") + "x", asked.path(DANA, "confirm")[:-1] + "_", f"{asked.path(DANA, 'confirm')}?again=1"]
            send(asked.base, [Shot("GET", path) for path in bent] + [Shot("PUT", asked.path(DANA, "confirm"))])
            for who, action in ((DANA, "confirm"), (ELI, "confirm"), (KIM, "cancel"), (KIM, "confirm")):
                send(asked.base, [press(asked.path(who, action))])
                asked.story.listen()
            assert asked.tags()["stage"] == "promoted"
            yield asked, received(cloud, queue), asked.sent()
    finally:
        events.remove_targets(Rule="everything", Ids=["queue"])
        events.delete_rule(Name="everything")
        cloud.client("sqs").delete_queue(QueueUrl=queue)


def received(cloud, queue):
    """All that the queue holds, as text."""
    found = []
    while messages := cloud.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [message["Body"] for message in messages]
        for message in messages:
            cloud.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def secrets(asked):
    """Each token, and each of its parts."""
    tokens = [asked.token(who, action) for who in APPROVERS for action in ("confirm", "cancel")]
    return {part for token in tokens for part in (token, *token.split("."))}


def logged(cloud):
    """Every line in CloudWatch Logs by its group: of the functions, and of whatever else logs there."""
    logs = cloud.client("logs")
    groups = [group["logGroupName"] for page in logs.get_paginator("describe_log_groups").paginate() for group in page["logGroups"]]
    lines = {group: [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]] for group in groups}
    # The local AWS gives no more at once, and no next page.
    assert all(len(each) < 10_000 for each in lines.values())
    return lines


def test_answers_go_where_the_settings_say(cloud, template):
    # Before the others: it deploys an echo of the same name.
    with asking(cloud, template, ReplyTo="databases@example.test") as asked:
        assert [request["ReplyToAddresses"] for request in asked.sent()] == [["databases@example.test"]] * len(APPROVERS)


def test_no_token_reaches_a_log(told):
    asked, events, _ = told
    cloud = asked.world.cloud
    places = {group: "\n".join(lines) for group, lines in logged(cloud).items()}
    places |= {name: (cloud.work / name).read_text(errors="replace") for name in ("ministack.log", "rds-sim.log")}
    approve = places[f"/aws/lambda/{asked.world.echo.function('approve')}"]
    assert all(who in approve for who in APPROVERS), "who has opened a page is logged: the log was read"
    assert "listening on" in places["rds-sim.log"]
    assert [(place, secret[:12]) for place, text in places.items() for secret in secrets(asked) if secret in text] == []


def test_no_token_reaches_the_bus(told):
    asked, events, _ = told
    kinds = {json.loads(event)["detail-type"] for event in events}
    assert {"Echo Stage Changed", "Echo Approval Changed"} <= kinds, "all of the bus was heard"
    assert [(event[:200], secret[:12]) for event in events for secret in secrets(asked) if secret in event] == []


def test_no_token_reaches_a_tag_but_the_mac_of_a_confirmation(told):
    """With it promote proves the click. A cancel needs no proof, and nobody else's link is there."""
    asked, _, _ = told
    allowed = {asked.token(who, "confirm").split(".")[1] for who in (DANA, ELI)}
    values = " ".join(asked.world.rds.instances()[asked.instance]["tags"].values())
    assert {secret for secret in secrets(asked) if secret in values} == allowed


def headers(request):
    """The headers of a request to SES by name in lower case; each is there once."""
    given = request["Content"]["Simple"].get("Headers", [])
    found = {header["Name"].lower(): header["Value"] for header in given}
    assert len(found) == len(given)
    return found


def test_each_mail_goes_to_one_person_and_says_that_it_is_automatic(told):
    asked, _, sent = told
    assert len(sent) >= len(APPROVERS)
    for request in sent:
        assert set(request["Destination"]) == {"ToAddresses"} and len(request["Destination"]["ToAddresses"]) == 1
        assert headers(request)["auto-submitted"] == "auto-generated"
        assert not request.get("ReplyToAddresses")
    assert {request["Destination"]["ToAddresses"][0] for request in sent} == set(APPROVERS)


def test_a_link_stands_only_in_the_mail_to_its_approver(told):
    asked, _, sent = told
    for request in sent:
        (to,) = request["Destination"]["ToAddresses"]
        text = json.dumps(request)
        others = {asked.token(who, action) for who in APPROVERS if who != to for action in ("confirm", "cancel")}
        assert not [token[:12] for token in others if token in text]
        subject_and_headers = json.dumps([request["Content"]["Simple"]["Subject"], headers(request)])
        assert not [secret[:12] for secret in secrets(asked) if secret in subject_and_headers]
        for value in (request["Content"]["Simple"]["Subject"]["Data"], *headers(request).values()):
            assert value.isprintable(), "one line, and nothing in it that could end it"


def test_the_mails_of_a_request_are_one_thread(told):
    _, _, sent = told
    found = [headers(request) for request in sent]
    for name in ("in-reply-to", "references"):
        values = {each.get(name) for each in found}
        assert len(values) == 1 and re.fullmatch(r"<[!-=?-~]+@[!-=?-~]+>", values.pop() or "")


def test_news_without_links_follow_a_promotion(told):
    asked, _, sent = told
    later = [request for request in sent if not any(token in json.dumps(request) for token in secrets(asked))]
    assert later, "that the name was switched is told"
