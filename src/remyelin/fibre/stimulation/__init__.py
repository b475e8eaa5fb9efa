"""Stimuli: waveforms, pipettes, electrodes."""
