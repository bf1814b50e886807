"""Users, tokens, security descriptors and rights."""
