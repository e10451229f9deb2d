"""Ways that see all of an area: strips over it, along a way, around it, outwards from a place.

Plane geometry in map metres; what may be flown through is a shapely region that the caller gives.
"""
