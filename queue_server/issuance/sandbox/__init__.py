"""A stand-in for the issuance backend: SOAP over HTTP, invented people, signed test PDFs.

It is an independent judge of the product: it shares only the WSDL and XSD files with it.
"""
