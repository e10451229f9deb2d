"""`python -m comms.cli`."""

from comms.cli.app import main

raise SystemExit(main())
