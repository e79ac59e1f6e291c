-- Events per block of raster cells; rows count from the south, columns from the west of the whole area's box.
SELECT (cell // ($cell_columns::INTEGER * $block::INTEGER)) AS "row", (cell % $cell_columns::INTEGER) // $block::INTEGER AS "column", count(*) AS n
FROM selected
WHERE cell IS NOT NULL
GROUP BY ALL
