"""PURE: the words of money: fees, what paid, vouchers."""
