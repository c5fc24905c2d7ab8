"""What can be taken out of lprviz, as text and bytes: pure functions of structures and fits, without a screen.

==============  =================================================================================
extended_xyz    structures as extended xyz to the last digit, with arrays beside
atom_numbers    what a fit knows of each atom, under the names that all exports use
tables          the same as CSV, of atoms and of structures
chemiscope      the same as JSON that chemiscope opens
projection      a scene as flat shapes
figure          one structure coloured, with its colour bar, at print resolution
file_names      names that are safe on every system
==============  =================================================================================

A page that turns in a browser is made where the viewer's scripts are: `lprviz.components.html_snapshot`.
"""

from lprviz.exports.atom_numbers import atom_numbers
from lprviz.exports.chemiscope import chemiscope_json
from lprviz.exports.extended_xyz import extended_xyz
from lprviz.exports.figure import structure_figure
from lprviz.exports.file_names import safe_name
from lprviz.exports.tables import atoms_csv, structures_csv

__all__ = [
    "atom_numbers",
    "atoms_csv",
    "chemiscope_json",
    "extended_xyz",
    "safe_name",
    "structure_figure",
    "structures_csv",
]
