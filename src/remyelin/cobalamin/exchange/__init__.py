"""Exchange with other tools: SBML, event tables, the unreduced model."""
