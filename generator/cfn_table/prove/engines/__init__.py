"""Where patterns are executed: each engine is a context manager that gives a `Deployed` table and takes it away."""
