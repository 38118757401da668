"""The local stack: Postgres, Kafka and our own processes, kept up by supervisor in one data folder.

`up`, `down` and `processes` are what the command line needs; each module below has one part of it.
"""
