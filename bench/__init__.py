"""How fast it is: one module per benchmark, each on data of its own, each with a floor under which it fails."""
