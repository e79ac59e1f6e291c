-- Events of some blocks of the density raster, by area and category; a block's number is its row * 65536 + its column.
SELECT
  (cell // ($cell_columns::INTEGER * $block::INTEGER)) AS "row", (cell % $cell_columns::INTEGER) // $block::INTEGER AS "column",
  area_ix, category_ix::INTEGER AS category_ix, count(*) AS n
FROM selected
WHERE cell IS NOT NULL
  AND (cell // ($cell_columns::INTEGER * $block::INTEGER)) * 65536 + (cell % $cell_columns::INTEGER) // $block::INTEGER
    IN (SELECT unnest($blocks::INTEGER[]))
GROUP BY ALL
