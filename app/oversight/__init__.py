"""Who looks over what was done: appeals, quotas, assessments, observation rounds; one package for each."""
