"""Case scripts: reading them, and playing them in memory or into the running system."""
