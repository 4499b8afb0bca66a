"""Features or groups to mask logits."""
