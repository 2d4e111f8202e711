"""What a London of people and a London of amounts have in common: its state and half its month.

Posts, conditions, inspection, bids and the agreement on prices are numbers by employer in both
models. `market` adds people, `twin` adds amounts for many draws at once; nothing here knows which.
"""
