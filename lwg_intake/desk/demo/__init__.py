"""The invented practice and the programs that show it."""

# How many clients are drawn, beside those who are named. Fewer are ready sooner, but leave some lists short.
DRAWN_CLIENTS, FEWEST_CLIENTS = 3_150, 100
