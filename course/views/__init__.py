"""What learners see: the live board, the figures and the replay. Knows nothing of the network."""
