"""The command centre's screens: pages in the browser, served without any outside host."""
