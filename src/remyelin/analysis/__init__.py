"""Questions put to the model: cohorts, validation, calibration, experiments, claims."""
