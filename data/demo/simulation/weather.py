"""Outdoor air and sun at the office, by season, day and hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo.office.site import LATITUDE, LONGITUDE
from data.demo.simulation.clock import Array, Days, wander

CO2_PPM = 425.0
LUMEN_PER_WATT = 115.0  # luminous efficacy of daylight [lm/W], CIBSE LG10
_ALBEDO = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """All of shape (days, steps)."""

    temp_c: Array
    humidity_pct: Array
    pressure_hpa: Array
    wind_m_s: Array
    sun_height: Array  # sine of the sun's altitude
    sun_azimuth_deg: Array  # clockwise from north
    horizontal_w_m2: Array  # global irradiance on the ground
    diffuse_w_m2: Array  # of it, from the sky

    @property
    def grams_per_kg(self) -> Array:
        """Water in a kilogram of dry air."""
        return grams_per_kg(self.temp_c, self.humidity_pct)

    def on_wall(self, azimuth_deg: float) -> Array:
        """Irradiance on a vertical wall that looks this way [W/m²]: beam, isotropic sky, ground."""
        height = np.maximum(self.sun_height, 0.05)  # near the horizon the beam is not known well
        beam = (self.horizontal_w_m2 - self.diffuse_w_m2) / height
        level = np.sqrt(1 - np.minimum(self.sun_height, 1.0) ** 2)
        facing = level * np.cos(np.radians(self.sun_azimuth_deg - azimuth_deg))
        sky = 0.5 * self.diffuse_w_m2 + 0.5 * _ALBEDO * self.horizontal_w_m2
        direct: Array = np.maximum(facing, 0.0) * beam * (self.sun_height > 0)
        return direct + sky


def make(days: Days, seed: int) -> Weather:
    """The weather of some days.

    A yearly wave (Potsdam's long-term mean is about 10 °C, its amplitude 9.5 K), weather systems of
    some days, a daily wave that clouds flatten, and clouds that dim a clear sky.
    """
    season = _season(days)
    clouds = _clouds(days, seed, season)
    sun_height, azimuth = _sun(days)
    horizontal, diffuse = _irradiance(sun_height, clouds)
    mean_c = 10.0 + 9.5 * season[:, None] + 3.6 * wander(seed, "front", days, per_day=1, memory=0.65)
    swing_k = (2.4 + 2.6 * (1 + season[:, None]) / 2) * (1.15 - 0.8 * clouds)
    solar_hour = days.hour[None, :] + LONGITUDE / 15.0
    temp_c = mean_c - swing_k * np.cos(2 * np.pi * (solar_hour - 3.0) / 24.0)
    dew_c = mean_c - 4.2 + 1.3 * wander(seed, "dew", days, per_day=2, memory=0.5)
    humidity = 100.0 * saturation_hpa(np.minimum(dew_c, temp_c)) / saturation_hpa(temp_c)
    pressure = 1009.5 + 8.5 * wander(seed, "pressure", days, per_day=1, memory=0.7)
    gusts = wander(seed, "wind", days, per_day=8, memory=0.6)
    wind = np.exp(1.1 + 0.45 * gusts) * (1.0 + 0.25 * np.maximum(sun_height, 0.0))
    return Weather(
        temp_c=temp_c, humidity_pct=np.clip(humidity, 15.0, 100.0), pressure_hpa=pressure, wind_m_s=wind,
        sun_height=sun_height, sun_azimuth_deg=azimuth, horizontal_w_m2=horizontal, diffuse_w_m2=diffuse,
    )  # fmt: skip


def saturation_hpa(temp_c: Array) -> Array:
    """Vapour pressure of saturated air over water [hPa]; Magnus form, WMO-No. 8, annex 4.B."""
    pressure: Array = 6.112 * np.exp(17.62 * temp_c / (243.12 + temp_c))
    return pressure


def grams_per_kg(temp_c: Array, humidity_pct: Array) -> Array:
    """Water in a kilogram of dry air [g/kg] at 1013 hPa."""
    vapour = saturation_hpa(temp_c) * humidity_pct / 100.0
    return 622.0 * vapour / (1013.25 - vapour)


def humidity_pct(temp_c: Array, water_g_kg: Array) -> Array:
    """Relative humidity [%] of air with this much water at 1013 hPa; at most 100."""
    vapour = 1013.25 * water_g_kg / (622.0 + water_g_kg)
    return np.minimum(100.0 * vapour / saturation_hpa(temp_c), 100.0)


def _season(days: Days) -> Array:
    """-1 in mid-January, 1 in mid-July; shape (days,)."""
    season: Array = -np.cos(2 * np.pi * (days.day_of_year - 18.0) / 365.25)
    return season


def _clouds(days: Days, seed: int, season: Array) -> Array:
    """Share of the sky that is covered, 0 to 1."""
    drive = wander(seed, "clouds", days, per_day=1, memory=0.5) + 0.8 * wander(
        seed, "showers", days, per_day=8, memory=0.3
    )
    covered: Array = 1.0 / (1.0 + np.exp(-(1.6 * drive + 0.5 - 0.7 * season[:, None])))
    return covered


def _sun(days: Days) -> tuple[Array, Array]:
    """Sine of the altitude and azimuth [°]; declination and equation of time by Spencer (1971)."""
    gamma = 2 * np.pi * (days.day_of_year[:, None] - 1 + days.hour[None, :] / 24.0) / 365.0
    decline = (
        0.006918 - 0.399912 * np.cos(gamma) + 0.070257 * np.sin(gamma)
        - 0.006758 * np.cos(2 * gamma) + 0.000907 * np.sin(2 * gamma)
    )  # fmt: skip
    equation_min = 229.18 * (
        0.000075 + 0.001868 * np.cos(gamma) - 0.032077 * np.sin(gamma)
        - 0.014615 * np.cos(2 * gamma) - 0.040849 * np.sin(2 * gamma)
    )  # fmt: skip
    solar_hour = days.hour[None, :] + LONGITUDE / 15.0 + equation_min / 60.0
    angle = np.radians(15.0 * (solar_hour - 12.0))
    latitude = np.radians(LATITUDE)
    height = np.sin(latitude) * np.sin(decline) + np.cos(latitude) * np.cos(decline) * np.cos(angle)
    east = -np.cos(decline) * np.sin(angle)
    north = np.cos(latitude) * np.sin(decline) - np.sin(latitude) * np.cos(decline) * np.cos(angle)
    return height, np.degrees(np.arctan2(east, north)) % 360.0


def _irradiance(sun_height: Array, clouds: Array) -> tuple[Array, Array]:
    """Global and diffuse irradiance on the ground [W/m²].

    Clear sky: Haurwitz (1945); clouds: Kasten and Czeplak (1980); diffuse share: Erbs et al. (1982).
    """
    height = np.maximum(sun_height, 1e-3)
    clear = 1098.0 * height * np.exp(-0.057 / height) * (sun_height > 0)
    total = clear * (1.0 - 0.75 * clouds**3.4)
    index = np.clip(total / (1361.0 * height), 0.0, 1.0)
    middle = 0.9511 - 0.1604 * index + 4.388 * index**2 - 16.638 * index**3 + 12.336 * index**4
    share = np.where(index <= 0.22, 1.0 - 0.09 * index, np.where(index <= 0.8, middle, 0.165))
    return total, total * share
