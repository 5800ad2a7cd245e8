"""How the field app looks and sounds: colours, sizes, fonts, icons, sounds, Qt's own words."""
