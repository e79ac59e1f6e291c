"""GeoParquet 1.1: points as WKB in OGC:CRS84, instants in the deployment's zone; a case without a position has no geometry.

What the rows are stands in the file's key–value metadata under ``quanyu``, as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from dashboard.export.about import about
from dashboard.export.sink import Sink
from data.export import Export

GEOMETRY: Final = "geometry"
_WKB: Final = np.dtype([("order", "u1"), ("type", "<u4"), ("lon", "<f8"), ("lat", "<f8")])


def write(export: Export) -> Iterator[bytes]:
    """The file in pieces, a row group for each batch."""
    batches = export.batches()
    first = _table(next(batches))
    told = {b"geo": orjson.dumps(_geo()), b"quanyu": orjson.dumps({key: text for key, _, text in about(export)})}
    schema, sink = first.schema.with_metadata(told), Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        writer.write_table(first.cast(schema))
        yield sink.take()
        for batch in batches:
            writer.write_table(_table(batch).cast(schema))
            yield sink.take()
    yield sink.take()


def _table(batch: pa.RecordBatch) -> pa.Table:
    arrays = [array.cast(pa.string()) if pa.types.is_dictionary(array.type) else array for array in batch.columns]
    return pa.table([*arrays, points(batch["lon"], batch["lat"])], names=[*batch.schema.names, GEOMETRY])


def points(lon: pa.Array, lat: pa.Array) -> pa.Array:
    """Positions as WKB points; null where there is none."""
    made = np.zeros(len(lon), dtype=_WKB)
    made["order"], made["type"] = 1, 1
    made["lon"], made["lat"] = (side.to_numpy(zero_copy_only=False) for side in (lon, lat))
    offsets = np.arange(len(lon) + 1, dtype=np.int32) * _WKB.itemsize
    missing = pa.array(~np.isnan(made["lon"]) & ~np.isnan(made["lat"])).buffers()[1]
    return pa.Array.from_buffers(pa.binary(), len(lon), [missing, pa.py_buffer(offsets), pa.py_buffer(made)])


def _geo() -> dict[str, Any]:
    """The metadata that make a Parquet file GeoParquet."""
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": CRS("OGC:CRS84").to_json_dict()}
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
