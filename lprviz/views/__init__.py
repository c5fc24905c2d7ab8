"""Thin adapters: read the session, call its intents. Views never meet; they share the session's selection.

viewer_panel, map_panel, histogram_panel, training_panel     the four parts of the page
data_panel, representation_panel, model_panel, colour_panel  the four steps of the sidebar
header, status_bar, problem_banner                           what frames them
deferral                                                     what may wait until the atoms are recoloured
hover, preview_words, text, style                            words, escaping, looks
"""
