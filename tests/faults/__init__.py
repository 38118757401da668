"""The fault suite: commands go on while processes, network, topics, disks and clocks fail; then everything is compared."""
