"""What pages ask of the registry: one subject, lists, search, the dossier."""
