"""Payments (thu phí, lệ phí): orders, VietQR, bank webhooks, cash at the counter, receipts, money in suspense."""
