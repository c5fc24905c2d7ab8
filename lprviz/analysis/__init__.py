"""The headless facade over core and data: what scripts, the command line and the dashboard's session all use.

=================  ==================================================================================
analysis           `LPRAnalysis`: data set + representation + kind of model, before a training set
fitted             `FittedLPR`: the same with a training set; add, remove, alpha; LPR, energies
training           indices, the regulariser in force and the targets of a training set
results            `RigidityResult`, `InfluenceResult`, `Suggestion`: frozen answers that explain themselves
influence          who holds this atom: leave-one-structure-out without a refit
suggestion         greedy choice of what to train on next
kernel_pool        the sparse-kernel model as just another feature map
=================  ==================================================================================
"""

from lprviz.analysis.analysis import LPRAnalysis
from lprviz.analysis.fitted import FittedLPR
from lprviz.analysis.results import InfluenceResult, RigidityResult, Suggestion
from lprviz.analysis.suggestion import goals

__all__ = ["FittedLPR", "InfluenceResult", "LPRAnalysis", "RigidityResult", "Suggestion", "goals"]
