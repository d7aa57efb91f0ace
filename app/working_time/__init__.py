"""Working time (thời gian làm việc): opening hours, days off, make-up days, and every deadline of the ward."""
