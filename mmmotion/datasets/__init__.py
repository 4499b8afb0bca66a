"""Video data sets, the synthetic layered world, samplers and transforms."""
