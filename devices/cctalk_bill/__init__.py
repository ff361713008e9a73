"""A ccTalk bill validator with escrow and stacker."""
