"""What tests of bills share: sources of text, and the energy of the oracle's machines."""

import csv
import io
from collections.abc import Iterator
from random import Random

import yaml

from carbonctl.inputs.jobs import logs
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.options import DEFAULTS
from tests.conftest import ROOT

FLEET = ROOT / "tests" / "oracles" / "fleet"


class Text:
    """A source that is a text."""

    name, path = "bill.csv", None

    def __init__(self, text: str) -> None:
        self.text = text

    def lines(self) -> Iterator[str]:
        yield from io.StringIO(self.text, newline="")


def read(format, text, options=DEFAULTS):
    """Return the rows of a bill, and what was found."""
    findings = Findings()
    return list(logs.module(format).rows(Text(text), options, findings)), findings


def table(header, *rows):
    """Return a table; a row is a mapping, and what it lacks is empty."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def sample(name):
    return (FLEET / "samples" / name).read_text(encoding="utf-8")


def expected(name):
    """Return the oracle's energy by line; None where a line counts nothing."""
    text = (FLEET / "expected" / f"{name}.csv").read_text(encoding="utf-8")
    return {
        int(row["row"]): float(row["it_kwh"]) if row["it_kwh"] else None
        for row in csv.DictReader(io.StringIO(text))
    }


def it_kwh(row):
    """Return the energy of a row [kWh] with the machines of the oracle's map."""
    held = yaml.safe_load(sample("instances.map.yaml"))["instances"]
    machine = held[row["instance"].partition("/")[2]]
    watts = {key: float(machine[key].split()[0]) for key in ("rated_power", "host_power", "share")}
    host_w = watts["host_power"] * watts["share"] / 100
    return row["wall_time_h"] * (machine["devices"] * watts["rated_power"] + host_w) / 1000


def rejected(findings):
    return [(reject.line, reject.column, reject.value) for reject in findings.rejects]


def damaged(text, seed, times):
    """Yield a text with characters taken out, put in and changed, a few at a time."""
    random = Random(seed)
    for _ in range(times):
        cells = list(text)
        for _ in range(random.randint(1, 6)):
            at = random.randrange(len(cells))
            kind = random.randrange(4)
            if kind == 0:
                del cells[at : at + random.randint(1, 30)]
            elif kind == 1:
                cells.insert(at, random.choice('",\n\r\0{}[]:=;\t-+9e\u00e9'))
            elif kind == 2:
                cells[at] = random.choice('",\n\0{}[]-9ex')
            else:
                cells[at:] = cells[at : at + random.randint(0, 50)]
            cells = cells or ["x"]
        yield "".join(cells)
