"""Records of runs: what is kept of each as plain data, shown again, and compared."""
