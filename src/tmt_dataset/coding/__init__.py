"""For who extends the data: annotations, compiling them, proving their quotes, and agreement between codings."""
