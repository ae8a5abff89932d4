"""What commands do, as functions: generate, check and lint designs."""
