"""Where things stand on the main screen: side by side, or one above the other where it is narrow."""

MAIN = """
MainScreen { background: $background; layout: vertical; }
MainScreen #body { height: 1fr; layout: horizontal; }
MainScreen #left { width: 46; }
MainScreen.-vast #left { width: 60; }
MainScreen #small { display: none; height: 1fr; content-align: center middle; text-align: center; }
MainScreen.small #small { display: block; }
MainScreen.small Header, MainScreen.small #body { display: none; }
MainScreen.small MessageLine, MainScreen.small KeyLine { display: none; }
MainScreen OpenPane { width: 1fr; height: 1fr; margin-left: 1; }
MainScreen.-narrow #body { layout: vertical; }
MainScreen.-narrow #left { width: 1fr; height: 35%; min-height: 6; }
MainScreen.-narrow OpenPane { margin-left: 0; }
MainScreen.-narrow.-low FilmStrip { height: 4; }
MainScreen OpenPane.plain FilmStrip { height: 4; }
MainScreen.-low StageTable { max-height: 5; }
"""
