"""How the platform is put together and run: settings, addresses, the embedded database, the console."""
