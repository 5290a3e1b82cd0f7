"""What a table of runs says: who emits, what differences go with, and which rows contradict."""

SCHEMA = "carbonctl.survey/1"
