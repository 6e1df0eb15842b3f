"""docs/RUNBOOK.md has an entry for everything that can wake somebody, and names nothing that is not there."""

import re

import pytest

from local.cloud import FUNCTIONS, REPOSITORY

RUNBOOK = (REPOSITORY / "docs/RUNBOOK.md").read_text()
CLI = (REPOSITORY / "docs/CLI.md").read_text()
TEMPLATE = (REPOSITORY / "template.yaml").read_text()
# What people read of code: blocks, and words in a line.
CODE = re.findall(r"^ *```\w*\n(.*?)^ *```$", RUNBOOK, re.DOTALL | re.MULTILINE)
WORDS = re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```$", "", RUNBOOK, flags=re.DOTALL | re.MULTILINE))


def section(heading, text=RUNBOOK):
    """What stands under a heading of the second level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, f"there is no section {heading!r}"
    return found[1]


def entries(text):
    """Names with a heading, or the first cell of a table's row, of their own."""
    return re.findall(r"^(?:#### |\| )`([a-z-]+)`(?: \||$)", text, re.MULTILINE)


def reasons():
    """Every code in reason.rs, as the macro's literals have them."""
    source = (REPOSITORY / "shared/tag-state/src/reason.rs").read_text()
    block = source.split("\nworded! {\n")[1].split("\n}\n")[0]
    # Each variant ends in `CODE => TEXT;`, and the texts hold no `=>`.
    codes = re.findall(r'"([^"]+)" => ', block)
    assert len(codes) == block.count("=>") > 40, "the macro is written otherwise than this test reads it"
    return codes


def test_every_reason_has_one_entry_and_no_entry_is_of_a_reason_that_is_gone():
    beside = ("Alarms", "A function that fails")
    text = RUNBOOK
    for heading in beside:
        text = text.replace(section(heading), "")
    # Trouble has codes of its own, in a table.
    text = text.replace(table_of_trouble(), "")
    assert sorted(entries(text)) == sorted(reasons())


def table_of_trouble():
    return re.search(r"^\| code \|.*?\n\n", section("Trouble"), re.DOTALL | re.MULTILINE)[0]


def test_every_trouble_has_one_entry_and_no_entry_is_of_one_that_is_gone():
    source = (REPOSITORY / "shared/tag-state/src/decide/trouble/what.rs").read_text()
    codes = re.findall(r'"([^"]+)" => "', source.split("\nworded! {\n")[1].split("\n}\n")[0])
    assert len(codes) > 20
    assert sorted(entries(table_of_trouble())) == sorted(codes)


def test_whatever_new_announces_as_refused_is_listed_under_trouble_and_has_its_entry():
    source = (REPOSITORY / "shared/tag-state/src/refusal.rs").read_text()
    (listed,) = re.findall(r"pub const CODES: &\[&str\] =\s*&\[(.*?)\];", source, re.DOTALL)
    codes = re.findall(r'"([a-z-]+)"', listed)
    assert len(codes) > 5 and set(codes) <= set(reasons())
    assert sorted(re.findall(r"\[`([a-z-]+)`\]\(#\1\)", section("Trouble").split("\n| code |")[0])) == sorted(codes)
    # What the notice tells people to look for is there.
    assert "the entry <code> in docs/RUNBOOK.md" in TEMPLATE and set(codes) <= set(entries(RUNBOOK))


def test_every_alarm_has_one_entry_and_no_entry_is_of_an_alarm_that_is_gone():
    alarms = re.findall(r"AlarmName: !Sub rds-echo-\$\{EchoName\}-([a-z-]+)$", TEMPLATE, re.MULTILINE)
    assert len(alarms) == TEMPLATE.count("AWS::CloudWatch::Alarm") > 0, "an alarm is named otherwise"
    assert sorted(entries(section("Alarms"))) == sorted(alarms)


def commands():
    """Each subcommand with its options, from docs/CLI.md; those of all commands are in each."""
    common = set(re.findall(r"--[a-z-]+", section("Options of all commands", CLI)))
    found = {}
    for part in section("Commands", CLI).split("\n### `rds-echo ")[1:]:
        found[part.split("`")[0]] = common | set(re.findall(r"^- `(--[a-z-]+)", part, re.MULTILINE))
    assert len(found) > 10
    return found


