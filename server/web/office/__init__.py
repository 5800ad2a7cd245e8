"""The office's pages, under ``/kantor``: who may open which, and what each shows."""
