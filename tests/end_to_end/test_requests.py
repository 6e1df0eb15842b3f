"""Requests that no browser of an approver sends: each gets the right refusal, costs no call to AWS where the link need
not be looked at, and changes nothing."""

import pytest
from asked import asking
from crowd import FORM, Shot, press, send
from world import APPROVERS

DANA, ELI, KIM = APPROVERS
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
}
# What other pages may do with these: nothing.
APART = ("strict-transport-security", "cross-origin-opener-policy", "cross-origin-resource-policy", "permissions-policy")
LARGEST_BODY = 8192


@pytest.fixture(scope="module")
def asked(cloud, template):
    """One request that needs everybody, so that a click too many shows and promotes nothing."""
    with asking(cloud, template, Approvals=3) as asked:
        yield asked


def refused(asked, shots, status):
    """Sends all; each must be refused with that status, cost nothing and change nothing. Gives the answers."""
    # What an earlier press has woken asks KMS too.
    asked.world.cloud.quiet()
    kms, before = asked.recorder.kms("VerifyMac"), asked.everything()
    answers = send(asked.base, shots)
    done = zip(shots, answers, strict=True)
    assert [(shot, answer.status) for shot, answer in done if answer.status != status] == []
    assert asked.recorder.kms("VerifyMac") == kms
    assert asked.everything() == before
    for answer in answers:
        assert HEADERS.items() <= answer.headers.items()
        assert "set-cookie" not in answer.headers and "location" not in answer.headers
        assert "default-src 'none'" in answer.headers["content-security-policy"] and len(answer.body) < 15_000
    return answers


PATHS = ["/", "/favicon.ico", "/robots.txt", "/.env", "/.git/config", "/wp-login.php", "/index.html", "/x", "/x.y", "/.", "/..", "/..."]
PATHS += ["/../../etc/passwd", "/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/..%5c..%5cboot.ini", "/%00", "/a%00b", "/%2f%2f", "/%252e"]
PATHS += ["/%ff%fe", "/%e2%80%ae"]
PATHS += ["/?token=x", "/;x=1", "/%0d%0aSet-Cookie:%20x=1", "/<script>alert(1)</script>", "/{{7*7}}", "/${jndi:ldap://x}", "/%", "/%zz"]
PATHS += ["/" + "a" * 1024, "/" + "a" * 1025, "/" + "A" * 980 + "." + "A" * 43, "/" + "/" * 2000, "/" + "%41" * 2000, "/" + "a" * 12_000]


def test_unknown_paths_are_no_links(asked):
    pages = {answer.body for answer in refused(asked, [Shot("GET", path) for path in PATHS], 404)}
    pages |= {answer.body for answer in refused(asked, [press(path) for path in PATHS], 404)}
    assert len(pages) == 1, "nobody learns how nearly right a guess was"
    heads = refused(asked, [Shot("HEAD", path) for path in PATHS], 404)
    assert {answer.body for answer in heads} == {b""}


def test_more_behind_a_link_is_no_link(asked):
    link = asked.path(DANA, "confirm")
    for more in ("/", "/confirm", "%2F", "%00", "%20", "%0A", ".html", "%3Fx", "%23x", "/..", "/%2e"):
        refused(asked, [Shot("GET", link + more), press(link + more)], 404)


METHODS = ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONFIRM", "PROPFIND", "QUERY", "get", "GETX", "post"]


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_are_refused_whatever_the_link(asked, method):
    paths = ["/", "/favicon.ico", asked.path(DANA, "confirm"), asked.path(DANA, "cancel")]
    if method in ("get", "post"):
        # Servers before the function may write them in capitals, as the local AWS does: then they are what they say.
        paths = paths[:2]
        answers = send(asked.base, [Shot(method, path, b"", FORM) for path in paths])
        assert {answer.status for answer in answers} <= {404, 405}
        return
    shots = [Shot(method, path) for path in paths] + [Shot(method, path, b"reason=x", FORM) for path in paths]
    for answer in refused(asked, shots, 405):
        assert answer.headers["allow"] == "GET, HEAD, POST"


def test_looking_changes_nothing_and_a_head_has_no_body(asked):
    before = asked.everything()
    links = [asked.path(who, action) for who in APPROVERS for action in ("confirm", "cancel")]
    shots = [Shot(method, link) for link in links for method in ("GET", "HEAD")]
    # Mail scanners look with whatever they have.
    shots += [Shot("GET", link, b"reason=x", FORM) for link in links]
    shots += [Shot("GET", link, None, {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}) for link in links]
    shots += [Shot("GET", f"{link}?_method=POST&action=confirm&reason=x") for link in links]
    for shot, answer in zip(shots, send(asked.base, shots), strict=True):
        assert answer.status == 200 and bool(answer.body) == (shot.method == "GET")
    assert asked.everything() == before


