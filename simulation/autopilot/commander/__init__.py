"""Who decides: arming, modes, landed state, failsafes, fence."""
