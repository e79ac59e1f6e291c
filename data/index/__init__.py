"""The index in memory: what linked views ask of ten million events, answered in an eye-blink.

DuckDB stays the truth. When a snapshot is opened, the columns that filters and counts need are packed into small codes
(:mod:`data.index.codes`) and held in two orders (:mod:`data.index.columns`) with sums over days (:mod:`data.index.sums`). A selection's
bound lines, the very ones its SQL would run, become tables by code (:mod:`data.index.predicates`), and one compiled pass
(:mod:`data.index.loops`) counts every dimension (:mod:`data.index.index`). What the index cannot say it leaves to the SQL.
See docs/adr/0012-index.md.
"""