def calls():
    """Every `rds-echo COMMAND ...` that the run book tells people to type."""
    typed = [line for text in [*CODE, *WORDS] for line in text.splitlines()]
    return [call for line in typed for call in re.findall(r"\brds-echo ((?![-/])[a-z][a-z-]*[^#`|;)]*)", line)]


def test_every_command_that_it_names_is_there_with_its_options():
    known = commands()
    assert len(calls()) > 20
    for call in calls():
        name, *rest = call.split()
        assert name in known, call
        assert {word.split("=")[0] for word in rest if word.startswith("--")} <= known[name], call


def test_every_setting_that_it_names_is_there():
    known = set(re.findall(r"^\| `([\w.]+)` \|", section("Settings", CLI), re.MULTILINE))
    named = {key for text in [*CODE, *WORDS] for key in re.findall(r"\b(?:rdsecho\.|promote\.|new\.|mod\.|retire\.)[a-zA-Z.]+", text)}
    named = {key.removeprefix("rdsecho.") for key in named}
    assert {"maxInstances", "promote.windowHours"} <= named
    # The last two stand for any key, and for the file.
    assert named - {"KEY", "properties"} <= known


def test_every_function_that_it_wakes_or_stops_is_there():
    (listed,) = re.findall(r'FUNCTIONS="([^"]+)"', RUNBOOK)
    assert set(listed.split()) == set(FUNCTIONS)
    for text in [*CODE, *WORDS]:
        assert set(re.findall(r"\bwake ([a-z-]+)\b", text)) <= set(FUNCTIONS) - {"approve"}, text
        assert set(re.findall(r"rds-echo-\$ECHO-([a-z]+(?:-[a-z]+)*)", text)) <= {*FUNCTIONS, "undelivered", "stuck"}, text


def test_every_block_stands_on_the_first_one_alone():
    """Who was woken jumps to a section: what its commands need is set in it, or in the block that all build on."""
    set_in = lambda block: set(re.findall(r"(?:^|[;&]|\bexport|\blocal|\bfor) ?([A-Za-z_]+)(?==| in )", block, re.MULTILINE)) | set(
        name for names in re.findall(r"\blocal ([a-z ]+)", block) for name in names.split()
    )
    first, *others = re.findall(r"^ *```sh\n(.*?)^ *```$", RUNBOOK, re.DOTALL | re.MULTILINE)
    assert {"ECHO", "FUNCTIONS", "QUEUE"} <= set_in(first)
    for block in others:
        used = set(re.findall(r"\$\{?([A-Za-z_]+)", re.sub(r"'[^']*'", "", block)))
        assert used <= set_in(first) | set_in(block), block
    defined = lambda block: set(re.findall(r"^(\w+)\(\) \{", block, re.MULTILINE))
    assert "wake" in defined(first)
    stopped = section("Stop everything")
    assert "${FUNCTIONS:?" in stopped, "where nothing is set, a loop over nothing ends well, and stops nothing"


def test_every_row_belongs_to_a_table():
    rows = RUNBOOK.splitlines()
    for before, row in zip(rows, rows[1:]):
        assert not row.startswith("| `") or before.startswith("|"), row


def anchors(path):
    """As GitHub makes them of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", ["RUNBOOK.md", "ARCHITECTURE.md", "COST.md"])
def test_every_link_leads_somewhere(page):
    path = REPOSITORY / "docs" / page
    links = re.findall(r"\]\(([^)\s]+)\)", path.read_text())
    assert links
    for link in links:
        file, _, anchor = link.partition("#")
        if file.startswith("https://"):
            continue
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
