"""The receipt of an objection: what it says, the PDF, and the code that proves it genuine."""

from objections.receipts.codes import receipt_code
from objections.receipts.facts import Receipt, ReceiptFile, receipt_of
from objections.receipts.pdf import draw_receipt

__all__ = ["Receipt", "ReceiptFile", "draw_receipt", "receipt_code", "receipt_of"]
