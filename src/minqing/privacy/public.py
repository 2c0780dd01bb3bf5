"""What other domains may use of privacy."""

from minqing.privacy.queries import classification, data_pages, personal_columns, problems
from minqing.privacy.rules import CLASSES, Column, Table, Term
from minqing.privacy.services import Cleared, clear, erase_row

__all__ = [
    "CLASSES", "Cleared", "Column", "Table", "Term", "classification", "clear", "data_pages", "erase_row",
    "personal_columns", "problems",
]  # fmt: skip