def test_every_answer_keeps_other_pages_out(asked):
    link = asked.path(DANA, "confirm")
    for answer in send(asked.base, [Shot("GET", link), Shot("HEAD", link), Shot("GET", "/x.y"), Shot("PUT", link)]):
        assert HEADERS.items() <= answer.headers.items()
        assert [name for name in APART if not answer.headers.get(name)] == []
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"] and "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "who, kind, body",
    [
        pytest.param(
            DANA,
            "application/x-www-form-urlencoded; charset=utf-8",
            b"stage=promoted&approver=kim%40example.test&request=9&action=cancel",
            id="unknown-fields",
        ),
        pytest.param(ELI, "Application/X-WWW-Form-URLencoded;charset=UTF-8", b"x=" + b"y" * (LARGEST_BODY - 2), id="as-large-as-may-be"),
    ],
)
def test_what_a_form_does_not_ask_for_is_ignored(asked, who, kind, body):
    before = asked.world.rds.state()["calls"]["AddTagsToResource"]
    (answer,) = send(asked.base, [Shot("POST", asked.path(who, "confirm"), body, {"Content-Type": kind})])
    assert answer.status == 200
    assert who in asked.listed("confirmed") and KIM not in asked.listed("confirmed") and asked.listed("cancelled") == set()
    assert asked.world.rds.state()["calls"]["AddTagsToResource"] == before + 1
    assert asked.tags()["stage"] == "rebooted"


@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 1_000_000, 5_000_000])
def test_a_body_larger_than_any_form_is_refused_unread(asked, size):
    body = b"reason=" + b"x" * (size - len(b"reason="))
    refused(asked, [press(asked.path(KIM, action), body) for action in ("confirm", "cancel")], 413)


def test_only_a_form_is_a_press(asked):
    types = ["text/plain", "application/json", "multipart/form-data; boundary=x", "application/octet-stream", "text/html", "x", ""]
    types += [f"{FORM['Content-Type']}x", f"text/plain; {FORM['Content-Type']}", f"{FORM['Content-Type']}+json"]
    links = [asked.path(KIM, action) for action in ("confirm", "cancel")]
    shots = [Shot("POST", link, b"reason=x", {"Content-Type": each}) for link in links for each in types]
    # Missing: what a page elsewhere can send without asking, a beacon.
    shots += [Shot("POST", link, body) for link in links for body in (b"", b"reason=x")]
    refused(asked, shots, 415)


BROKEN = [b"reason=\xff", b"reason=%FF", b"reason=%C3%28", b"reason=%ED%A0%80", b"\xfe\xff\x00r", b"other=%F5%80%80%80"]
BROKEN += [b"reason=ok&x=\xc3", b"%80=1"]


def test_text_that_is_no_text_is_refused(asked):
    links = [asked.path(KIM, action) for action in ("confirm", "cancel")]
    refused(asked, [press(link, body) for link in links for body in BROKEN], 400)


def test_a_link_that_does_not_work_is_refused_before_its_body_is_looked_at(asked):
    bodies = [(b"x" * (LARGEST_BODY + 1), FORM), (b"reason=%FF", FORM), (b"reason=x", {"Content-Type": "text/plain"}), (b"reason=x", {})]
    answers = refused(asked, [Shot("POST", "/x.y", body, headers) for body, headers in bodies], 404)
    assert len({answer.body for answer in answers}) == 1


def test_no_token_that_was_sent_here_stands_in_the_functions_log(asked):
    group = f"/aws/lambda/{asked.world.echo.function('approve')}"
    logs = asked.world.cloud.client("logs")

    def found(text):
        return logs.filter_log_events(logGroupName=group, filterPattern=f'"{text}"')["events"]

    assert found(DANA), "who has opened a page is logged: the log can be searched"
    for who in APPROVERS:
        for action in ("confirm", "cancel"):
            token = asked.token(who, action)
            assert [found(part) for part in (token, *token.split("."))] == [[], [], []]


def test_a_field_given_twice_is_one_press(asked):
    (answer,) = send(asked.base, [press(asked.path(KIM, "cancel"), b"reason=one&reason=two&reason[]=three&REASON=four&=&&reason")])
    assert answer.status in (200, 400), "which of them counts is not said; that it is no fault is"
    assert asked.listed("cancelled") == ({KIM} if answer.status == 200 else set())
