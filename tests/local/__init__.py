"""The local cloud: MiniStack as AWS, the simulated RDS, and the template deployed on both."""
