"""A stand-in for the wallets' gateway: charges, payments and refunds over HTTP, and a page to pay.

It is an independent judge of the product: it shares nothing with it.
"""
