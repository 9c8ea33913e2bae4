"""The connector for any platform or app with a plain JSON interface, described in one TOML file."""
