"""The index in memory: what linked views ask of ten million events, answered in an eye-blink.

DuckDB stays the truth. To read it, follow a question: when a snapshot is opened (:mod:`data.index.preparation`), the columns that filters
and counts need are packed into small codes (:mod:`data.index.codes`) and held in two orders (:mod:`data.index.columns`) with sums over days
(:mod:`data.index.sums`). A selection's bound lines, the very ones its SQL would run, become tables by code
(:mod:`data.index.predicates`). What the sums tell is taken from them (:mod:`data.index.index`); for the rest one compiled pass
(:mod:`data.index.counting`, :mod:`data.index.loops`) decides every row (:mod:`data.index.rows`) and counts it. Counts by code become
counts by day, area, category … (:mod:`data.index.positions`). What a screen asks at once is another pass
(:mod:`data.index.together`). What the index cannot tell it leaves to the SQL. Why it is so: docs/adr/0012-index.md.
"""
