"""Starts MiniStack as a child process of the local cloud; not imported by anything.

MiniStack itself runs by the real clock. Its children, the functions, inherit an environment in which
libfaketime shows them the simulated time. Five things are changed or added, each because MiniStack
1.5.33 lacks it:

- a rule's or a schedule's function that fails is treated as MiniStack treats `InvocationType=Event`: tried again, and
  at last put where the function's EventInvokeConfig says, with the pauses shortened;
- `GET /_local/activity` says whether any invocation is under way, so that nobody has to guess by sleeping;
- due schedules are looked for five times a second instead of every ten seconds;
- it answers the functions' runtimes without Nagle's algorithm, which costs 40 ms an invocation;
- SimulatePrincipalPolicy is answered with the context entries and for all resources. A version of MiniStack whose
  `services/iam.py` reads `ContextEntries` makes that unnecessary; its evaluator, which is asked here, is right already.
"""

import itertools
import json
import os
import signal
import socketserver
import sys
import threading
import types
from xml.sax.saxutils import escape

# Before the first retry; twice that before the second. In AWS it is a minute.
RETRY_PAUSE_SECONDS = 0.2
SCHEDULE_TICK_SECONDS = 0.2


class Activity:
    """Counts asynchronous invocations that have been accepted and not ended: retries, and the way to the queue, included."""

    def __init__(self):
        self._lock = threading.Lock()
        self._running = 0

    def add(self, change):
        with self._lock:
            self._running += change

    def running(self):
        with self._lock:
            return self._running


def die_with_parent():
    """Ends the whole process group, functions included, once the parent's end of stdin closes.

    That happens however the parent ends, even by SIGKILL, and needs nothing of one operating system.
    """

    def watch():
        while os.read(0, 4096):
            pass
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def count_asynchronous_invocations(activity):
    """Replaces the module `threading` in MiniStack's Lambda: the thread of an asynchronous invocation is counted."""
    from ministack.services import lambda_svc

    inside = f"{lambda_svc.invoke_async_with_retry.__qualname__}.<locals>"

    class Thread(threading.Thread):
        """Counted before the answer to PutEvents or Invoke: who put the event sees it under way."""

        def __init__(self, *args, **named):
            super().__init__(*args, **named)
            works = named.get("args") or (None,)
            self._counted = getattr(works[0], "__qualname__", "").startswith(inside)
            if self._counted:
                activity.add(1)

        def run(self):
            try:
                super().run()
            finally:
                if self._counted:
                    activity.add(-1)

    lambda_svc.threading = types.SimpleNamespace(**{**vars(threading), "Thread": Thread})
    lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS = RETRY_PAUSE_SECONDS


def retry_targets():
    """Replaces how EventBridge and Scheduler hand an event to a function: as an asynchronous invocation."""
    from ministack.services import eventbridge, lambda_svc

    def dispatch(arn, payload):
        record, config, name = lambda_svc._get_func_record_for_ref(arn)
        if not record or not config:
            print(f"no function {name} for a rule's target", file=sys.stderr)
            return
        lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(record, config), json.loads(payload))

    eventbridge._dispatch_to_lambda = dispatch


def serve_activity(activity):
    """Puts `GET /_local/activity` in front of MiniStack's own application."""
    import ministack.app
    from ministack.services import lambda_svc

    inner = ministack.app.app

    async def app(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != "/_local/activity":
            await inner(scope, receive, send)
            return
        running = max(activity.running(), lambda_svc.executions_in_flight()[0])
        body = json.dumps({"running": running}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    ministack.app.app = app


def simulate_with_context():
    """Replaces MiniStack's SimulatePrincipalPolicy, which knows the first resource alone and no context."""
    from ministack.core import iam_evaluator as evaluator
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import iam

    decisions = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}

    def members(p, name):
        for number in itertools.count(1):
            value = iam._p(p, f"{name}.member.{number}")
            if not value:
                return
            yield value

    def context_entries(p):
        for number, key in enumerate(members_of_entries(p), 1):
            entry = f"ContextEntries.member.{number}"
            values = list(members(p, f"{entry}.ContextKeyValues"))
            yield key.lower(), values if iam._p(p, f"{entry}.ContextKeyType").endswith("List") else values[0]

    def members_of_entries(p):
        for number in itertools.count(1):
            key = iam._p(p, f"ContextEntries.member.{number}.ContextKeyName")
            if not key:
                return
            yield key

    def simulate(p):
        principal = iam._p(p, "PolicySourceArn")
        role = principal.rsplit("/", 1)[-1]
        if not iam._roles.get(role):
            return iam._error(404, "NoSuchEntity", f"The role with name {role} cannot be found.", ns="iam")
        account = get_account_id()
        policies = evaluator._gather_role_policies(role, account)
        limits = evaluator._permissions_boundary(iam._roles, role, account)
        # A request that names no tags has no aws:TagKeys.
        keys = {"aws:tagkeys": None, **dict(context_entries(p))}
        results = []
        for action, resource in itertools.product(members(p, "ActionNames"), list(members(p, "ResourceArns")) or ["*"]):
            context = evaluator.EvalContext(
                principal_arn=principal,
                principal_type="AssumedRole",
                principal_account=account,
                action=action,
                resource_arn=resource,
                region=get_region(),
                secure_transport=True,
                service_context=keys,
            )
            decision = decisions[evaluator.evaluate(context, policies, *limits).decision]
            fields = {"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision}
            result = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
            if limits:
                within = str(all(evaluator.evaluate(context, limit).decision == "Allow" for limit in limits)).lower()
                detail = f"<AllowedByPermissionsBoundary>{within}</AllowedByPermissionsBoundary>"
                result += f"<PermissionsBoundaryDecisionDetail>{detail}</PermissionsBoundaryDecisionDetail>"
            results.append(result)
        inner = "".join(f"<member>{result}</member>" for result in results)
        inner = f"<EvaluationResults>{inner}</EvaluationResults><IsTruncated>false</IsTruncated>"
        inner = f"<SimulatePrincipalPolicyResult>{inner}</SimulatePrincipalPolicyResult>"
        return iam._xml(200, "SimulatePrincipalPolicyResponse", inner, ns="iam")

    iam._IAM_HANDLERS["SimulatePrincipalPolicy"] = simulate


def fake_the_functions_clock(library, clock_file):
    """What is set here reaches the processes started from now on, not this one."""
    os.environ.update(
        LD_PRELOAD=library,
        FAKETIME_TIMESTAMP_FILE=clock_file,
        FAKETIME_NO_CACHE="1",
        # The function's runtime measures time-outs by the monotonic clock, and those are real.
        FAKETIME_DONT_FAKE_MONOTONIC="1",
        DONT_FAKE_MONOTONIC="1",
        TZ="UTC",
    )


def main():
    library, clock_file = sys.argv[1:3]
    sys.argv = ["ministack"]
    die_with_parent()
    from ministack.services import scheduler

    scheduler._SCHEDULE_TICK_INTERVAL = SCHEDULE_TICK_SECONDS
    # The head of an event and its body are two writes on a connection that is kept.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
    activity = Activity()
    count_asynchronous_invocations(activity)
    retry_targets()
    serve_activity(activity)
    simulate_with_context()
    fake_the_functions_clock(library, clock_file)
    import ministack.app

    ministack.app.main()


if __name__ == "__main__":
    main()
