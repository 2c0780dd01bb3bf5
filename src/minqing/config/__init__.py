"""How the platform is put together and run: Django's settings, addresses, the embedded database, the console."""
