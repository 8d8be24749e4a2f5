"""What a calibration returns, and what it can be told to hold fixed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.calibration.priors import Priors
from psychometrics.errors import DataError
from psychometrics.models import ItemParameters
from psychometrics.quadrature import Quadrature

Model = Literal["rasch", "1pl", "2pl", "3pl"]
Engine = Literal["em", "girth"]


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """Items whose parameters are known and held exactly; they fix the metric.

    Parameters
    ----------
    labels : tuple of str, length k
        As in the response matrix, each once.
    items : ItemParameters, length k
        In the order of the labels.

    Raises
    ------
    DataError
        Lengths differ, or a label is given twice.
    """

    labels: tuple[str, ...]
    items: ItemParameters

    def __post_init__(self) -> None:
        """Check that every anchor has one label."""
        if len(set(self.labels)) != len(self.labels) or len(self.labels) != len(self.items):
            raise DataError(
                f"anchors need one label each, got {len(set(self.labels))} labels "
                f"for {len(self.items)} items"
            )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item or a person that took no part in a calibration.

    Parameters
    ----------
    label : str
        As in the response matrix.
    reason : str
        Why, in words.
    """

    label: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class StandardErrors:
    """Standard errors of m items; NaN where a parameter is fixed or has no estimate.

    Parameters
    ----------
    a, b, c : FloatArray, shape (m,)
        Of the parameters reported (b and c by the delta method).
    d, log_a, logit_c : FloatArray, shape (m,)
        Of the intercept d = -a b, of log a and of logit c: nearer to normal than those of a, b
        and c, so build intervals on these.
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray
    d: FloatArray
    log_a: FloatArray
    logit_c: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Latent:
    """The normal distributions of theta in k groups.

    Parameters
    ----------
    groups : tuple of str, length k
        Sorted; one group named "" where none were given.
    mean, sd : FloatArray, shape (k,)
        In theta units.
    mean_error, sd_error : FloatArray, shape (k,)
        Standard errors; NaN where held fixed.
    """

    groups: tuple[str, ...]
    mean: FloatArray
    sd: FloatArray
    mean_error: FloatArray
    sd_error: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class JointCovariance:
    """Covariance of all items' estimates at once, as the fit left it.

    Parameters
    ----------
    inner : FloatArray, shape (s, s)
        Of the s coordinates estimated, a, d, logit c among them; only its lower triangle counts.
    index : IntArray, shape (m, 3)
        Where (a, d, logit c) of each item stand in it; -1 where fixed.
    by : FloatArray, shape (m, 3, 3)
        Derivatives of (a, b, c) by (a, d, logit c).
    """

    inner: FloatArray
    index: IntArray
    by: FloatArray

    def reported(self) -> FloatArray:
        """Return the covariance of (a, b, c), item by item, 0 where fixed: shape (3 m, 3 m)."""
        flat = self.index.ravel()
        size = flat.size
        one, other = flat[:, np.newaxis], flat[np.newaxis, :]
        found = self.inner[np.maximum(one, other), np.minimum(one, other)]
        found[flat < 0] = 0.0
        found[:, flat < 0] = 0.0
        for _ in range(2):
            found = (self.by @ found.reshape(-1, 3, size)).reshape(size, size).T
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Item parameters estimated from responses, with what is needed to judge them.

    Attributes
    ----------
    model, engine : str
        What was fitted, and by what.
    labels : tuple of str, length m
        The items kept, in the order of the response matrix, anchors among them.
    items : ItemParameters, length m
        Logistic metric, D = 1; anchors exactly as given.
    standard_errors : StandardErrors, length m
        From the observed information of the marginal likelihood (with the priors' curvature).
    covariance : FloatArray, shape (m, 3, 3)
        Of (a, b, c) of each item; rows and columns of what is fixed are NaN.
    latent : Latent, length k
        The distribution of theta in each group.
    log_likelihood : float
        Natural log, marginal, of all persons kept.
    log_posterior : float
        log_likelihood plus the log densities of the priors; equal to it without priors.
    parameter_count : int
        Free parameters, those of the latent distributions among them.
    aic, bic : float
        -2 log_likelihood + 2 parameter_count, or + log(persons) parameter_count.
    persons : float
        How many persons the rows kept stand for.
    iterations : int
        E-steps done.
    trace : FloatArray, shape (t,)
        The objective (log_posterior) at each point that was accepted; it never falls.
    converged : bool
        The parameters had stopped moving and none ran to a bound. A result that has not
        converged is no estimate.
    diverged_items : tuple of str
        Items whose estimate ran to the bound of what is searched: maximum likelihood has no
        finite answer for them; give priors.
    left_out_items, left_out_persons : tuple of LeftOut
        What took no part, and why.
    priors : Priors
        As used; a default appears here by name.
    quadrature : Quadrature
        Standardised: each group's nodes are mean + sd * nodes.
    joint : JointCovariance, optional
        What `joint_covariance` is made of; None where there is no covariance.
    """

    model: Model
    engine: Engine
    labels: tuple[str, ...]
    items: ItemParameters
    standard_errors: StandardErrors
    covariance: FloatArray
    latent: Latent
    log_likelihood: float
    log_posterior: float
    parameter_count: int
    persons: float
    iterations: int
    trace: FloatArray
    converged: bool
    diverged_items: tuple[str, ...]
    left_out_items: tuple[LeftOut, ...]
    left_out_persons: tuple[LeftOut, ...]
    priors: Priors
    quadrature: Quadrature
    joint: JointCovariance | None = None

    @property
    def aic(self) -> float:
        """Akaike's information criterion: smaller is better."""
        return -2.0 * self.log_likelihood + 2.0 * self.parameter_count

    @property
    def bic(self) -> float:
        """Schwarz's information criterion, with the number of persons: smaller is better."""
        return -2.0 * self.log_likelihood + float(np.log(self.persons)) * self.parameter_count

    def joint_covariance(self) -> FloatArray:
        """Return the covariance of all items' parameters, those between items included.

        Returns
        -------
        FloatArray, shape (3 m, 3 m)
            Of (a, b, c), item by item, in the order of `labels`; 0 where fixed. As `link` takes
            it: errors of items of one calibration go together, and blocks alone understate
            what they do to a link.

        Raises
        ------
        DataError
            The calibration has no standard errors.
        """
        if self.joint is None:
            raise DataError("this calibration has no covariance: its curvature is no maximum's")
        return self.joint.reported()

    def latent_quadrature(self, group: int = 0) -> Quadrature:
        """Return a group's distribution of theta on its own nodes, in theta units.

        Parameters
        ----------
        group : int
            Position in `latent.groups`.

        Returns
        -------
        Quadrature, length q
            Nodes mean + sd * nodes, the weights of `quadrature`.

        Raises
        ------
        DataError
            No such group.
        """
        if not 0 <= group < len(self.latent.groups):
            raise DataError(f"group {group} of {len(self.latent.groups)}: count from 0")
        mean, sd = float(self.latent.mean[group]), float(self.latent.sd[group])
        return Quadrature(mean + sd * self.quadrature.nodes, self.quadrature.weights)
