"""Score, price and choose projects: the library behind the portfolio notebooks.

Import the module you need; its name completes the function name::

    from pmo_lib import scoring, weights
    weights.rank_order_centroid(["safety", "residents", "savings"])
"""

__version__ = "0.1.0"
