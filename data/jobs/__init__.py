"""Jobs: what a worker does in its own time.

`tasks` says what each kind of job is and what is done again and again; `work` is what a task is given;
`run` runs one job to its end; `worker` takes jobs from the queue (`python -m data.jobs`).
"""
