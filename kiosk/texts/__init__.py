"""Every sentence on the screen: one gettext catalogue per language, `<language>.po`."""
