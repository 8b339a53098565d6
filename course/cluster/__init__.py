"""Talk to Kubernetes: the guarded connection, the watch and the faults."""
