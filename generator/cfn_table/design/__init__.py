"""From YAML to a `Design`: typed, positioned and checked."""
