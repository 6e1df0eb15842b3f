"""What is measured."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Subject:
    """A program that asks the Lambda Runtime API for events: its name, how it is started, what its environment holds
    beside a Lambda's, and the package that it is deployed as, where there is one."""

    name: str
    command: list[str]
    environment: dict[str, str]
    archive: Path | None
