"""Every access pattern, executed on a real engine and compared with what the design says it returns."""
