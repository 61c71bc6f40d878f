"""What turns a checkout into what readers get: generated files, the difference between releases, archives, reports."""
