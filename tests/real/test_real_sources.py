"""Built snapshots of real sources against computations over the source files that share no code with the builder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import geopandas as gpd
import pandas as pd
import pytest

from data.config import Config
from data.indicators.ask import ask
from data.indicators.definition import shipped
from data.selection import Selection
from data.store.build import Built, build_file
from data.store.snapshot import Snapshot
from data.view import View

pytestmark = pytest.mark.real
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture(scope="module")
def built(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    folder = tmp_path_factory.mktemp("real")
    done: dict[str, Built] = {}

    def build(name: str) -> Built:
        if name not in done:
            done[name] = build_file(Config.load(EXAMPLES / f"{name}.toml"), folder / f"{name}.duckdb")
        return done[name]

    return build


def frame(built: Built, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(built.path), read_only=True) as connection:
        return connection.execute(sql).df()


def value(built: Built, sql: str) -> object:
    return frame(built, sql).iloc[0, 0]


@pytest.fixture(scope="module")
def requests(real_data: Path) -> pd.DataFrame:
    table = pd.read_csv(real_data / "nyc" / "nyc_311_2026.csv.gz", dtype=str)
    opened, closed = pd.to_datetime(table["created_date"]), pd.to_datetime(table["closed_date"])
    return table[~(closed < opened)]


@pytest.mark.parametrize(
    "case",
    [
        ("nyc-community-districts", "community_district.geojson", "boro_cd", 631),
        ("nyc-neighbourhoods", "neighborhood_tabulation_area.geojson", "nta2020", 24),
    ],
    ids=["community-districts", "neighbourhoods"],
)
def test_every_area_of_new_york_has_the_events_that_geopandas_finds_in_it(
    built: Callable[[str], Built], requests: pd.DataFrame, real_data: Path, case: tuple[str, str, str, int]
) -> None:
    example, file, code, outside = case
    snapshot = built(example)
    areas = gpd.read_file(real_data / "nyc" / file)
    placed = requests.dropna(subset=["latitude", "longitude"])
    points = gpd.GeoDataFrame(
        placed[["unique_key"]],
        geometry=gpd.points_from_xy(placed["longitude"].astype(float), placed["latitude"].astype(float)),
        crs="EPSG:4326",
    )
    joined = gpd.sjoin(points, areas[[code, "geometry"]], predicate="intersects").drop_duplicates("unique_key")
    expected = joined[code].astype(str).value_counts()
    found = frame(snapshot, "SELECT area_code, count(*) AS n FROM event JOIN area USING (area_ix) WHERE located_by = 2 GROUP BY 1")
    found = found.set_index("area_code")["n"]
    assert found.to_dict() == expected.to_dict()
    assert value(snapshot, "SELECT count(*) FROM event WHERE area_ix = 0 AND lon IS NOT NULL") == outside == len(placed) - len(joined)


@pytest.mark.parametrize("example", ["nyc-community-districts", "nyc-neighbourhoods"])
def test_new_york_counts_every_row(built: Callable[[str], Built], requests: pd.DataFrame, example: str) -> None:
    snapshot = built(example)
    report = next(report for report in snapshot.reports.values() if report.kind == "event")
    assert (report.rows_in, report.accepted, report.quarantined) == (100_000, 99_996, 4)
    assert report.reasons == {"E_CLOSE_BEFORE_REPORT": 4}
    assert value(snapshot, "SELECT count(*) FROM event") == len(requests)
    unmapped = int(requests["latitude"].isna().sum())
    assert value(snapshot, "SELECT count(*) FROM event JOIN outcome USING (outcome_ix) WHERE NOT is_mapped") == unmapped == 1529


def test_days_of_new_york_are_days_in_new_york(built: Callable[[str], Built], requests: pd.DataFrame) -> None:
    snapshot = built("nyc-community-districts")
    expected = requests["created_date"].str[:10].value_counts().sort_index()
    found = frame(snapshot, "SELECT CAST(day AS VARCHAR) AS day, count(*) AS n FROM event GROUP BY 1 ORDER BY 1").set_index("day")["n"]
    assert found.to_dict() == expected.to_dict()
    opened = pd.to_datetime(requests["created_date"])
    hours = (opened.dt.day_of_week * 24 + opened.dt.hour).value_counts()
    found = frame(snapshot, "SELECT hour_of_week, count(*) AS n FROM event GROUP BY 1").set_index("hour_of_week")["n"]
    assert found.to_dict() == hours.to_dict()
    instants = frame(snapshot, "SELECT event_id, reported_at FROM event").set_index("event_id")["reported_at"]
    utc = opened.dt.tz_localize("America/New_York").dt.tz_convert("UTC").dt.tz_localize(None)
    pd.testing.assert_series_equal(
        instants.sort_index().astype("datetime64[us]"),
        utc.set_axis(requests["unique_key"]).sort_index().astype("datetime64[us]"),
        check_names=False,
    )


def test_new_york_says_that_closing_is_cut_off(built: Callable[[str], Built]) -> None:
    codes = frame(built("nyc-neighbourhoods"), "SELECT DISTINCT code FROM finding WHERE code LIKE 'C\\_%' ESCAPE '\\'")["code"]
    assert set(codes) == {"C_CLOSING_CUT_OFF", "C_NO_DEADLINES"}


@pytest.mark.parametrize("key", ["rework_rate", "postpone_rate", "proactive_rate", "closing_rate", "median_hours", "video_online_rate"])
def test_what_new_york_does_not_record_is_not_shown_as_a_number(built: Callable[[str], Built], key: str) -> None:
    view = View(Snapshot(built("nyc-community-districts").path), shipped()[0])
    assert not ask(view, Selection(window="all"))["indicators"][key]["shown"]


def test_pingshan_shows_its_on_time_rate_in_ask(built: Callable[[str], Built]) -> None:
    number = ask(View(Snapshot(built("pingshan").path), shipped()[0]), Selection(window="all"))["indicators"]["closing_on_time_rate"]
    assert (number["numerator"], number["denominator"], number["shown"]) == (9071, 9995, True)


def test_new_york_full_columns_are_recognised(real_data: Path) -> None:
    from data.store.check import check

    report = check(real_data / "nyc" / "nyc_311_fullcolumns_1000.csv", "event")
    assert report["rows_in"] == 1000 == report["accepted"] + report["quarantined"]
    recognised = report["recognised"]
    assert {recognised[name] for name in ("event_id", "reported_at", "closed_at", "category", "lon", "lat", "stage")} == {
        "unique_key", "created_date", "closed_date", "complaint_type", "longitude", "latitude", "status",
    }  # fmt: skip


def test_districts_of_new_york_hang_below_their_boroughs(built: Callable[[str], Built], real_data: Path) -> None:
    features = gpd.read_file(real_data / "nyc" / "community_district.geojson")
    snapshot = built("nyc-community-districts")
    found = frame(
        snapshot, "SELECT a.area_code, p.area_code AS parent FROM area a JOIN area p ON p.area_ix = a.parent_ix WHERE a.depth = 2"
    )
    assert found.set_index("area_code")["parent"].to_dict() == features.set_index(features["boro_cd"].astype(str))["borough"].to_dict()
    assert frame(snapshot, "SELECT area_code FROM area WHERE depth = 1")["area_code"].nunique() == features["borough"].nunique() == 5


@pytest.mark.parametrize("example", ["nyc-community-districts", "nyc-neighbourhoods", "pingshan", "haishu"])
def test_every_quarantined_row_has_its_reason(built: Callable[[str], Built], example: str) -> None:
    for report in built(example).reports.values():
        assert report.rows_in == report.accepted + report.quarantined
        assert (report.quarantined > 0) == bool(report.reasons), report.name
        assert report.quarantined <= sum(report.reasons.values()), report.name


def test_cameras_of_new_york(built: Callable[[str], Built], real_data: Path) -> None:
    table = pd.read_csv(real_data / "nyc" / "nyc_dot_cameras.csv", dtype=str)
    found = frame(built("nyc-community-districts"), "SELECT point_id, name, lon, lat FROM video_point ORDER BY point_id")
    expected = table.sort_values("id")
    assert found["point_id"].tolist() == expected["id"].tolist()
    assert found["lon"].tolist() == expected["lon"].astype(float).tolist()


@pytest.fixture(scope="module")
def appeals(real_data: Path) -> pd.DataFrame:
    return pd.read_csv(real_data / "pingshan" / "pingshan_raw.csv", dtype=str, na_values="-", keep_default_na=False)


def test_pingshan_by_community(built: Callable[[str], Built], appeals: pd.DataFrame) -> None:
    snapshot = built("pingshan")
    expected = appeals["COMMUNITY_NAME"].value_counts()
    found = frame(snapshot, "SELECT name, count(*) AS n FROM event JOIN area USING (area_ix) WHERE depth = 2 GROUP BY 1").set_index("name")[
        "n"
    ]
    assert found.to_dict() == expected.to_dict()
    assert found.sum() == 9990
    assert value(snapshot, "SELECT count(*) FROM event WHERE area_ix = 0") == 10
    assert value(snapshot, "SELECT count(*) FROM event WHERE lon IS NOT NULL") == 0
    streets = frame(
        snapshot,
        """SELECT street.name, count(*) AS n FROM event JOIN area AS street ON event.area_ix BETWEEN street.area_ix AND street.last_ix
           WHERE street.level = 'street' GROUP BY 1""",
    ).set_index("name")["n"]
    assert streets.to_dict() == appeals["STREET_NAME"].value_counts().to_dict()


def test_pingshan_on_time_from_flags(built: Callable[[str], Built], appeals: pd.DataFrame) -> None:
    row = frame(
        built("pingshan"),
        """SELECT count(*) FILTER (is_closed) AS closed, count(*) FILTER (closed_on_time) AS on_time
           FROM event JOIN outcome USING (outcome_ix)""",
    ).iloc[0]
    assert (row["on_time"], row["closed"]) == (9071, 9995)
    assert row["on_time"] == (appeals["INTIME_ARCHIVE_NUM"] == "1").sum()


def test_pingshan_dimensions(built: Callable[[str], Built], appeals: pd.DataFrame) -> None:
    snapshot = built("pingshan")
    sources = frame(snapshot, "SELECT name, count(*) AS n FROM event JOIN source USING (source_ix) GROUP BY 1").set_index("name")["n"]
    # A known source is shown by its own name, however a file writes it.
    assert sources.to_dict() == appeals["EVENT_SRC_NAME"].replace("12345", "12345热线").value_counts().to_dict()
    domains = frame(
        snapshot,
        """SELECT top.name, count(*) AS n FROM event JOIN category AS top ON event.category_ix BETWEEN top.category_ix AND top.last_ix
           WHERE top.depth = 1 GROUP BY 1""",
    ).set_index("name")["n"]
    assert domains.to_dict() == appeals["EVENT_TYPE_NAME"].value_counts().to_dict()
    given = value(snapshot, "SELECT count(*) FROM event WHERE department_ix > 0")
    assert given == appeals["DISPOSE_UNIT_NAME"].notna().sum()


def test_haishu_drills_from_streets_to_communities(built: Callable[[str], Built], real_data: Path) -> None:
    communities = gpd.read_file(real_data / "haishu" / "haishu_communities.geojson")
    found = frame(
        built("haishu"),
        "SELECT street.name AS street, community.name AS community, community.area_code FROM area AS community "
        "JOIN area AS street ON community.parent_ix = street.area_ix WHERE community.level = 'community'",
    )
    assert len(found) == 78
    assert found["street"].nunique() == 8
    expected = dict(zip(communities["community"], communities["street"], strict=True))
    assert dict(zip(found["community"], found["street"], strict=True)) == expected
    codes = {row.community: row.code12 for row in communities.itertuples() if isinstance(row.code12, str)}
    assert len(codes) == 74
    assert {name: code for name, code in zip(found["community"], found["area_code"], strict=True) if name in codes} == codes


def test_a_tree_in_preorder(built: Callable[[str], Built]) -> None:
    for example in ("haishu", "pingshan", "nyc-neighbourhoods"):
        area = frame(built(example), "SELECT * EXCLUDE (boundary, outline) FROM area ORDER BY area_ix")
        assert area["area_ix"].tolist() == list(range(len(area)))
        for ix in range(1, len(area)):
            parent = int(area["parent_ix"][ix])
            assert parent < ix <= area["last_ix"][parent]
            assert area["last_ix"][ix] <= area["last_ix"][parent]
            assert area["depth"][parent] < area["depth"][ix]
