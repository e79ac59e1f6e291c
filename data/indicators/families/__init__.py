"""The indicators by what they are about; :mod:`data.indicators.registry` puts them in order."""
