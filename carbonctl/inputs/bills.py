"""What ``carbonctl embodied`` is asked of: a workload, a record, an id, or a list of ACT's."""

import os
from pathlib import Path

from carbonctl.account.bills import Life, of_act, of_record, of_workload
from carbonctl.catalog import Catalog, records
from carbonctl.catalog.instances import Instance
from carbonctl.catalog.shelf import read_record
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.hardware.report import Bill
from carbonctl.inputs import reading
from carbonctl.inputs.discovery import named
from carbonctl.inputs.documents import Document, json_first
from carbonctl.inputs.results import refuse_other_results
from carbonctl.inputs.selection import single
from carbonctl.inputs.validate import HOST, record_forms
from carbonctl.ledger.result import is_saved
from carbonctl.outputs import whole
from carbonctl.reference import catalog_rows
from carbonctl.spec.tree import Node, decode, parse
from carbonctl.text import path_shown


class Reader:
    """Reads what is asked for and returns its bills; InputError has the place of every fault.

    Parameters
    ----------
    catalog : Catalog
        Knows devices and hosts.
    life : Life
        What the command line says of life and use.
    overrides : tuple of str
        ``PATH=VALUE``, before a workload's own values.
    """

    def __init__(self, catalog: Catalog, life: Life, overrides: tuple[str, ...]) -> None:
        self.catalog = catalog
        self.life = life
        self.overrides = overrides

    def bills(self, name: str) -> list[Bill]:
        """Return the bills of a file, of standard input, or of an id of the catalog."""
        target = named(name)
        if target.path != "-" and not os.path.lexists(target.path):
            self.without_overrides(name)
            return [of_record(self.named(name), self.catalog, self.life)]
        document = single(target, "`carbonctl embodied {}`")
        with json_first(document):
            return self.of_document(document, target.path)

    def of_document(self, one: Document, path: str) -> list[Bill]:
        """Return the bills of a workload or a record that stands in the file of a path."""
        data, file, label, first, _ = one
        refuse_other_results(data, file, first)
        if is_saved(data):
            message = "this is a saved result; embodied reads the workload that it came from"
            raise InputError([Problem(file, first, 1, message)])
        problems: list[Problem] = []
        tree = parse(decode(data, file, first), file, problems=problems, first=first)
        forms = record_forms(tree, os.path.realpath(path) if path != "-" else file)
        if not forms:
            return of_workload(
                data, file, self.catalog, self.life, self.overrides, label=label, first=first
            )
        if problems:
            raise InputError(problems)
        self.without_overrides(path)
        return [self.of_file(tree, file, forms)]

    def without_overrides(self, name: str) -> None:
        """Refuse --set beside what is no workload.

        Raises
        ------
        UsageError
            Naming it.
        """
        if self.overrides:
            raise UsageError(f"--set changes a workload, and {path_shown(name)} is none")

    def named(self, name: str) -> records.Device | records.Host:
        """Return the device or host of an id or alias."""
        try:
            record = catalog_rows.find_any(self.catalog, name)
        except LookupError as error:
            looks_like_a_file = name.endswith((".yaml", ".yml", ".json"))
            message = "no such file" if looks_like_a_file else error.args[0]
            raise InputError([Problem(path_shown(name), 1, 1, message)]) from None
        if isinstance(record, Instance):
            message = f"a cloud machine type ({record.parts}); name its device, or a host"
            raise InputError([Problem(path_shown(name), 1, 1, message)])
        return record

    def of_file(self, tree: Node, file: str, forms: tuple[str, ...]) -> Bill:
        """Return the bill of a record in a file of its own."""
        kind = tree.get("kind") if isinstance(tree, dict) else None
        is_host = HOST in forms and (len(forms) == 1 or kind in records.HOST_KINDS)
        form = records.HOST if is_host else records.DEVICE
        record = read_record(tree, file, form, {"id": file})
        return of_record(record, self.catalog, self.life, file)

    def of_act(self, name: str, *, compatible: bool) -> list[Bill]:
        """Return the bill of a list of ACT's; its imports are looked for beside it."""
        data, file = reading.read(name)
        path = Path(name)
        self.without_overrides(file)

        def importer(name: str) -> tuple[Node, str]:
            if whole.identity(path.parent / name) == whole.identity(path):
                raise InputError([Problem(file, 1, 1, "a list cannot import itself")])
            inner, shown = reading.read_file(str(path.parent / name))
            return parse(decode(inner, shown), shown), shown

        return [of_act(data, file, self.catalog, self.life, importer, compatible=compatible)]
