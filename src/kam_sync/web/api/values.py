"""Money, quantities and moments as the API says them; webhooks say them alike."""

from kam_sync.kpi.values import Moment, Money, Quantity, Value, money, value

__all__ = ["Moment", "Money", "Quantity", "Value", "money", "value"]
