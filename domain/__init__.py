"""Cases under the law: aggregates, the statutory clock, and the application that takes commands."""
