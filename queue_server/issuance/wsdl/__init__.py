"""Where the contract of the issuance service lives: one WSDL and the XSD it imports."""

from pathlib import Path

WSDL = Path(__file__).with_name("issuance.wsdl")
XSD = Path(__file__).with_name("issuance.xsd")
