"""How long the commands take, as ratios against other tools on the same work in the same run."""
