"""Sites hour by hour: generation, batteries, flexible load, and when to run."""
