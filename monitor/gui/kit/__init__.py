"""What every panel is drawn with: theme, fonts, the frame clock, plots, painted tables."""
