"""Depthscope, a desktop market monitor that shows an order book only as far as it is proven."""

__version__ = "0.1.0"
