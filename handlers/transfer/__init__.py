"""Import and export of what a shop brings along: stores, catalogue, customers, vehicles, visits, knowledge base.

Not a feature of the dialogue: the command line and the sample shop call its actions.
"""

from handlers.transfer.actions import could_write, export_file, export_folder, import_file, import_files, import_folder
from handlers.transfer.kinds import ORDER as KINDS
from handlers.transfer.report import Problem, Report

__all__ = [
    "KINDS",
    "Problem",
    "Report",
    "could_write",
    "export_file",
    "export_folder",
    "import_file",
    "import_files",
    "import_folder",
]
