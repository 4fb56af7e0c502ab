// Placeholder while the folder layout is laid out.
