"""Widgets that know only arrays: whatever they show, they were told, and whatever is done to them, they report.

structure_viewer     atoms in 3D, drawn by NGL out of the installed nglview wheel (ngl_assets, viewer_js)
structure_table      one row and one switch per structure (table_messages, table_js)
environment_map      every environment as a point, lasso and tap (map_figure, map_gestures, map_geometry, map_caption)
rigidity_histogram   a distribution per species, with a state to compare with (histogram_bins)
file_drop            a file sent in pieces, its limit kept on the server
page_hook            what the page tells the outside, and how the browser draws
notebook             an nglview widget coloured by values
packet               arrays and fields as bytes, for the two components that read them in the browser
"""
