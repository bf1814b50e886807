"""Virtual memory, heaps and file mappings."""
