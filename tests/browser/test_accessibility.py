"""axe-core on every state of the page and on every mail: light and dark, on a narrow and on a wide screen."""

import itertools

import figures
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from walk import STATES

SCHEMES = ("light", "dark")
WIDTHS = (320, 1280)
LOOKS = [pytest.param(*look, id="-".join(map(str, look))) for look in itertools.product(SCHEMES, WIDTHS)]
# Every rule that axe has, those for best practices and its experiments included, less what is named here:
# contrast of level AAA (7:1); the demand is AA (4.5:1), by which nearly everybody's blue and red buttons go.
NOT_DEMANDED = ["color-contrast-enhanced"]
# A mail is shown inside a mail program's page, which has its own main landmark; a second one would be wrong there.
OF_A_WHOLE_PAGE = ["landmark-one-main", "region"]
RUN = """without => {
  const values = axe.getRules().map(rule => rule.ruleId).filter(rule => !without.includes(rule));
  return axe.run(document, { runOnly: { type: "rule", values } }).then(found => ({ ...found, rules: values.length }));
}"""


def inspect(page, without=()):
    """Has axe look at a page; gives what it holds against it, readably, and what it could not decide."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN, [*NOT_DEMANDED, *without])
    figures.FOUND["axe rules"] = max(found["rules"], figures.FOUND.get("axe rules", 0))
    figures.add("axe runs", 1)
    figures.add("axe checks passed", len(found["passes"]))
    figures.add("axe violations", len(found["violations"]))
    figures.add("axe undecided", len(found["incomplete"]))
    return readable(found["violations"]), readable(found["incomplete"])


def readable(findings):
    """A line for each element that a rule was about."""
    return [
        f"{finding['id']} ({finding['impact']}): {finding['help']}: {' '.join(map(str, node['target']))}: {node['html']}: {node['failureSummary']}"
        for finding in findings
        for node in finding["nodes"]
    ]


@pytest.fixture
def open_in(context):
    """Opens an address in colours and at a width."""

    def open_in(address, scheme, width):
        page = context(color_scheme=scheme, viewport={"width": width, "height": 800}).new_page()
        page.goto(address)
        return page

    return open_in


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("state", STATES)
def test_axe_has_nothing_against_a_page(walked, open_in, state, scheme, width):
    violations, undecided = inspect(open_in(f"{walked.gallery.url}/{state}", scheme, width))
    assert not violations, "\n".join(violations)
    assert not undecided, "\n".join(undecided)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_has_nothing_against_a_mail(walked, open_in, scheme, width):
    for subject, name in walked.letters.items():
        violations, undecided = inspect(open_in(f"{walked.gallery.url}/{name}", scheme, width), without=OF_A_WHOLE_PAGE)
        assert not violations, "\n".join([str(subject), *violations])
        assert not undecided, "\n".join([str(subject), *undecided])


def test_axe_sees_what_is_wrong(elsewhere, open_in):
    """The tests above can fail: pale grey on white, a button without a name, no language."""
    spoilt = "<!doctype html><title>x</title><main><h1>x</h1><p style='color:#ccc;background:#fff'>pale</p><button></button></main>"
    before = figures.FOUND.copy()
    violations, _ = inspect(open_in(elsewhere.show("spoilt", spoilt), "light", 320))
    figures.FOUND.update(before)
    assert {"color-contrast", "button-name", "html-has-lang"} <= {line.split(" ")[0] for line in violations}
