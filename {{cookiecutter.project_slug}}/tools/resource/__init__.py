"""Writes a resource: `make resource name=invoices fields="number:str:unique total:decimal"`.

What a person says is read by `words` and `fields` into a `Resource`, which the templates turn into
source; `making` puts that into the project, all of it or nothing, and `undoing` takes it out.
"""
