"""Somebody who listens to the echo: to its announcements on the default event bus, and to the topic of its alarms."""

import itertools
import json

from .echo import Echo

ANNOUNCED = "rds-echo"


class Subscriber:
    """A queue of one's own behind the bus and the topic. Whoever pages people or posts into a chat is one like it."""

    _numbers = itertools.count(1)

    def __init__(self, echo: Echo):
        cloud, name = echo.cloud, f"listener-{next(Subscriber._numbers)}"
        self._sqs = cloud.client("sqs")
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        services = ["events.amazonaws.com", "sns.amazonaws.com"]
        statement = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sqs:SendMessage", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        self._name, self._events, self._sns = name, cloud.client("events"), cloud.client("sns")
        self._events.put_rule(Name=name, EventPattern=json.dumps({"source": [ANNOUNCED], "detail": {"echo": [echo.name]}}))
        self._events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        self._topic = topic_of(echo)
        self._subscription = self._sns.subscribe(TopicArn=self._topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]

    def close(self):
        """Listens no more, and leaves nothing behind."""
        self._sns.unsubscribe(SubscriptionArn=self._subscription)
        self._events.remove_targets(Rule=self._name, Ids=["queue"])
        self._events.delete_rule(Name=self._name)
        self._sqs.delete_queue(QueueUrl=self._url)

    def fresh(self):
        """What came since the last look: announcements, as they were put on the bus, and notices, with subject and text."""
        announcements, notices = [], []
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                body = json.loads(message["Body"])
                if body.get("TopicArn") == self._topic:
                    text = body["Message"]
                    # Whatever EventBridge sends has one and the same subject.
                    notices.append({"subject": text.splitlines()[0].strip('"'), "text": text})
                else:
                    announcements.append({"type": body["detail-type"], **body["detail"]})
        return announcements, notices


def topic_of(echo: Echo):
    """The topic of the stack's alarms."""
    resources = echo.cloud.client("cloudformation").describe_stack_resources(StackName=echo.stack)["StackResources"]
    return next(each["PhysicalResourceId"] for each in resources if each["LogicalResourceId"] == "AlarmTopic")
