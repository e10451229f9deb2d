"""Places survive the way into the site's metres and back, and other datums come in as published."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from comms.contracts.datums import from_wgs84, gcj02_to_wgs84, to_wgs84, wgs84_to_gcj02
from comms.contracts.errors import ContractError
from comms.contracts.geodesy import LocalFrame
from comms.contracts.place import GeoPoint

E2 = 0.00669437999014  # WGS 84, first eccentricity squared
NINGBO = LocalFrame(GeoPoint(latitude_deg=29.868, longitude_deg=121.615, altitude_m=4.0))

# WGS 84 and GCJ-02 (longitude, latitude) of the same places, as the test vectors of public
# implementations give them.
PUBLISHED_GCJ02 = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


@given(st.floats(-5000, 5000), st.floats(-5000, 5000), st.floats(-50, 500))
def test_a_point_in_metres_comes_back_from_the_earth_within_a_tenth_of_a_millimetre(e, n, u):
    there = NINGBO.to_geo(e, n, u)
    assert math.dist(NINGBO.to_enu(there), (e, n, u)) < 1e-4


def test_a_hundredth_of_a_degree_is_as_long_as_the_ellipsoid_says():
    # Length of one degree at 29.868° N by the WGS 84 series (NIMA TR8350.2): 110 852.5 m along the
    # meridian, 96 613.8 m along the parallel.
    north = NINGBO.to_enu(GeoPoint(latitude_deg=29.878, longitude_deg=121.615))
    east = NINGBO.to_enu(GeoPoint(latitude_deg=29.868, longitude_deg=121.625))
    assert north.north_m == pytest.approx(1108.5, abs=0.2)
    assert east.east_m == pytest.approx(966.14, abs=0.05)


@pytest.mark.parametrize(("wgs84", "gcj02"), PUBLISHED_GCJ02)
def test_gcj02_agrees_with_published_pairs_both_ways(wgs84, gcj02):
    assert wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-9)
    assert gcj02_to_wgs84(*gcj02) == pytest.approx(wgs84, abs=1e-9)


def test_outside_china_gcj02_is_wgs84():
    assert wgs84_to_gcj02(8.5456, 47.3977) == (8.5456, 47.3977)


def test_gauss_krueger_and_utm_agree_with_the_length_of_the_meridian():
    # On the central meridian the easting is the false easting and the northing is the meridian's
    # arc from the equator times the scale; the arc is integrated here from the radius of curvature.
    def radius(latitude_rad):
        return 6378137.0 * (1 - E2) / (1 - E2 * math.sin(latitude_rad) ** 2) ** 1.5

    arc, _ = quad(radius, 0.0, math.radians(29.868))
    assert from_wgs84(120.0, 29.868, "EPSG:4549") == pytest.approx((500_000.0, arc), abs=1e-2)
    easting, northing = from_wgs84(123.0, 29.868, "EPSG:32651")
    assert (easting, northing) == pytest.approx((500_000.0, 0.9996 * arc), abs=1e-2)


@given(st.floats(121.0, 122.0), st.floats(29.0, 31.0))
def test_every_datum_brings_a_place_back(longitude, latitude):
    for datum in ("CGCS2000", "GCJ-02", "EPSG:4549", "EPSG:32651"):
        there = from_wgs84(longitude, latitude, datum)
        assert to_wgs84(*there, datum) == pytest.approx((longitude, latitude), abs=1e-8)


def test_an_unknown_datum_is_refused_by_name():
    with pytest.raises(ContractError, match=r"'BD-09' is not known; use WGS84"):
        to_wgs84(121.6, 29.8, "BD-09")
    with pytest.raises(ContractError, match="EPSG:999999 is not a coordinate system"):
        to_wgs84(121.6, 29.8, "EPSG:999999")
