"""What makes each block of docs/."""

import re

from carbonctl.catalog import Catalog
from tests.docs import (
    api_blocks,
    command_blocks,
    kind_blocks,
    output_blocks,
    paper_blocks,
    prior_blocks,
    room_blocks,
    spec_blocks,
)
from tests.docs.blocks import DOCS, Maker

CITED = re.compile(r"\[([a-z][a-z0-9-]+)\](?!\()")


def cited() -> list[str]:
    """Return the source keys that the page of methods cites, in their order."""
    text = (DOCS / "methods.md").read_text(encoding="utf-8").partition("<!-- make docs")[0]
    return list(dict.fromkeys(CITED.findall(text)))


def citations() -> str:
    """Return the sources that the page of methods cites."""
    sources = Catalog().sources
    return "\n".join(
        f"- [{key}] {sources[key].citation}" for key in sorted(cited()) if key in sources
    )


MAKERS: dict[str, Maker] = {
    **api_blocks.MAKERS,
    "list of kinds": kind_blocks.overview,
    "examples of kinds": kind_blocks.sections,
    "rooms": room_blocks.rooms,
    "workload": spec_blocks.sections(*spec_blocks.WORKLOAD),
    "site": spec_blocks.sections(*spec_blocks.PLACES),
    "hourly": spec_blocks.sections(*spec_blocks.HOURLY),
    "schedules": spec_blocks.sections(*spec_blocks.SCHEDULES),
    "system": spec_blocks.sections(*spec_blocks.MACHINES),
    "phases": spec_blocks.phases,
    "activity": spec_blocks.activity,
    "kinds": spec_blocks.kinds,
    "runs": spec_blocks.sections(*spec_blocks.OF_RUNS),
    "models": spec_blocks.sections(*spec_blocks.OF_MODELS),
    "federated": spec_blocks.federated,
    "parts": spec_blocks.parts,
    "levers": spec_blocks.sections(*spec_blocks.LEVERS),
    "projection": spec_blocks.sections(*spec_blocks.PROJECTION),
    "overview": command_blocks.overview,
    "common flags": command_blocks.common_flags,
    "commands": command_blocks.commands,
    "environment": command_blocks.environment,
    "files": command_blocks.files,
    "exits": command_blocks.exits,
    "columns": output_blocks.columns,
    "sums": output_blocks.sums,
    "result": output_blocks.result,
    "comparison": output_blocks.comparison,
    "compare-columns": output_blocks.compare_columns,
    "bills": output_blocks.bills,
    "sensitivity": output_blocks.answers,
    "sensitivity-columns": output_blocks.sensitivity_columns,
    "sweep": output_blocks.swept,
    "ties": output_blocks.ties,
    "fleet": output_blocks.fleet,
    "reproduced": output_blocks.reproduced,
    "levers document": output_blocks.levers,
    "schedule document": output_blocks.schedule,
    "site document": output_blocks.sites,
    "site file": spec_blocks.site_file,
    "project document": output_blocks.project,
    "survey document": output_blocks.survey,
    "refresh": output_blocks.refresh,
    "explore file": spec_blocks.explore_file,
    "explore document": output_blocks.explore,
    "scaling": output_blocks.scaling,
    "reports": output_blocks.reports,
    "lists": output_blocks.lists,
    **{
        f"claims of {paper}": paper_blocks.of(paper)
        for paper in ("luccioni2023", "wu2022", "wu2024", "meta2024")
    },
    "priors of devices": prior_blocks.of(
        "device_power_share", "server_power", "rated_power", "busy"
    ),
    "priors of hosts": prior_blocks.of(
        "host_share",
        "host_components",
        "host_w_per_device",
        "host_w_per_vcpu",
        "devices_per_host",
        "dram_power",
    ),
    "priors of sites": prior_blocks.of("pue", "grid_ratio"),
    "priors of hardware": prior_blocks.of("embodied_kg", "embodied_ratio", "utilization"),
    "evidence": prior_blocks.evidence,
    "citations": citations,
}
