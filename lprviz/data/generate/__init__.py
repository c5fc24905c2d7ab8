"""Makes the bundled data sets; needs the extra ``generate`` (matscipy, tblite). Nothing else in lprviz imports this.

python -m lprviz.data.generate [NAME ...] [--output assets/datasets]

__main__         the command: which sets, where to, one process per core
writing          frames and card to files of reproducible bytes
silicon, carbon, silicon_carbide, molecules      one module per set: `frames()` and `recipe()`
crystals         strained, defective, heated and quenched cells that several sets share
bond_switching   four-coordinated amorphous silicon
dynamics         Langevin dynamics and minimisation of many structures side by side
tersoff          the force field the dynamics runs on
labels           final energies and forces by matscipy and tblite, at the positions as written
"""
