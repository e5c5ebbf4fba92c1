"""How fast the program is, how much it takes, and how many it carries: `python -m evals.bench [NAME …] [--quick]`.

Each bench is a file with a `run(quick) -> dict` and one purpose. The model is a server in a process of its own
(`model_server`), so that its work is counted apart. Machines differ and are shared: what can be is measured against a
baseline side by side in the same run, and every result says how busy the machine was.
"""
