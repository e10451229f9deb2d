"""How do I get there: route over the site's walkways, local control around what the lidar sees,
recovery.
"""
