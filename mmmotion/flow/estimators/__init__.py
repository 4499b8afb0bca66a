"""Optical-flow estimators behind one interface."""
