"""What `lineage.py` is made of."""
