"""Score, price and choose projects: the library behind the portfolio notebooks.

Import the module you need; its name completes the function name::

    from pmo_lib import scoring, weights
    weights.rank_order_centroid(["safety", "residents", "savings"])
"""

import sys

# What checks charts would at once compile a grammar of web addresses, 1.8 s that nothing here
# needs: without it, jsonschema leaves that one check out.
sys.modules.setdefault("rfc3987_syntax", None)

__version__ = "0.1.0"
