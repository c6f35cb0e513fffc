"""A pack that people sign, a seal that anyone can check, a decision that comes back."""

from pmo_lib.approval.dossier import DECISIONS, Dossier, dossier, gather
from pmo_lib.approval.matrix import approval_matrix
from pmo_lib.approval.names import without_names

__all__ = ["DECISIONS", "Dossier", "approval_matrix", "dossier", "gather", "without_names"]
