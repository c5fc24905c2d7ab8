"""Rigidity itself: arrays in, arrays out; nothing here has heard of atoms, files or screens.

    pool         features -> the few directions that structures can inform (`PoolSpace`)
      row_space    the basis of those directions
      row_blocks   further rows that structures bring into training, such as forces
    engine       the training set and its edits (`RigidityEngine`)
      readings     what can be read off: LPR, leverage, shares, local targets, gains, correlations
      plan         what an edit asks for, checked
      edits        rank-one edits of a square root, in pool space alone
      block_edits, block_gains, block_influence    the same where structures bring blocks of rows
      state        one solved training set, and the single pass over the pool that carries it to the next
      forms        quadratic forms over many rows, repaired where they cancelled
      fit          the ridge fit that follows along
      share        the regulariser's share
      spectrum     the same training set at every regulariser
      accuracy     how many digits to promise
      gains, influence, correlation    candidates, members and atoms, each against the rest
      holding, redundancy    what is lost without a member, and members that stand in for each other
      block_preview    what a candidate with a block would do, from the few of its rows that matter
      span, environment_spread    what training reaches, and how far an atom is from its middle
    training_rows    the members' rows and targets by their singular values
      alpha_choice     leave-one-out and generalised cross-validation of every regulariser
      committee        models whose spread stands beside the analytic one
    calibration  one factor from residuals, and whether it fits everywhere
    ranking      rank correlation
    subsets      rigidity of any combination of atoms: groups, differences, and what is left once something is known
    components   rigidity of what some columns contribute, following the engine's edits
    dense        the same numbers straight from their definition: the oracle
    scaling      the factor features are divided by, frozen or as scikit-matter takes it
    projection   a map of environments
    arguments, arrays, blas    the border, blocks of rows, one BLAS thread

Conventions: features are rows; structures are rows of MEAN features, targets are per atom; alpha is in units of squared
features; 1/LPR is the posterior variance of a local prediction in units of the label-noise variance.
"""

from lprviz.core.components import ComponentRigidity, component_pool
from lprviz.core.dense import local_prediction_rigidity, ridge_fit
from lprviz.core.engine import RigidityEngine
from lprviz.core.gains import Goal
from lprviz.core.pool import PoolSpace
from lprviz.core.projection import PrincipalComponents, principal_components
from lprviz.core.row_blocks import RowBlocks
from lprviz.core.scaling import feature_scale, training_scale

__all__ = [
    "ComponentRigidity",
    "Goal",
    "PoolSpace",
    "PrincipalComponents",
    "RigidityEngine",
    "RowBlocks",
    "component_pool",
    "feature_scale",
    "local_prediction_rigidity",
    "principal_components",
    "ridge_fit",
    "training_scale",
]
