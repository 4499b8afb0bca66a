"""Choosing settings of a training without labels."""

from .label_free_search import LabelFreeSearch, Outcome
from .report import choose, format_report, write_report
from .variants import Variant, find_keys, list_variants, set_values

__all__ = [
    'LabelFreeSearch',
    'Outcome',
    'Variant',
    'choose',
    'find_keys',
    'format_report',
    'list_variants',
    'set_values',
    'write_report',
]
