"""Run by IPython in each kernel of a test run: PYTHONSTARTUP names this file."""

# Nothing of it stays among the notebook's own names.
__import__("kernel_guard").install(get_ipython())  # noqa: F821 - IPython gives it to start-up files
