"""How requests get to AWS: over TLS, believing whom, through which proxy. A function and `rds-echo`, from outside."""

import base64
import ssl
from contextlib import ExitStack
from datetime import timedelta

import pytest
from authority import Authority, tls_front, web_proxy

from bench import worlds
from bench.driver import Driver
from bench.subject import unpacked
from local import seed
from local.cloud import built
from local.command_line import CommandLine

SCHEDULE = worlds.event("modify/schedule.json")


@pytest.fixture
def ends():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def rds(ends, tmp_path):
    return ends.enter_context(worlds.due(tmp_path, worlds.MODIFY))[0]


@pytest.fixture
def front(ends, rds):
    """A TLS front before the simulated RDS, with the side of a server that it is given."""

    def make(context):
        front = tls_front(int(rds.url.rsplit(":", 1)[1]), context)
        ends.callback(front.end)
        return front

    return make


@pytest.fixture
def modify(ends, tmp_path):
    """Runs the function `modify` once, waked by its schedule; gives what the driver saw."""
    driver = ends.enter_context(Driver(built("BENCH_DRIVER_BIN", "debug", "bench-driver")))
    program = unpacked({"modify": built("FUNCTIONS_DIR", "lambda") / "modify/bootstrap.zip"}, tmp_path)["modify"]

    def run(url, **environment):
        found = {**worlds.environment(), "AWS_ENDPOINT_URL_RDS": url, **environment}
        return driver.measure(program.command, found, [SCHEDULE])

    return run


@pytest.fixture
def command(tmp_path):
    """Runs `rds-echo reboot`, for which it is too early, with RDS at an address; demands how it ends, gives what it says."""

    def run(url, code, **environment):
        # Without the account, which STS would be asked for.
        settings = {key: value.strip("'") for key, value in worlds.OPTIONS.items() if key != "accountNumber"}
        cli = CommandLine(tmp_path, settings, {"AWS_ENDPOINT_URL": url})
        return cli.run("reboot", worlds.INSTANCE, code=code, environment=environment)

    return run


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_configured_bundle_is_believed_and_one_connection_does_for_all_calls(authority, front, modify, variable, version):
    context = authority.server("127.0.0.1")
    context.minimum_version = context.maximum_version = version
    before = front(context)
    seen = modify(f"https://127.0.0.1:{before.port}", **{variable: str(authority.bundle)})
    seen.demand("modification requested")
    assert seen.told["rds:DescribeDBInstances"] == seen.told["rds:ModifyDBInstance"] == seen.told["rds:AddTagsToResource"] == 1
    assert before.let_in == [version.name.replace("_", ".")]


def test_nobody_else_is_believed(authority, front, modify, rds):
    before = front(authority.server("127.0.0.1"))
    modify(f"https://127.0.0.1:{before.port}").demand("UnknownIssuer")
    assert "ModifyDBInstance" not in rds.busy()["calls"]


@pytest.mark.parametrize(
    ("names", "lasts", "why"),
    [(["rds.example.test"], timedelta(days=1), "not valid for name"), (["127.0.0.1"], timedelta(days=-1), "expired")],
)
def test_a_bundle_makes_no_wrong_certificate_right(authority, front, modify, names, lasts, why):
    before = front(authority.server(*names, lasts=lasts))
    seen = modify(f"https://127.0.0.1:{before.port}", AWS_CA_BUNDLE=str(authority.bundle))
    assert why.lower() in str(seen.responses).lower()


def test_a_bundle_that_cannot_be_read_is_named(command, tmp_path):
    (tmp_path / "empty.pem").write_text("no certificate\n")
    for path in (tmp_path / "missing.pem", tmp_path / "empty.pem"):
        said = command("https://127.0.0.1:9", 2, AWS_CA_BUNDLE=str(path)).err
        assert f"AWS_CA_BUNDLE names {path}" in said and "unset it" in said


def test_a_person_reaches_aws_through_a_proxy(authority, front, command, ends):
    before = front(authority.server("localhost"))
    proxy = web_proxy(before.port)
    ends.callback(proxy.end)
    # Nobody listens there: only the proxy knows the way.
    url, trust = "https://localhost:1", {"AWS_CA_BUNDLE": str(authority.bundle)}
    command(url, 3, **trust, HTTPS_PROXY=f"http://ada:secret@127.0.0.1:{proxy.port}")
    assert proxy.let_in[0].startswith("CONNECT localhost:1 HTTP/1.1")
    assert f"proxy-authorization: basic {base64.b64encode(b'ada:secret').decode()}".lower() in proxy.let_in[0].lower()
    asked = len(proxy.let_in)
    command(url, 5, **trust, HTTPS_PROXY=f"http://127.0.0.1:{proxy.port}", NO_PROXY="localhost")
    assert len(proxy.let_in) == asked


def test_a_proxy_behind_tls_is_refused_by_name(command):
    said = command("https://localhost:1", 5, HTTPS_PROXY="https://ada:secret@proxy.example.test:3129")
    assert "https://proxy.example.test:3129/, by which the environment leads to https://localhost:1/" in said.err + said.out
    assert "secret" not in said.err + said.out
