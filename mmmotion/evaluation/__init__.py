"""Metrics and the pure functions behind them."""
