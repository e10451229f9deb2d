"""Who may speak to whom: certificates, mTLS, and the role that a certificate carries."""
