"""Output for readers: summaries, figures, pages, terminal text, exports."""
